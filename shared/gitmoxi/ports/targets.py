"""What the ledger knows of targets: their records, who owns them, which are orphans, which have drifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gitmoxi.domain.drift import Drift, LookRound
from gitmoxi.domain.records import Orphan, Ownership, TargetRecord
from gitmoxi.domain.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDrift:
    """Write what a look found; fails when the stored revision is not ``expected_revision`` (0: none yet)."""

    drift: Drift
    expected_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDrift:
    """Forget what looks found, after the target went. Nothing stored: no error."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class PutLookRound:
    """Begin a round of looks at a group; fails when the last began at another moment than ``expected``.

    None: there was none yet.
    """

    round: LookRound
    expected: datetime | None


DriftWrite = PutDrift | DeleteDrift | PutLookRound


class TargetReads(Protocol):
    """Reads are strongly consistent; errors as of the ledger's other reads."""

    async def target(self, target: Target) -> TargetRecord:
        """The stored record, or a fresh one with revision 0."""
        ...

    async def targets(self, targets: Sequence[Target]) -> list[TargetRecord]:
        """Those that are stored and can be read, in the order asked for."""
        ...

    async def ownership(self, repository_id: str, branch: str, prefix: str) -> Ownership | None: ...
    async def ownerships(self, repository_id: str, branch: str) -> list[Ownership]:
        """All prefixes of a branch that own a target, by prefix."""
        ...

    async def orphan(self, target: Target) -> Orphan | None: ...
    async def orphans(self) -> list[Orphan]:
        """All, by target."""
        ...

    async def drifts(self) -> list[Drift]:
        """What was found at all targets that were ever looked at, those that can be read, by target."""
        ...

    async def look_rounds(self) -> list[LookRound]:
        """All that were begun, by group."""
        ...
