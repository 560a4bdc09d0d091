"""Time that a test moves by hand, and identifiers that count."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved; sleeping moves it and gives way to other tasks.

    Attributes:
        slept: every wait in seconds, in order.
    """

    def __init__(self, start: datetime = _START) -> None:
        self._now = start
        self._monotonic = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let time pass: both clocks go on."""
        if seconds < 0:
            raise ValueError(f"time cannot pass by {seconds} s: use jump() to turn the wall clock back")
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """Turn the wall clock alone, as a host's clock may be; no time passes."""
        self._now += timedelta(seconds=seconds)


class SequentialIds:
    """Identifiers ``00…01``, ``00…02`` and so on, of a ULID's length and alphabet."""

    def __init__(self) -> None:
        self._last = 0

    def ulid(self) -> str:
        self._last += 1
        return f"{self._last:026d}"
