"""How much is planned at a time: one commit of a branch, some of its objects; and rests between attempts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gitmoxi.errors import RetryableError
from gitmoxi.ports.clock import Clock

REST_SECONDS = 30.0
"""The sweeper wakes each deployment of a commit that waits: only the first of these wakes is to plan it."""

AT_ONCE = 8
"""Objects of a commit that are rendered or planned at the same time."""

BranchKey = tuple[str, str]
"""Repository id and branch."""


class Pace:
    """Keeps the wakes of one commit's many deployments from planning it as many times."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: defaultdict[BranchKey, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rests_until: dict[BranchKey, float] = {}

    def busy(self, branch: BranchKey) -> bool:
        """Whether the branch is being planned, or could not be a moment ago."""
        resting = self._rests_until.get(branch, 0.0) > self._clock.monotonic()
        return resting or self._locks[branch].locked()

    @asynccontextmanager
    async def turn(self, branch: BranchKey) -> AsyncIterator[None]:
        """Wait for the branch; a ``RetryableError`` within begins its rest."""
        async with self._locks[branch]:
            try:
                yield
            except RetryableError:
                self._rests_until[branch] = self._clock.monotonic() + REST_SECONDS
                raise
            self._rests_until.pop(branch, None)
