"""Bringing an ECS service back to its last good revision, or removing a failed first creation."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_deleting import DELETE, DRAIN_LOOK
from gitmoxi.strategies.ecs_following import (
    ECS_DEPLOYMENT,
    PREVIOUS_SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
    Course,
    follow,
    with_service_deployment,
)
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.ecs_rolling import (
    PREVIOUS,
    REGISTER,
    TASK_DEFINITION,
    UPDATE,
    intent_result,
    wait,
)
from gitmoxi.strategies.failing import fail

SCALE_TO_ZERO = "ecs:UpdateService(desiredCount=0)"


def decide_ecs_rollback(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """The next step of a rollback.

    ``seen.desired`` is the last good revision; None when there never was one. ``seen.known_task_definition``
    is that revision's task definition, which may have become INACTIVE and is then registered again.
    """
    refused = next((intent.error for intent in deployment.intents if intent.error is not None), None)
    if refused is not None:
        return fail(deployment, refused.message)
    match deployment.progress.phase:
        case "start" if seen.service is None or seen.service.status != "ACTIVE":
            return _done(deployment, f"{record.target} does not exist: nothing is left to undo.")
        case "start" if deployment.verb is Verb.CREATE and record.last_good is None:
            return _undo_creation(deployment, record, seen, limits, now)
        case "start":
            return _start(deployment, seen, now)
        case "register":
            return _go_back(deployment, seen, intent_result(deployment)[TASK_DEFINITION], now)
        case "apply":
            return _applied(deployment, now)
        case "follow":
            return _follow(deployment, seen, limits, now)
        case "remove":
            return _removed(deployment, record, seen)
        case phase:
            raise InvariantError(f"{deployment.id} is in phase {phase}, which ECS rollbacks do not have")


def _undo_creation(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    ours = seen.service is not None and OWNER_TAG in seen.service.tags
    delete = limits.delete_failed_create and ours
    return Decision(
        step="remove the failed service" if delete else "scale the failed service to 0",
        because=(
            f"The first creation of {record.target} failed; deleteNewUponFailure is "
            f"{str(limits.delete_failed_create).lower()}."
        ),
        to=deployment.state,
        progress=Progress(phase="remove", since=now, values=deployment.progress.values),
        actions=(Action(call=DELETE if delete else SCALE_TO_ZERO),),
    )


def _removed(deployment: Deployment, record: TargetRecord, seen: EcsObservation) -> Decision:
    service = seen.service
    if service is None or service.status == "INACTIVE":
        return _done(deployment, f"The failed {record.target} is removed.")
    if service.status == "ACTIVE" and not service.document.get("runningCount"):
        return _done(deployment, f"The failed {record.target} is scaled to 0 for a look.")
    return Decision(
        step="wait",
        because=f"{record.target} is stopping its tasks.",
        to=deployment.state,
        progress=deployment.progress,
        look_again=DRAIN_LOOK,
        quiet=True,
    )


def _start(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    if seen.refused is not None:
        return fail(deployment, str(seen.refused))
    good = seen.known_task_definition
    if _already_back(seen):
        return _done(deployment, f"The service never left its last good revision. {deployment.cause or ''}")
    if good is not None and good.active:
        return _go_back(deployment, seen, good.arn, now)
    if seen.desired is None or seen.desired.task_definition is None:
        return fail(deployment, "The last good task definition is gone, and there is no copy of it.")
    return Decision(
        step="register the last good task definition again",
        because="The last good task definition is INACTIVE or gone.",
        to=deployment.state,
        progress=Progress(phase="register", since=now, values=deployment.progress.values),
        actions=(Action(call=REGISTER),),
    )


def _already_back(seen: EcsObservation) -> bool:
    service, good, plan = seen.service, seen.known_task_definition, seen.plan
    if service is None or good is None or plan is None or service.primary is None:
        return False
    settled = service.primary.get("rolloutState") == "COMPLETED"
    return settled and plan.verb is Verb.NOTHING and service.task_definition_arn == good.arn


def _go_back(deployment: Deployment, seen: EcsObservation, arn: str, now: datetime) -> Decision:
    assert seen.service is not None
    plan = seen.plan
    values = {**deployment.progress.values, TASK_DEFINITION: arn}
    fields_only = plan is not None and not plan.starts_deployment
    quiet = fields_only and seen.service.task_definition_arn == arn
    values[STARTS_DEPLOYMENT] = "no" if quiet else "yes"
    values.pop(ECS_DEPLOYMENT, None)
    values.pop("service_deployment", None)
    if seen.following is not None:
        values[PREVIOUS_SERVICE_DEPLOYMENT] = seen.following.arn
    primary = seen.service.primary or {}
    return Decision(
        step="bring the service back",
        because=f"The last good revision ran {arn.rpartition('/')[2]}.",
        to=deployment.state,
        progress=Progress(phase="apply", since=now, values=values),
        actions=(
            Action(call=UPDATE, arguments={TASK_DEFINITION: arn, PREVIOUS: str(primary.get("id", ""))}),
        ),
    )


def _applied(deployment: Deployment, now: datetime) -> Decision:
    values = {**deployment.progress.values, **intent_result(deployment)}
    return Decision(
        step="follow the way back",
        because="AWS took the request; the service deployment is followed to its end.",
        to=deployment.state,
        progress=Progress(phase="follow", since=now, values=values),
    )


def _follow(deployment: Deployment, seen: EcsObservation, limits: EcsLimits, now: datetime) -> Decision:
    progress = with_service_deployment(deployment.progress, seen)
    following = follow(progress, seen, limits, now)
    match following.course:
        case Course.UNDER_WAY:
            return wait(deployment, progress, following, limits)
        case Course.ARRIVED:
            return _done(
                deployment, f"The service is back at its last good revision. {deployment.cause or ''}"
            )
        case _:
            return fail(deployment, following.because)


def _done(deployment: Deployment, because: str) -> Decision:
    return Decision(
        step="finish",
        because=because.strip(),
        to=deployment.ending or State.ROLLED_BACK,
        progress=deployment.progress,
    )
