"""Small records to store, each like the last but for what a test says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.deployments import (
    Command,
    CommandKind,
    Deployment,
    Intent,
    ObjectChange,
    Origin,
    PlannedCall,
    PlannedDifference,
    PlannedWarning,
    PlanRecord,
    Progress,
    Risk,
    Step,
    Verb,
)
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.records import (
    Branch,
    Claim,
    Commit,
    CommitStatus,
    LastGood,
    Orphan,
    Ownership,
    PushOutcome,
    PushRecord,
    Repository,
    TargetRecord,
)
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, Target, TargetKind
from gitmoxi.ports.ledger import CreateDeployment, OutboxEvent

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
REPOSITORY = "r-web"
URL = "https://git.example.com/team/web"
SHA = "4f1c0de9a7b35d2846e0f9b1c2d3e4f5a6b7c8d9"
ECS = EcsTarget(account="111122223333", region="eu-west-1", cluster="prod", service_name="web")
FUNCTION = LambdaTarget(account="111122223333", region="eu-west-1", function_name="resize")


def at(minutes: float) -> datetime:
    """A moment, in minutes after the first."""
    return T0 + timedelta(minutes=minutes)


def an_origin(**changes: Any) -> Origin:
    values: dict[str, Any] = {
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": "main",
        "commit_sha": SHA,
        "seq": 7,
        "prefix": "prod/web",
    }
    return Origin(**values | changes)


def a_deployment(
    name: str = "d-1", *, created: float = 0, state: State = State.WAITING, **changes: Any
) -> Deployment:
    """A deployment that waits, or that has ended in ``state``."""
    values: dict[str, Any] = {
        "id": name,
        "version": 1,
        "state": state,
        "owner": Worker.ECS_DEPLOYER,
        "kind": TargetKind.ECS,
        "change": ObjectChange.MODIFIED,
        "origin": an_origin(),
        "created_at": at(created),
        "updated_at": at(created),
        "because": "a newer image is wanted",
        "target": ECS,
        "next_at": None if state.terminal else at(created),
    }
    return Deployment(**values | changes)


def a_busy_deployment() -> Deployment:
    """A deployment in mid-flight, with everything set that a tick sets."""
    return a_deployment(
        "d-0123456789abcdef0123",
        state=State.RUNNING,
        verb=Verb.UPDATE,
        snapshot=ref_of(b"snapshot"),
        desired=ref_of(b"desired"),
        before=ref_of(b"before"),
        progress=Progress(phase="watch", since=at(3), values={"deployment": "ecs-svc/1234567890123456789"}),
        intents=(Intent(action_id="a" * 32, call="ecs:UpdateService", result={"status": "PRIMARY"}),),
        command_cursor="01JD" + "0" * 22,
        started_at=at(1),
    )


def a_step(version: int = 1, deployment: str = "d-1", **changes: Any) -> Step:
    values: dict[str, Any] = {
        "deployment_id": deployment,
        "version": version,
        "at": at(version),
        "by": Worker.ECS_DEPLOYER,
        "name": "ticked",
        "state": State.RUNNING,
        "because": "two of three tasks run",
    }
    return Step(**values | changes)


def a_plan(deployment: str = "d-1", **changes: Any) -> PlanRecord:
    values: dict[str, Any] = {
        "deployment_id": deployment,
        "verb": Verb.UPDATE,
        "strategy": "rolling",
        "differences": (
            PlannedDifference(document="service", path="desiredCount", before="2", after="3"),
            PlannedDifference(document="tags", path="team", after="shop"),
        ),
        "steps": ("update the service",),
        "calls": (PlannedCall(api="ecs:UpdateService", summary="set desiredCount"),),
        "warnings": (PlannedWarning(text="it is adopted", risk=Risk.DATA_PATH),),
    }
    return PlanRecord(**values | changes)


def a_command(name: str, kind: CommandKind = CommandKind.PAUSE) -> Command:
    return Command(id=name, deployment_id="d-1", kind=kind, by="ada", at=T0)


def a_target(**changes: Any) -> TargetRecord:
    values: dict[str, Any] = {
        "target": ECS,
        "revision": 1,
        "claim": Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix="prod/web"),
        "waiting_id": "d-1",
        "held_id": "d-9",
        "last_seq": 7,
        "last_good": LastGood(
            deployment_id="d-0", commit_sha=SHA, desired=ref_of(b"x"), at=T0, values={"count": "2"}
        ),
    }
    return TargetRecord(**values | changes)


def an_ownership(prefix: str = "prod/web", **changes: Any) -> Ownership:
    values: dict[str, Any] = {
        "repository_id": REPOSITORY,
        "branch": "main",
        "prefix": prefix,
        "target": ECS,
    }
    return Ownership(**values | changes)


def an_orphan(target: Target = ECS, **changes: Any) -> Orphan:
    claim = Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix="prod/web")
    values: dict[str, Any] = {"target": target, "claim": claim, "since": T0, "because": "It was renamed."}
    return Orphan(**values | changes)


def a_branch(seq: int = 1, **changes: Any) -> Branch:
    values: dict[str, Any] = {"repository_id": REPOSITORY, "name": "main", "seq": seq}
    return Branch(**values | changes)


def a_commit(seq: int = 1, **changes: Any) -> Commit:
    values: dict[str, Any] = {
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": "main",
        "seq": seq,
        "sha": SHA,
        "status": CommitStatus.INGESTING,
        "because": "a push arrived",
        "received_at": at(seq),
    }
    return Commit(**values | changes)


def a_dry_run(**changes: Any) -> DryRun:
    values: dict[str, Any] = {
        "id": "dr-1",
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": "main",
        "requested_at": T0,
        "expires_at": at(24 * 60),
        "state": DryRunState.RECEIVED,
        "because": "it was asked for",
    }
    return DryRun(**values | changes)


def a_push(delivery_id: str = "delivery-1", **changes: Any) -> PushRecord:
    values: dict[str, Any] = {
        "delivery_id": delivery_id,
        "repository": URL,
        "branch": "main",
        "at": T0,
        "outcome": PushOutcome.RETRYING,
        "because": "the repository did not answer",
    }
    return PushRecord(**values | changes)


def a_repository(name: str = REPOSITORY, **changes: Any) -> Repository:
    values: dict[str, Any] = {"id": name, "url": URL, "branches": ("main",), "registered_at": T0}
    return Repository(**values | changes)


def an_event(name: str, **changes: Any) -> OutboxEvent:
    values: dict[str, Any] = {
        "id": name,
        "owner": Worker.PLANNER,
        "detail_type": "deployment.planned.v1",
        "detail": '{"deployment_id":"d-1"}',
        "created_at": T0,
    }
    return OutboxEvent(**values | changes)


def created(*deployments: Deployment) -> list[CreateDeployment]:
    """The writes that create ``deployments``."""
    return [CreateDeployment(deployment=deployment) for deployment in deployments]
