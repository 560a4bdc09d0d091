"""The real clock, and identifiers that sort by it."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from gitmoxi.ports.clock import Clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: without I, L, O and U
_LENGTH = 26
_RANDOM_BITS = 80


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class UlidIds:
    """ULIDs: 48 bits of milliseconds and 80 random ones, as 26 characters of Crockford's base 32.

    Each is above the one before in this process, whatever the wall clock does: within a millisecond, or
    when the clock went back, the last one is counted up.
    """

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._last = -1
        self._lock = threading.Lock()

    def ulid(self) -> str:
        """A fresh one."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        fresh = (milliseconds << _RANDOM_BITS) | self._random_bits(_RANDOM_BITS)
        with self._lock:
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1
            self._last = fresh
        return _encode(fresh)


def _encode(number: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
