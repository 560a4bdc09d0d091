"""The ledger: every record of ours as one transactional store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gitmoxi.domain.deployments import Command, Deployment, PlanRecord, Step
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.records import (
    AuditEntry,
    Branch,
    Commit,
    Orphan,
    Ownership,
    PushRecord,
    Repository,
    TargetRecord,
)
from gitmoxi.domain.states import Status, Worker
from gitmoxi.domain.targets import Target
from gitmoxi.ports.watches import AlarmName, WatchWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDeployment:
    """Put a new HEAD; fails when the deployment exists."""

    deployment: Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDeployment:
    """Replace HEAD; fails when the stored version is not ``expected_version``."""

    deployment: Deployment
    expected_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PutStep:
    """Append a step; the same key again replaces it."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPlan:
    """Write what a plan says to people."""

    plan: PlanRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCommand:
    """Append a command."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTarget:
    """Write slot, line, claim and last good revision, with ``record.revision`` the new revision.

    Fails when the stored revision is not ``expected_revision`` (0: not stored yet), or when
    ``lease_epoch`` is given and the lease has gone to another since. The lease itself is untouched.
    """

    record: TargetRecord
    expected_revision: int
    lease_epoch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLease:
    """Write nothing; fails when the target's lease epoch is not ``lease_epoch``."""

    target_id: str
    lease_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOwnership:
    """Remember which target a path-prefix is deployed to."""

    ownership: Ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOwnership:
    """Forget it, after the target was deleted or went to another prefix. Nothing stored: no error."""

    ownership: Ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOrphan:
    """Remember that a target keeps running without a definition file; a later reason replaces an earlier."""

    orphan: Orphan


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOrphan:
    """Forget it, after a definition file took it over or it was deleted. Nothing stored: no error."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBranch:
    """Write a branch; fails when the stored ``seq`` is not ``expected_seq`` (0: not stored yet)."""

    branch: Branch
    expected_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCommit:
    """Write a commit; ``create`` fails when one with this ``seq`` is stored."""

    commit: Commit
    create: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDryRun:
    """Write a dry run; fails when the stored state is not ``expected_state`` (None: not stored yet)."""

    dry_run: DryRun
    expected_state: DryRunState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """An event that is published once its transaction is committed; ids sort by time, detail is JSON."""

    id: str
    owner: Worker
    detail_type: str
    detail: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOutbox:
    """Add an event to the outbox."""

    event: OutboxEvent


Write = (
    CreateDeployment
    | UpdateDeployment
    | PutStep
    | PutPlan
    | PutCommand
    | PutTarget
    | CheckLease
    | PutOwnership
    | DeleteOwnership
    | PutOrphan
    | DeleteOrphan
    | PutBranch
    | PutCommit
    | PutDryRun
    | PutOutbox
    | WatchWrite
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDeployment:
    """A hint that a deployment is due: read it again before acting."""

    deployment_id: str
    version: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFilter:
    """What a list of deployments is narrowed to; None matches all. ``kind`` is ``ecs`` or ``lambda``."""

    repository_id: str | None = None
    branch: str | None = None
    commit_sha: str | None = None
    target_id: str | None = None
    status: Status | None = None
    account: str | None = None
    region: str | None = None
    cluster: str | None = None
    kind: str | None = None
    name: str | None = None


class Ledger(Protocol):
    """Reads are strongly consistent, hints aside.

    All may raise ``ThrottledError``, ``UnavailableError``, or ``CorruptRecordError`` for a spoilt record.
    """

    async def transact(self, writes: Sequence[Write]) -> None:
        """Carry out all of ``writes``, at most 100 and on different items, or none; safe to repeat.

        Raises:
            ContentionError: a condition failed; the message names the record.
        """
        ...

    async def deployment(self, deployment_id: str) -> Deployment | None: ...

    async def deployments(self, deployment_ids: Sequence[str]) -> list[Deployment]:
        """Those that exist and can be read, in the order asked for."""
        ...

    async def plan(self, deployment_id: str) -> PlanRecord | None: ...
    async def steps(self, deployment_id: str) -> list[Step]:
        """Oldest first."""
        ...

    async def commands(self, deployment_id: str, after: str) -> list[Command]:
        """Commands with an id above ``after`` (empty: all), oldest first."""
        ...

    async def target(self, target: Target) -> TargetRecord:
        """The stored record, or a fresh one with revision 0."""
        ...

    async def ownership(self, repository_id: str, branch: str, prefix: str) -> Ownership | None: ...
    async def ownerships(self, repository_id: str, branch: str) -> list[Ownership]:
        """All prefixes of a branch that own a target, by prefix."""
        ...

    async def orphan(self, target: Target) -> Orphan | None: ...
    async def orphans(self) -> list[Orphan]:
        """All, by target."""
        ...

    async def watchers(self, alarm: AlarmName) -> list[str]:
        """The ids of the deployments that watch an alarm."""
        ...

    async def branch(self, repository_id: str, name: str) -> Branch:
        """The stored branch, or a fresh one with ``seq`` 0."""
        ...

    async def commit(self, repository_id: str, branch: str, seq: int) -> Commit | None: ...

    async def commits(self, repository_id: str, branch: str, limit: int) -> list[Commit]:
        """Newest first."""
        ...

    async def commits_by_sha(self, sha: str) -> list[Commit]:
        """A hint (index): processings of a commit; ``sha`` may be a prefix of at least 7 characters."""
        ...

    async def dry_run(self, dry_run_id: str) -> DryRun | None:
        """A dry run; it may be there for some days after it expired."""
        ...

    async def search(self, wanted: DeploymentFilter, limit: int) -> list[Deployment]:
        """A hint (index): deployments newest first."""
        ...

    async def due(self, owner: Worker, shard: int, now: datetime, limit: int) -> list[DueDeployment]:
        """A hint (index): deployments of ``owner`` with ``next_at`` not after ``now``, oldest first."""
        ...

    async def set_aside(self, deployment_id: str) -> bool:
        """Take a deployment off the due list until HEAD is written again; False if it was not on it."""
        ...

    async def outbox(self, owner: Worker, shard: int, limit: int) -> list[OutboxEvent]:
        """Events not yet published, oldest first."""
        ...

    async def delete_outbox(self, event: OutboxEvent) -> None: ...
    async def put_repository(self, repository: Repository, *, expected_revision: int = 0) -> None:
        """Raises ``ContentionError`` if another revision is stored (0: none), this very record aside."""
        ...

    async def delete_repository(self, repository_id: str) -> None: ...
    async def repository(self, repository_id: str) -> Repository | None: ...

    async def repositories(self) -> list[Repository]:
        """All, by URL."""
        ...

    async def put_push(self, push: PushRecord) -> None:
        """Write the answer to a delivery; a later answer replaces an earlier one."""
        ...

    async def push(self, delivery_id: str) -> PushRecord | None: ...
    async def put_audit(self, entry: AuditEntry) -> None: ...
    async def audit(self, limit: int) -> list[AuditEntry]:
        """Newest first."""
        ...
