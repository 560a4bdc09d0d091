"""A world whose database fails, and whose workers freeze: at any call that they make."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.states import Worker
from gitmoxi.errors import GitmoxiError
from gitmoxi_local.aws_model.base import AwsEvent
from tests.simulation.world import VISIBLE_AGAIN, Process, Store, World

Passes = Callable[[str], Awaitable[None]]


SWEEPING = frozenset({"due", "outbox"})
"""The sweeper's reads, by which it finds what a tick lost; they are many, and fail to no effect."""


class _Reached:
    """A store behind a wire: every call passes ``before`` and, once it is carried out, ``after``."""

    def __init__(self, store: object, before: Passes, after: Passes) -> None:
        self._store = store
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name in SWEEPING:
            return method

        async def call(*arguments: Any, **options: Any) -> Any:
            await self._before(name)
            answer = await method(*arguments, **options)
            await self._after(name)
            return answer

        return call


class FlakyWorld(World):
    """The workers' calls of the database are counted, and some of them fail.

    Attributes:
        fails_at: the calls (from 1) that fail; none at first.
        error: what such a call raises.
        carried_out: whether DynamoDB does first what it then fails to answer.
        calls: the names of the calls so far, but those of the sweeper.
        ended_after: how many calls there were when the deployment had ended.
    """

    def __init__(self) -> None:
        self.ended_after = 0
        self.fails_at: range = range(0)
        self.error: Callable[[], GitmoxiError] | None = None
        self.carried_out = False
        self.calls: list[str] = []
        super().__init__()

    def reached(self, store: Store) -> Store:
        return cast("Store", _Reached(store, self._before, self._after))

    async def _before(self, name: str) -> None:
        self.calls.append(name)
        if not self.carried_out:
            self._fail(len(self.calls))

    async def _after(self, _: str) -> None:
        if self.carried_out:
            self._fail(len(self.calls))

    def _fail(self, number: int) -> None:
        if number in self.fails_at and self.error is not None:
            raise self.error()


class FreezingWorld(World):
    """A worker stands still before one of its calls, of the database or of AWS, while time goes on.

    Attributes:
        freezes_at: the call (from 1) before which it freezes, once.
        calls: the names of the calls so far, but those of the sweeper.
        ended_after: how many calls there were when somebody froze, or when the deployment had ended.
    """

    def __init__(self, freezes_at: int | None = None) -> None:
        self.ended_after = 0
        self.freezes_at: int | None = None
        self.calls: list[str] = []
        self._wanted = freezes_at
        self._stands = asyncio.Event()
        self._thawed = asyncio.Event()
        self._late: asyncio.Task[None] | None = None
        super().__init__()
        self.aws.pause = lambda: self._before("aws")

    def begin(self) -> None:
        """Count from here."""
        self.calls.clear()
        self.freezes_at = self._wanted

    @property
    def frozen(self) -> bool:
        """Whether the worker has come to stand."""
        return self._stands.is_set()

    async def thaw(self) -> None:
        """The worker goes on where it was, as if no time had passed."""
        self._thawed.set()
        if self._late is not None:
            await self._late

    def reached(self, store: Store) -> Store:
        return cast("Store", _Reached(store, self._before, self._after))

    async def _before(self, name: str) -> None:
        await asyncio.sleep(0)
        self.calls.append(name)
        if len(self.calls) == self.freezes_at:
            self._stands.set()
            await self._thawed.wait()

    async def _after(self, _: str) -> None:
        """Nothing befalls an answer."""

    async def _take(self, process: Process, worker: Worker, body: Tick | AwsEvent) -> None:
        if self.frozen:
            await super()._take(process, worker, body)
            return
        work = asyncio.ensure_future(super()._take(process, worker, body))
        stands = asyncio.ensure_future(self._stands.wait())
        await asyncio.wait({work, stands}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            stands.cancel()
            await work
            return
        self._late = work
        self._replace(process, worker)
        self._send(worker, body, VISIBLE_AGAIN)
