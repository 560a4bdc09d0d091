"""What every ledger asks of a transaction before it looks at what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import assert_never

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import Ownership, Repository
from gitmoxi.errors import InvariantError
from gitmoxi.ports.ledger import (
    CheckLease,
    CreateDeployment,
    DeleteOrphan,
    DeleteOwnership,
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
from gitmoxi.ports.watches import DeleteWatch, PutWatch

MAX_WRITES = 100
"""The most that one DynamoDB ``TransactWriteItems`` takes."""


def name_of(write: Write) -> str:  # noqa: C901, PLR0912 - one line for each kind of write
    """The record that ``write`` is about, as people call it; equal names are the same item."""
    match write:
        case CreateDeployment() | UpdateDeployment():
            return f"deployment {write.deployment.id}"
        case PutStep():
            return f"step {write.step.version} of deployment {write.step.deployment_id}"
        case PutPlan():
            return f"plan of deployment {write.plan.deployment_id}"
        case PutCommand():
            return f"command {write.command.id} of deployment {write.command.deployment_id}"
        case PutTarget():
            return f"target {write.record.target.id}"
        case CheckLease():
            return f"target {write.target_id}"
        case PutOwnership() | DeleteOwnership():
            return _ownership_name(write.ownership)
        case PutOrphan(orphan=orphan):
            return f"orphan {orphan.target.id}"
        case DeleteOrphan(target=target):
            return f"orphan {target.id}"
        case PutWatch(watch=watch) | DeleteWatch(watch=watch):
            return f"watch of deployment {watch.deployment_id} on {watch.alarm}"
        case PutBranch():
            return f"branch {write.branch.name} of repository {write.branch.repository_id}"
        case PutCommit():
            commit = write.commit
            return f"commit {commit.seq} on {commit.branch} of repository {commit.repository_id}"
        case PutDryRun():
            return f"dry run {write.dry_run.id}"
        case PutOutbox():
            return f"outbox event {write.event.id} of {write.event.owner}"
    assert_never(write)


def _ownership_name(ownership: Ownership) -> str:
    return f"ownership of {ownership.prefix} on {ownership.branch} of repository {ownership.repository_id}"


def check_writes(writes: Sequence[Write]) -> None:
    """Refuse a transaction that could never be right, whatever is stored.

    Raises:
        InvariantError: too many writes, two on one item, a version that does not rise, or a deployment
            that would never be looked at again.
    """
    if len(writes) > MAX_WRITES:
        raise InvariantError(f"a transaction holds {len(writes)} writes, at most {MAX_WRITES} are possible")
    twice = [name for name, count in Counter(map(name_of, writes)).items() if count > 1]
    if twice:
        raise InvariantError(f"a transaction writes twice to {', '.join(twice)}")
    for write in writes:
        _check(write)


def check_repository(repository: Repository, expected_revision: int) -> None:
    """Refuse a registration whose revision does not rise.

    Raises:
        InvariantError: it would let a second writer pass the same condition.
    """
    _check_rise(f"repository {repository.id}", "revision", expected_revision, repository.revision)


def _check(write: Write) -> None:
    match write:
        case CreateDeployment():
            _check_wake(write.deployment)
        case UpdateDeployment():
            _check_wake(write.deployment)
            _check_rise(name_of(write), "version", write.expected_version, write.deployment.version)
        case PutTarget():
            _check_rise(name_of(write), "revision", write.expected_revision, write.record.revision)
        case _:
            pass


def _check_wake(deployment: Deployment) -> None:
    """A deployment without ``next_at`` is in no due list: a live one would be lost."""
    if deployment.state.terminal == (deployment.next_at is not None):
        raise InvariantError(
            f"deployment {deployment.id} is {deployment.state} with next_at {deployment.next_at}: "
            "next_at is set exactly while the state is not terminal"
        )


def _check_rise(name: str, counter: str, expected: int, written: int) -> None:
    """A write that leaves its counter as it was would let a second writer pass the same condition."""
    if written <= expected:
        raise InvariantError(f"{name} would be written with {counter} {written}, expected above {expected}")
