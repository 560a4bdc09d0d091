"""The ledger in dictionaries, with every condition of the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from gitmoxi.adapters.matching import check_sha_prefix, matches
from gitmoxi.adapters.writes import check_repository, check_writes, name_of
from gitmoxi.domain.deployments import Command, Deployment, PlanRecord, Step, shard_of
from gitmoxi.domain.dryruns import DryRun
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
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import Target
from gitmoxi.errors import ContentionError, CorruptRecordError
from gitmoxi.ports.leases import LeaseRow
from gitmoxi.ports.ledger import (
    CheckLease,
    CreateDeployment,
    DeleteOrphan,
    DeleteOwnership,
    DeploymentFilter,
    DueDeployment,
    OutboxEvent,
    PutBranch,
    PutCommand,
    PutCommit,
    PutDryRun,
    PutOrphan,
    PutOutbox,
    PutOwnership,
    PutPlan,
    PutStep,
    PutTarget,
    UpdateDeployment,
    Write,
)
from gitmoxi.ports.watches import AlarmName, DeleteWatch, PutWatch, Watch


class MemoryLedger:
    """A ledger that forgets.

    A transaction first gives way to other tasks, as a network call would, so that tests meet the
    interleavings that workers meet.

    Attributes:
        leases: the lease fields by target id, written by ``MemoryLeaseStore`` alone.
        spoilt: ids of deployments whose HEAD cannot be read.
    """

    def __init__(self) -> None:
        self.leases: dict[str, LeaseRow] = {}
        self.spoilt: set[str] = set()
        self._aside: set[str] = set()
        self._deployments: dict[str, Deployment] = {}
        self._plans: dict[str, PlanRecord] = {}
        self._steps: dict[str, dict[int, Step]] = {}
        self._commands: dict[str, dict[str, Command]] = {}
        self._targets: dict[str, TargetRecord] = {}
        self._ownerships: dict[tuple[str, str, str], Ownership] = {}
        self._orphans: dict[str, Orphan] = {}
        self._watches: set[Watch] = set()
        self._branches: dict[tuple[str, str], Branch] = {}
        self._commits: dict[tuple[str, str, int], Commit] = {}
        self._dry_runs: dict[str, DryRun] = {}
        self._outbox: dict[tuple[Worker, str], OutboxEvent] = {}
        self._repositories: dict[str, Repository] = {}
        self._pushes: dict[str, PushRecord] = {}
        self._audit: dict[str, AuditEntry] = {}

    async def transact(self, writes: Sequence[Write]) -> None:
        check_writes(writes)
        await asyncio.sleep(0)
        lost = [name_of(write) for write in writes if not self._permits(write)]
        if lost:
            raise ContentionError(f"somebody else wrote first: {', '.join(lost)}")
        for write in writes:
            self._apply(write)

    def _permits(self, write: Write) -> bool:
        match write:
            case CreateDeployment():
                return write.deployment.id not in self._deployments
            case UpdateDeployment():
                stored = self._deployments.get(write.deployment.id)
                return stored is not None and stored.version == write.expected_version
            case PutTarget():
                return self._permits_target(write)
            case CheckLease():
                return self._has_epoch(write.target_id, write.lease_epoch)
            case PutBranch():
                branch = self._branches.get((write.branch.repository_id, write.branch.name))
                return (0 if branch is None else branch.seq) == write.expected_seq
            case PutCommit():
                return not (write.create and _commit_key(write.commit) in self._commits)
            case PutDryRun():
                known = self._dry_runs.get(write.dry_run.id)
                return (None if known is None else known.state) == write.expected_state
            case _:
                return True

    def _permits_target(self, write: PutTarget) -> bool:
        target_id = write.record.target.id
        stored = self._targets.get(target_id)
        revision = 0 if stored is None else stored.revision
        return revision == write.expected_revision and (
            write.lease_epoch is None or self._has_epoch(target_id, write.lease_epoch)
        )

    def _has_epoch(self, target_id: str, epoch: int) -> bool:
        lease = self.leases.get(target_id)
        return lease is not None and lease.epoch == epoch

    def _apply(self, write: Write) -> None:  # noqa: C901, PLR0912 - one line for each kind of write
        match write:
            case CreateDeployment() | UpdateDeployment():
                self._deployments[write.deployment.id] = write.deployment
                self._aside.discard(write.deployment.id)
            case PutStep():
                self._steps.setdefault(write.step.deployment_id, {})[write.step.version] = write.step
            case PutPlan():
                self._plans[write.plan.deployment_id] = write.plan
            case PutCommand():
                self._commands.setdefault(write.command.deployment_id, {})[write.command.id] = write.command
            case PutTarget():
                self._targets[write.record.target.id] = write.record
            case CheckLease():
                pass
            case PutOwnership():
                self._ownerships[_ownership_key(write.ownership)] = write.ownership
            case DeleteOwnership():
                self._ownerships.pop(_ownership_key(write.ownership), None)
            case PutOrphan():
                self._orphans[write.orphan.target.id] = write.orphan
            case DeleteOrphan():
                self._orphans.pop(write.target.id, None)
            case PutWatch():
                self._watches.add(write.watch)
            case DeleteWatch():
                self._watches.discard(write.watch)
            case PutBranch():
                self._branches[write.branch.repository_id, write.branch.name] = write.branch
            case PutCommit():
                self._commits[_commit_key(write.commit)] = write.commit
            case PutDryRun():
                self._dry_runs[write.dry_run.id] = write.dry_run
            case PutOutbox():
                self._outbox[write.event.owner, write.event.id] = write.event
            case _:
                assert_never(write)

    async def deployment(self, deployment_id: str) -> Deployment | None:
        if deployment_id in self.spoilt:
            raise CorruptRecordError(f"deployment {deployment_id} cannot be read")
        return self._deployments.get(deployment_id)

    async def deployments(self, deployment_ids: Sequence[str]) -> list[Deployment]:
        readable = (key for key in deployment_ids if key not in self.spoilt)
        return [self._deployments[key] for key in readable if key in self._deployments]

    async def plan(self, deployment_id: str) -> PlanRecord | None:
        return self._plans.get(deployment_id)

    async def steps(self, deployment_id: str) -> list[Step]:
        return [step for _, step in sorted(self._steps.get(deployment_id, {}).items())]

    async def commands(self, deployment_id: str, after: str) -> list[Command]:
        stored = self._commands.get(deployment_id, {})
        return [command for key, command in sorted(stored.items()) if key > after]

    async def target(self, target: Target) -> TargetRecord:
        return self._targets.get(target.id) or TargetRecord(target=target)

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

    async def watchers(self, alarm: AlarmName) -> list[str]:
        return sorted(watch.deployment_id for watch in self._watches if watch.alarm == alarm)

    async def branch(self, repository_id: str, name: str) -> Branch:
        return self._branches.get((repository_id, name)) or Branch(repository_id=repository_id, name=name)

    async def commit(self, repository_id: str, branch: str, seq: int) -> Commit | None:
        return self._commits.get((repository_id, branch, seq))

    async def commits(self, repository_id: str, branch: str, limit: int) -> list[Commit]:
        newest_first = sorted(self._commits.items(), reverse=True)
        return [commit for key, commit in newest_first if key[:2] == (repository_id, branch)][:limit]

    async def commits_by_sha(self, sha: str) -> list[Commit]:
        check_sha_prefix(sha)
        return [commit for _, commit in sorted(self._commits.items()) if commit.sha.startswith(sha)]

    async def dry_run(self, dry_run_id: str) -> DryRun | None:
        return self._dry_runs.get(dry_run_id)

    async def search(self, wanted: DeploymentFilter, limit: int) -> list[Deployment]:
        found = [deployment for deployment in self._deployments.values() if matches(deployment, wanted)]
        found.sort(key=lambda deployment: (deployment.created_at, deployment.id), reverse=True)
        return found[:limit]

    async def due(self, owner: Worker, shard: int, now: datetime, limit: int) -> list[DueDeployment]:
        found = [
            DueDeployment(deployment_id=key, version=deployment.version, due_at=deployment.next_at)
            for key, deployment in self._deployments.items()
            if key not in self._aside
            and deployment.next_at is not None
            and deployment.next_at <= now
            and deployment.owner is owner
            and shard_of(key) == shard
        ]
        return sorted(found, key=lambda due: (due.due_at, due.deployment_id))[:limit]

    async def set_aside(self, deployment_id: str) -> bool:
        head = self._deployments.get(deployment_id)
        if head is None or head.next_at is None or deployment_id in self._aside:
            return False
        self._aside.add(deployment_id)
        return True

    async def outbox(self, owner: Worker, shard: int, limit: int) -> list[OutboxEvent]:
        stored = sorted(self._outbox.items())
        return [event for (worker, key), event in stored if worker is owner and shard_of(key) == shard][
            :limit
        ]

    async def delete_outbox(self, event: OutboxEvent) -> None:
        self._outbox.pop((event.owner, event.id), None)

    async def put_repository(self, repository: Repository, *, expected_revision: int = 0) -> None:
        check_repository(repository, expected_revision)
        await asyncio.sleep(0)
        stored = self._repositories.get(repository.id)
        if stored != repository and (0 if stored is None else stored.revision) != expected_revision:
            raise ContentionError(f"somebody else wrote first: repository {repository.id}")
        self._repositories[repository.id] = repository

    async def delete_repository(self, repository_id: str) -> None:
        self._repositories.pop(repository_id, None)

    async def repository(self, repository_id: str) -> Repository | None:
        return self._repositories.get(repository_id)

    async def repositories(self) -> list[Repository]:
        return sorted(self._repositories.values(), key=lambda repository: (repository.url, repository.id))

    async def put_push(self, push: PushRecord) -> None:
        self._pushes[push.delivery_id] = push

    async def push(self, delivery_id: str) -> PushRecord | None:
        return self._pushes.get(delivery_id)

    async def put_audit(self, entry: AuditEntry) -> None:
        self._audit.setdefault(entry.id, entry)

    async def audit(self, limit: int) -> list[AuditEntry]:
        return list(reversed(self._audit.values()))[:limit]


def _commit_key(commit: Commit) -> tuple[str, str, int]:
    return commit.repository_id, commit.branch, commit.seq


def _ownership_key(ownership: Ownership) -> tuple[str, str, str]:
    return ownership.repository_id, ownership.branch, ownership.prefix
