"""Time as an argument, so that tests move it and production reads the system's."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol


class Clock(Protocol):
    """What the engine asks of time."""

    def now(self) -> datetime:
        """The wall clock, aware and in UTC: ages of messages are measured against it."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps: leases and durations are measured with it."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The clock of the machine and of the running event loop."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def sleep_unless(stop: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Sleeps for `seconds`, or until `stop` is set."""
    await first_of(clock.sleep(seconds), stop.wait())


async def first_of(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Waits until one of the coroutines has ended and cancels the others."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
