"""The health of repositories in a dictionary, with every condition of the real store."""

from __future__ import annotations

import asyncio
from datetime import datetime

from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.errors import ContentionError


class MemoryReachability:
    """A ``ReachabilityStore`` that forgets.

    Attributes:
        writes: how many healths were written.
        claims: how many claims were tried.
    """

    def __init__(self) -> None:
        self.writes = 0
        self.claims = 0
        self._healths: dict[str, RepositoryHealth] = {}
        self._claimed_until: dict[int, datetime] = {}

    async def health(self, repository_id: str) -> RepositoryHealth | None:
        return self._healths.get(repository_id)

    async def healths(self) -> list[RepositoryHealth]:
        return [health for _, health in sorted(self._healths.items())]

    async def put_health(self, health: RepositoryHealth) -> None:
        await asyncio.sleep(0)
        stored = self._healths.get(health.repository_id)
        if (0 if stored is None else stored.revision) != health.revision - 1:
            raise ContentionError(f"another look at {health.repository_id} was faster")
        self._healths[health.repository_id] = health
        self.writes += 1

    async def forget(self, repository_id: str) -> None:
        self._healths.pop(repository_id, None)

    async def claim(self, part: int, *, now: datetime, until: datetime) -> datetime | None:
        await asyncio.sleep(0)
        self.claims += 1
        held = self._claimed_until.get(part)
        if held is not None and now < held <= now + 2 * (until - now):
            return held
        self._claimed_until[part] = until
        return None
