"""What looks at repositories found, and which process looks at which of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gitmoxi.domain.reachability import RepositoryHealth


class ReachabilityStore(Protocol):
    """Keeps the health of repositories, and the claims of those who poll them.

    Reads are strongly consistent. All may raise ``ThrottledError`` and ``UnavailableError``.
    """

    async def health(self, repository_id: str) -> RepositoryHealth | None:
        """What the last look at a repository found; None before the first.

        Raises:
            CorruptRecordError: the record is spoilt.
        """
        ...

    async def healths(self) -> list[RepositoryHealth]:
        """Of all repositories that were looked at, by id; records that are spoilt are left out."""
        ...

    async def put_health(self, health: RepositoryHealth) -> None:
        """Write what a look found, over the record whose revision is one below (0: none).

        Raises:
            ContentionError: another look was faster.
        """
        ...

    async def forget(self, repository_id: str) -> None:
        """Forget what was found, if anything was."""
        ...

    async def claim(self, part: int, *, now: datetime, until: datetime) -> datetime | None:
        """Claim a part of the repositories for this process until ``until``, if nobody holds it at ``now``.

        None: it is ours. Otherwise the moment until which another has it. A claim that reaches further than
        twice the time from ``now`` to ``until`` was made by a clock that is wrong, and does not count.
        """
        ...
