"""The lease that lets one worker at a time move a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gitmoxi.domain.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRow:
    """The lease as stored: ``owner`` None means free; each taking has a fresh ``nonce``."""

    owner: str | None
    epoch: int
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseGrant:
    """A lease that was taken; ``server_time`` is the database's clock at that moment."""

    epoch: int
    nonce: str
    server_time: datetime


class LeaseStore(Protocol):
    """Conditional writes on the lease fields of a target's item."""

    async def take(
        self, target: Target, *, owner: str, nonce: str, seen: LeaseRow | None
    ) -> LeaseGrant | LeaseRow:
        """Take the lease when it is free or still is exactly as ``seen``; else the row that stands.

        The epoch of the grant is one above the stored one.
        """
        ...

    async def release(self, target: Target, *, nonce: str) -> None:
        """Free the lease if it still has ``nonce``; otherwise do nothing. The epoch stays."""
        ...
