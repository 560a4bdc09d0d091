"""A clock that tests move, and the helpers that let the event loop catch up."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time stands still until `advance`; sleepers wake in the order of their deadlines."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._seconds + seconds, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        await catch_up()
        end = self._seconds + seconds
        while self._sleepers and self._sleepers[0][0] <= end + 1e-9:
            deadline, _, woken = heapq.heappop(self._sleepers)
            self._seconds = max(self._seconds, deadline)
            if not woken.done():
                woken.set_result(None)
                await catch_up()
        self._seconds = end
        await catch_up()


async def catch_up() -> None:
    """Lets everything run that can run without time passing."""
    for _ in range(40):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object], *, clock: FakeClock, within_seconds: float = 120) -> None:
    """Moves time in small steps until the condition holds."""
    for _ in range(int(within_seconds * 10)):
        await catch_up()
        if condition():
            return
        await clock.advance(0.1)
    raise AssertionError(f"still not true after {within_seconds} s of fake time")
