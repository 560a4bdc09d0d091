"""Calls that many want at once are made once, and never answer with what was true before they were asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Want = TypeVar("_Want", bound=Hashable)
_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Flight(Generic[_Want, _Answer]):
    """One call: it is joined until it begins, and given up when nobody waits for it any more."""

    wants: set[_Want] = field(default_factory=set)
    passengers: int = 0
    task: asyncio.Task[_Answer] | None = None


class Flights(Generic[_Want, _Answer]):
    """At most one call per key at a time, and at most ``slots`` of all keys.

    Whoever asks while a call runs waits for the next one, which begins after they asked; all who wait for it
    share it, and it is told what they want together.
    """

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._boarding: dict[str, _Flight[_Want, _Answer]] = {}

    async def join(
        self, key: str, want: _Want, fly: Callable[[frozenset[_Want]], Awaitable[_Answer]]
    ) -> _Answer:
        """The answer of a call that began after now; its error is every passenger's."""
        flight = self._boarding.get(key)
        if flight is None:
            flight = self._boarding[key] = _Flight()
            flight.task = asyncio.create_task(self._fly(key, flight, fly))
        assert flight.task is not None, "a flight that can be joined has its task"
        flight.wants.add(want)
        flight.passengers += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.passengers -= 1
            if not flight.passengers:
                self._close(key, flight)
                flight.task.cancel()

    async def _fly(
        self,
        key: str,
        flight: _Flight[_Want, _Answer],
        fly: Callable[[frozenset[_Want]], Awaitable[_Answer]],
    ) -> _Answer:
        # The turn first: who waits for it must not keep other keys from a slot.
        async with self._turns[key], self._slots:
            self._close(key, flight)
            return await fly(frozenset(flight.wants))

    def _close(self, key: str, flight: _Flight[_Want, _Answer]) -> None:
        if self._boarding.get(key) is flight:
            del self._boarding[key]
