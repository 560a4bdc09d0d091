"""What was told, in a dictionary."""

from __future__ import annotations

import asyncio

from gitmoxi.domain.telling import Told
from gitmoxi.errors import ContentionError


class MemoryToldStore:
    """A ``ToldStore`` that forgets at its end."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Told] = {}

    async def told(self, repository_id: str, about: str) -> Told:
        found = self.stored.get((repository_id, about))
        return found or Told(repository_id=repository_id, about=about)

    async def put(self, told: Told) -> None:
        await asyncio.sleep(0)
        if told.revision != (await self.told(told.repository_id, told.about)).revision + 1:
            raise ContentionError(f"somebody else wrote first what was told about {told.about}")
        self.stored[told.repository_id, told.about] = told
