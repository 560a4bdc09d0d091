"""Who watches what: one look for all who watch the same, a bound on streams, an end for all at a stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, Protocol, TypeVar

from gitmoxi.domain.deployments import Deployment
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.runtime.logging import get_logger
from gitmoxi_api.problems import ProblemError
from gitmoxi_api.replies import DeploymentReply
from gitmoxi_api.streaming.events import HEARTBEAT, LIVE, stand_text
from gitmoxi_api.streaming.feeds import Feed
from gitmoxi_api.streaming.fleet import FleetLook
from gitmoxi_api.streaming.one import OneLook
from gitmoxi_api.streaming.pacing import Pace
from gitmoxi_api.views import deployment_view

_HEARTBEAT_SECONDS = 1.0
"""So a client that is silent for some seconds knows that something between swallows the stream."""

_FLEET = "the fleet"


class Look(Protocol):
    """What looks at something for all who watch it."""

    feed: Feed

    async def run(self) -> None: ...
    def end(self) -> None:
        """Let nobody wait for it any more."""
        ...


LookType = TypeVar("LookType", bound=Look)


@dataclass(slots=True, kw_only=True)
class _Shared(Generic[LookType]):
    look: LookType
    task: asyncio.Task[None]
    watchers: int = 0


class Streams:
    """All streams of a process; ``limit`` at a time, 0: none."""

    def __init__(
        self, *, ledger: Ledger, clock: Clock, ids: Ids, limit: int, longest_pause_seconds: float
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._limit = limit
        self._longest_pause_seconds = longest_pause_seconds
        self._ones: dict[str, _Shared[OneLook]] = {}
        self._fleets: dict[str, _Shared[FleetLook]] = {}
        self._open = 0
        self._is_closed = False

    @property
    def open_count(self) -> int:
        """Streams that are being sent."""
        return self._open

    @property
    def look_count(self) -> int:
        """Things that are being looked at."""
        return len(self._ones) + len(self._fleets)

    def close(self) -> None:
        """End every stream and every look now, and begin none any more."""
        self._is_closed = True
        for one in self._ones.values():
            one.task.cancel()
        for fleet in self._fleets.values():
            fleet.task.cancel()

    def admit(self) -> None:
        """Count a stream in; whoever sends it calls ``leave`` at its end.

        Raises:
            ProblemError: there are as many as there may be, or the process is stopping.
        """
        if self._is_closed or self._open >= self._limit:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"This API sends {self._limit} streams at most, and no more now: look again and again.",
            )
        self._open += 1

    def leave(self) -> None:
        """Count a stream out."""
        self._open -= 1

    async def of_deployment(self, head: Deployment, after: int) -> AsyncGenerator[str, None]:
        """Steps with a version above ``after``, as they are committed, and how it ended."""

        def begin() -> OneLook:
            return OneLook(self._ledger, self._pace(), head)

        async with self._watching(self._ones, head.id, begin) as look:
            yield LIVE
            async for item in look.feed.read(after, patience_seconds=_HEARTBEAT_SECONDS):
                yield item.text if item is not None else HEARTBEAT
            yield look.ending()

    async def of_fleet(
        self, wanted: Callable[[DeploymentReply], bool], last_event_id: str | None
    ) -> AsyncGenerator[str, None]:
        """What is under way, then every step of every wanted deployment; or what came after an event."""

        def begin() -> FleetLook:
            return FleetLook(self._ledger, self._clock, self._pace(), epoch=self._ids.ulid())

        async with self._watching(self._fleets, _FLEET, begin) as look:
            yield HEARTBEAT
            await look.begun.wait()
            after = look.cursor_of(last_event_id) if last_event_id else None
            if after is None:
                after = look.feed.newest
                for head in [deployment_view(item) for item in look.under_way.values()]:
                    if wanted(head):
                        yield stand_text("deployment", head, look.event_id(after))
            yield LIVE
            async for item in look.feed.read(after, patience_seconds=_HEARTBEAT_SECONDS):
                if item is None:
                    yield HEARTBEAT
                elif wanted(item.deployment):
                    yield item.text

    def _pace(self) -> Pace:
        return Pace(self._clock, longest_seconds=self._longest_pause_seconds)

    @asynccontextmanager
    async def _watching(
        self, looks: dict[str, _Shared[LookType]], key: str, begin: Callable[[], LookType]
    ) -> AsyncIterator[LookType]:
        """The look that others share, or a new one; the last who leaves ends it."""
        shared = looks.get(key)
        if shared is None or shared.look.feed.is_over:
            shared = looks[key] = _begun(begin(), key)
        shared.watchers += 1
        try:
            yield shared.look
        finally:
            shared.watchers -= 1
            if not shared.watchers:
                shared.task.cancel()
                if looks.get(key) is shared:
                    del looks[key]


def _begun(look: LookType, name: str) -> _Shared[LookType]:
    """The look, going on by itself; a fault in it ends the streams, and clients ask again and again then."""

    def ended(task: asyncio.Task[None]) -> None:
        look.end()
        if not task.cancelled() and (error := task.exception()) is not None:
            get_logger().error("stream.failed", watched=name, exc_info=error)

    task = asyncio.create_task(look.run(), name=f"look at {name}")
    task.add_done_callback(ended)
    return _Shared(look=look, task=task)
