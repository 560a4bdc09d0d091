"""An event loop whose time jumps to the next timer whenever nothing is left to do."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from gitmoxi.adapters.memory.clock import FakeClock

Result = TypeVar("Result")


class _Jumping(selectors.SelectSelector):
    """A selector that waits for nobody: it moves the time on by as much as it was to wait."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing is left that could ever happen")
        self.passed += max(0.0, timeout)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Timers and sleeps cost no real time; everything else goes on as in any loop."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed


class LoopClock(FakeClock):
    """The clock of a simulated loop, from the fake clock's first moment on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._began = super().now()
        self._loop = loop

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def simulated(work: Callable[[], Coroutine[Any, Any, Result] | Awaitable[Result]]) -> Result:
    """What ``work`` comes to in a loop of its own."""

    async def main() -> Result:
        return await work()

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main())
