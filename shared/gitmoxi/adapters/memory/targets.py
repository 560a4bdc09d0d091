"""What a ledger in memory keeps of targets."""

from __future__ import annotations

from collections.abc import Sequence

from gitmoxi.domain.drift import Drift, LookRound
from gitmoxi.domain.records import Orphan, Ownership, TargetRecord
from gitmoxi.domain.targets import Target
from gitmoxi.ports.ledger import DeleteOrphan, DeleteOwnership, PutOrphan, PutOwnership, PutTarget, Write
from gitmoxi.ports.targets import DeleteDrift, PutDrift, PutLookRound


class MemoryTargets:
    """Records, owners, orphans and drifts of targets.

    Attributes:
        unreadable: ids of targets whose records are spoilt for lists.
    """

    def __init__(self) -> None:
        self.unreadable: set[str] = set()
        self._targets: dict[str, TargetRecord] = {}
        self._ownerships: dict[tuple[str, str, str], Ownership] = {}
        self._orphans: dict[str, Orphan] = {}
        self._drifts: dict[str, Drift] = {}
        self._rounds: dict[int, LookRound] = {}

    def permits_drift(self, write: PutDrift | PutLookRound) -> bool:
        """Whether what is stored is as expected."""
        if isinstance(write, PutDrift):
            drift = self._drifts.get(write.drift.target.id)
            return (0 if drift is None else drift.revision) == write.expected_revision
        stored = self._rounds.get(write.round.group)
        return (None if stored is None else stored.begun_at) == write.expected

    def apply_to_targets(self, write: Write) -> None:
        """Carry out a write about a target."""
        match write:
            case PutTarget():
                self._targets[write.record.target.id] = write.record
            case PutOwnership():
                self._ownerships[_ownership_key(write.ownership)] = write.ownership
            case DeleteOwnership():
                self._ownerships.pop(_ownership_key(write.ownership), None)
            case PutOrphan():
                self._orphans[write.orphan.target.id] = write.orphan
            case DeleteOrphan():
                self._orphans.pop(write.target.id, None)
            case PutDrift():
                self._drifts[write.drift.target.id] = write.drift
            case DeleteDrift():
                self._drifts.pop(write.target.id, None)
            case PutLookRound():
                self._rounds[write.round.group] = write.round
            case _:
                raise AssertionError(f"{write} is about no target")

    async def target(self, target: Target) -> TargetRecord:
        return self._targets.get(target.id) or TargetRecord(target=target)

    async def targets(self, targets: Sequence[Target]) -> list[TargetRecord]:
        wanted = (target.id for target in targets if target.id not in self.unreadable)
        return [self._targets[key] for key in wanted if key in self._targets]

    async def ownership(self, repository_id: str, branch: str, prefix: str) -> Ownership | None:
        return self._ownerships.get((repository_id, branch, prefix))

    async def ownerships(self, repository_id: str, branch: str) -> list[Ownership]:
        return [
            ownership
            for key, ownership in sorted(self._ownerships.items())
            if key[:2] == (repository_id, branch)
        ]

    async def orphan(self, target: Target) -> Orphan | None:
        return self._orphans.get(target.id)

    async def orphans(self) -> list[Orphan]:
        return [orphan for _, orphan in sorted(self._orphans.items())]

    async def drifts(self) -> list[Drift]:
        return [drift for _, drift in sorted(self._drifts.items())]

    async def look_rounds(self) -> list[LookRound]:
        return [stored for _, stored in sorted(self._rounds.items())]


def _ownership_key(ownership: Ownership) -> tuple[str, str, str]:
    return ownership.repository_id, ownership.branch, ownership.prefix
