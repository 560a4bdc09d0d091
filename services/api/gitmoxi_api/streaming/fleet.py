"""Looking at all deployments for all who watch the fleet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Step
from gitmoxi.domain.states import Status
from gitmoxi.errors import RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.ledger import DeploymentFilter, Ledger
from gitmoxi_api.streaming.events import step_item
from gitmoxi_api.streaming.feeds import Feed, Item
from gitmoxi_api.streaming.pacing import Pace

_KEPT = 2000
"""Steps: a watcher that lags so far behind is sent away, and begins anew with what is under way."""

_NEWEST = 20
_AT_MOST = 500
"""Deployments of one look; a commit may change so many objects."""

_AT_ONCE = 20
"""Histories that are read side by side."""

_WHOLE_SECONDS = 10.0
"""So often all that is under way is listed anew: the index of the newest may show one late, behind others."""


class FleetLook:
    """Reads the newest deployments and those under way again and again, and the steps of those that changed.

    ``under_way`` are those that have not ended, by id. Cursors of the feed only count.
    """

    def __init__(self, ledger: Ledger, clock: Clock, pace: Pace, *, epoch: str) -> None:
        self.feed = Feed(keeps=_KEPT)
        self.under_way: dict[str, Deployment] = {}
        self.begun = asyncio.Event()
        self._ledger = ledger
        self._clock = clock
        self._pace = pace
        self._epoch = epoch
        self._versions: dict[str, int] = {}
        self._count = 0
        self._listed_at: float | None = None

    def event_id(self, cursor: int) -> str:
        """What clients know a cursor by; it means nothing to another process."""
        return f"{self._epoch}-{cursor}"

    def cursor_of(self, event_id: str) -> int | None:
        """Where a client was that knows this id; None if what came after is not here."""
        epoch, _, number = event_id.rpartition("-")
        if epoch != self._epoch or not number.isdigit():
            return None
        cursor = int(number)
        return cursor if self.feed.reaches(cursor) and cursor <= self._count else None

    async def run(self) -> None:
        """Until somebody cancels it."""
        while not self.feed.is_over:
            try:
                changed = await self._look()
                self.begun.set()
            except RetryableError as error:
                await self._pace.after_trouble(error)
            else:
                await self._pace.after(changed=changed)

    def end(self) -> None:
        """Let nobody wait for it any more."""
        self.feed.end()
        self.begun.set()

    async def _look(self) -> bool:
        first = self._listed_at is None
        found = {head.id: head for head in await self._heads()}
        if first:
            self._versions = {head.id: head.version for head in found.values()}
        changed = [head for head in found.values() if head.version > self._versions.get(head.id, 0)]
        await self._publish(changed)
        self.under_way = {id_: head for id_, head in found.items() if not head.state.terminal}
        self._versions = {head.id: head.version for head in found.values()}
        return bool(changed)

    async def _heads(self) -> Iterable[Deployment]:
        """The newest, and what is or was under way; each once."""
        found = {head.id: head for head in await self._newest()}
        now = self._clock.monotonic()
        if self._listed_at is None or now - self._listed_at >= _WHOLE_SECONDS:
            listed = await self._ledger.search(DeploymentFilter(status=Status.PROCESSING), _AT_MOST)
            found = {head.id: head for head in listed} | found
            self._listed_at = now
        missing = [id_ for id_ in self.under_way if id_ not in found]
        older = await self._ledger.deployments(missing) if missing else ()
        return (*found.values(), *older)

    async def _newest(self) -> Sequence[Deployment]:
        """Enough of them to find one that is known, so that a commit with many objects is not missed."""
        found = await self._ledger.search(DeploymentFilter(), _NEWEST)
        known = any(head.id in self._versions for head in found)
        if known or len(found) < _NEWEST or self._listed_at is None:
            return found
        return await self._ledger.search(DeploymentFilter(), _AT_MOST)

    async def _publish(self, changed: Sequence[Deployment]) -> None:
        for start in range(0, len(changed), _AT_ONCE):
            some = changed[start : start + _AT_ONCE]
            lists = await asyncio.gather(*(self._ledger.steps(head.id) for head in some))
            news = [
                (head, step)
                for head, steps in zip(some, lists, strict=True)
                for step in steps
                if step.version > self._versions.get(head.id, 0)
            ]
            news.sort(key=_time)
            self.feed.publish(map(self._item, news))

    def _item(self, news: tuple[Deployment, Step]) -> Item:
        self._count += 1
        head, step = news
        return step_item(head, step, cursor=self._count, event_id=self.event_id(self._count))


def _time(news: tuple[Deployment, Step]) -> tuple[datetime, int]:
    return (news[1].at, news[1].version)
