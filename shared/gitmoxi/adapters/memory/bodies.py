"""Bodies in a dictionary."""

from __future__ import annotations

from gitmoxi.domain.bodies import BodyRef, ref_of
from gitmoxi.errors import InvariantError, NotFoundError


class MemoryBodyStore:
    """A body store that forgets; a test may spoil ``contents`` (by SHA-256) to see that reads notice."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    async def put(self, content: bytes) -> BodyRef:
        ref = ref_of(content)
        self.contents.setdefault(ref.sha256, content)
        return ref

    async def get(self, ref: BodyRef) -> bytes:
        content = self.contents.get(ref.sha256)
        if content is None:
            raise NotFoundError(f"no body {ref.sha256} is stored")
        if ref_of(content) != ref:
            raise InvariantError(f"the bytes stored as body {ref.sha256} are not that body")
        return content
