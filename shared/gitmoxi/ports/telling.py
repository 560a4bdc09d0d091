"""The memory of what was told to Git hosts and channels."""

from __future__ import annotations

from typing import Protocol

from gitmoxi.domain.telling import Told


class ToldStore(Protocol):
    """Keeps each :class:`Told` for some months after its last write."""

    async def told(self, repository_id: str, about: str) -> Told:
        """The stored one, or a fresh one with revision 0; read consistently.

        Raises:
            ThrottledError, UnavailableError: the store does not answer now.
        """
        ...

    async def put(self, told: Told) -> None:
        """Write ``told``, whose ``revision`` is one above the stored one's.

        Raises:
            ContentionError: it is not: somebody else wrote first.
            ThrottledError, UnavailableError: the store does not answer now.
        """
        ...
