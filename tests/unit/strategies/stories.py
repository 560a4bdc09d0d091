"""Deployments, live services and functions as the strategies see them, in short form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import (
    ActionError,
    Deployment,
    Intent,
    ObjectChange,
    Origin,
    Progress,
    Verb,
)
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, Target, TargetKind
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition, ServiceDeployment
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.lambda_observation import LambdaLimits, LambdaObservation

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ECS = EcsTarget(account="111122223333", region="eu-central-1", cluster="demo", service_name="web")
LAMBDA = LambdaTarget(account="111122223333", region="eu-central-1", function_name="greet")
OLD_ARN, NEW_ARN = (
    f"arn:aws:ecs:eu-central-1:111122223333:task-definition/web:{revision}" for revision in (1, 2)
)
OURS, THEIRS, BEFORE = "ecs-svc/2", "ecs-svc/3", "ecs-svc/1"
OUR_ROLLOUT, PREVIOUS_ROLLOUT = (
    f"arn:aws:ecs:eu-central-1:111122223333:service-deployment/demo/web/{name}" for name in ("new", "old")
)
LIMITS = EcsLimits(
    timeout=timedelta(seconds=300),
    poll_interval=timedelta(seconds=30),
    failures_allowed=3,
    rollback=True,
    delete_failed_create=True,
)
READINESS = LambdaLimits(interval=timedelta(seconds=10), timeout=timedelta(seconds=50))
DESIRED = DesiredEcs(target=ECS, service={"desiredCount": 2}, task_definition={"family": "web"})
REFUSED = ActionError(code="ClientException", message="AWS said no.", operation="ecs:CreateService")


def deployment(
    phase: str = "start",
    values: Mapping[str, str] | None = None,
    *,
    state: State = State.RUNNING,
    target: Target = ECS,
    verb: Verb = Verb.UPDATE,
    intents: tuple[Intent, ...] = (),
    since: datetime | None = NOW,
    **members: Any,
) -> Deployment:
    """A deployment in a phase, with the values that its progress carries."""
    kind = target.kind
    forward = Worker.ECS_DEPLOYER if kind is TargetKind.ECS else Worker.LAMBDA_DEPLOYER
    return Deployment(
        id="d-1",
        version=5,
        state=state,
        owner=Worker.ROLLBACK if state is State.ROLLING_BACK else forward,
        kind=kind,
        change=ObjectChange.MODIFIED,
        origin=Origin(
            repository_id="r-1",
            repository_url="https://git.example/web",
            branch="main",
            commit_sha="a" * 40,
            seq=1,
            prefix="prod/web",
        ),
        created_at=NOW,
        updated_at=NOW,
        because="Planned.",
        target=target,
        verb=verb,
        progress=Progress(phase=phase, since=since, values=dict(values or {})),
        intents=intents,
        next_at=None if state.terminal else NOW,
        **members,
    )


def called(
    call: str,
    result: dict[str, str] | None = None,
    error: ActionError | None = None,
    arguments: dict[str, str] | None = None,
) -> Intent:
    """A call that was made, and what became of it."""
    return Intent(
        action_id="0" * 32,
        call=call,
        arguments=arguments or {},
        result={} if result is None and not error else result,
        error=error,
    )


def record(target: Target = ECS, good: Mapping[str, str] | None = None) -> TargetRecord:
    """The target's record; ``good`` are the values of its last good revision."""
    last_good = None
    if good is not None:
        last_good = LastGood(
            deployment_id="d-0",
            commit_sha="b" * 40,
            desired=BodyRef(sha256="0" * 64, size=1),
            at=NOW,
            values=dict(good),
        )
    return TargetRecord(target=target, active_id="d-1", last_good=last_good)


def service(
    *,
    status: str = "ACTIVE",
    primary: str = OURS,
    arn: str = NEW_ARN,
    rollout: str = "IN_PROGRESS",
    failed: int = 0,
    desired: int = 2,
    running: int = 1,
    pending: int = 0,
) -> EcsService:
    """A described service, with one deployment."""
    entry = {
        "id": primary,
        "status": "PRIMARY",
        "taskDefinition": arn,
        "desiredCount": desired,
        "runningCount": running,
        "failedTasks": failed,
        "rolloutState": rollout,
    }
    counts = {"desiredCount": desired, "runningCount": running, "pendingCount": pending}
    document = {"status": status, "taskDefinition": arn, "deployments": [entry], **counts}
    return EcsService(document=document, tags={})


def rollout(status: str, arn: str = OUR_ROLLOUT, reason: str = "") -> ServiceDeployment:
    return ServiceDeployment(arn=arn, status=status, reason=reason)


def stopped(reason: str) -> tuple[FailedTask, ...]:
    return (FailedTask(stop_code="TaskFailedToStart", reason=reason),)


def revision(arn: str = OLD_ARN, status: str = "ACTIVE") -> EcsTaskDefinition:
    return EcsTaskDefinition(document={"taskDefinitionArn": arn, "status": status})


def ecs_plan(verb: Verb = Verb.UPDATE, **members: Any) -> EcsPlan:
    return EcsPlan(target=ECS, verb=verb, strategy="rolling", **members)


def ecs(live: EcsService | None, **members: Any) -> EcsObservation:
    """A look at an ECS target that wants ``DESIRED``."""
    return EcsObservation(service=live, **{"desired": DESIRED, "owned": True, **members})


def function(
    *, state: str = "Active", update: str = "Successful", sha: str = "sha-1", **members: Any
) -> LambdaFunction:
    configuration = {
        "State": state,
        "LastUpdateStatus": update,
        "CodeSha256": sha,
        "RevisionId": "r-1",
        "Version": "$LATEST",
        **members,
    }
    return LambdaFunction(configuration=configuration)


def alias(version: str = "1", **weights: float) -> LambdaAlias:
    return LambdaAlias(name="live", version=version, revision_id="a-1", weights=weights)


def lambda_plan(verb: Verb = Verb.UPDATE, **members: Any) -> LambdaPlan:
    return LambdaPlan(target=LAMBDA, verb=verb, alias_name="live", **members)


def greet(live: LambdaFunction | None, **members: Any) -> LambdaObservation:
    """A look at a function of ours."""
    return LambdaObservation(function=live, **{"owned": True, **members})
