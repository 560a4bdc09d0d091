"""How often is looked: soon after a change, less and less often while nothing changes."""

from __future__ import annotations

from gitmoxi.errors import RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi.runtime.logging import get_logger

_SHORTEST_SECONDS = 0.1
_GROWTH = 1.5
_TROUBLED_SECONDS = 5.0
"""A store that does not answer is left alone for a while."""


class Pace:
    """The pauses between two looks."""

    def __init__(self, clock: Clock, *, longest_seconds: float) -> None:
        self._clock = clock
        self._longest = longest_seconds
        self._shortest = min(_SHORTEST_SECONDS, longest_seconds)
        self._next = self._shortest

    async def after(self, *, changed: bool) -> None:
        """Wait until the next look; ``changed`` says what the last one found."""
        self._next = self._shortest if changed else min(self._next * _GROWTH, self._longest)
        await self._clock.sleep(self._next)

    async def after_trouble(self, error: RetryableError) -> None:
        """Wait longer: what is looked at is throttled or away."""
        get_logger().warning("stream.unavailable", because=str(error))
        await self._clock.sleep(max(_TROUBLED_SECONDS, self._longest))
