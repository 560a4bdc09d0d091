"""Looks that are shared: whoever waits for the same thing gets the answer of one look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Lane(Generic[Answer]):
    """One look at a time; ``next`` is the one that has not begun, which all may still join."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: asyncio.Task[Answer] | None = None
    users: int = 0


class SharedLooks(Generic[Answer]):
    """Looks by key, one after the other; those who come while one is under way share the next."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane[Answer]] = {}

    async def join(self, key: str, look: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of a look that begins after this call: it is never older than what the caller knows.

        What the look raises, all who joined it get. A caller that is cancelled takes the look from nobody.
        """
        with self._lane(key) as lane:
            if lane.next is None:
                lane.next = asyncio.create_task(self._begin(key, look))
            return await asyncio.shield(lane.next)

    async def alone(self, key: str, look: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of a look of one's own, which waits for its turn."""
        with self._lane(key) as lane:
            async with lane.lock:
                return await look()

    async def _begin(self, key: str, look: Callable[[], Awaitable[Answer]]) -> Answer:
        with self._lane(key) as lane:
            async with lane.lock:
                lane.next = None
                return await look()

    @contextmanager
    def _lane(self, key: str) -> Iterator[_Lane[Answer]]:
        """The lane of a key, which is there as long as somebody uses it."""
        lane = self._lanes.setdefault(key, _Lane())
        lane.users += 1
        try:
            yield lane
        finally:
            lane.users -= 1
            if lane.users == 0:
                del self._lanes[key]
