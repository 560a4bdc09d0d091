"""Content-addressed bodies."""

from __future__ import annotations

from typing import Protocol

from gitmoxi.domain.bodies import BodyRef


class BodyStore(Protocol):
    """The only place where sensitive values may lie; encrypted at rest."""

    async def put(self, content: bytes) -> BodyRef:
        """Store ``content``; storing it again changes nothing."""
        ...

    async def get(self, ref: BodyRef) -> bytes:
        """The content.

        Raises:
            NotFoundError: no such body.
            InvariantError: the stored bytes do not have this hash.
        """
        ...
