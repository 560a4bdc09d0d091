"""Bringing an ECS service back to its last good revision, or removing a failed first creation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_deleting import DELETE, DRAIN_LOOK, DRAIN_TIMEOUT
from gitmoxi.strategies.ecs_following import Course, follow, with_service_deployment
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    LOOK_CLOSER,
    PREVIOUS_SERVICE_DEPLOYMENT,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.ecs_rolling import (
    PREVIOUS,
    REGISTER,
    TASK_DEFINITION,
    UPDATE,
    intent_result,
    set_tags,
    wait,
)
from gitmoxi.strategies.failing import fail, fail_impossible, fail_refused

SCALE_TO_ZERO = "ecs:UpdateService(desiredCount=0)"


def decide_ecs_rollback(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """The next step of a rollback.

    ``seen.desired`` is the last good revision; None when there never was one. ``seen.known_task_definition``
    is that revision's task definition, which may have become INACTIVE and is then registered again.
    """
    refused = next((intent.error for intent in deployment.intents if intent.error is not None), None)
    gone = seen.service is None or seen.service.status == "INACTIVE"
    if refused is not None and not (gone and deployment.progress.phase == "remove"):
        return fail_refused(deployment, refused)
    match deployment.progress.phase:
        case "start" if seen.service is None or seen.service.status != "ACTIVE":
            return _done(deployment, f"{record.target} does not exist: nothing is left to undo.")
        case "start" if seen.created:
            return _undo_creation(deployment, record, seen, limits, now)
        case "start":
            return _start(deployment, seen, now)
        case "register":
            return _go_back(deployment, seen, intent_result(deployment)[TASK_DEFINITION], now)
        case "apply":
            return _applied(deployment, seen, now)
        case "untag":
            return set_tags(deployment, seen)
        case "follow":
            return _follow(deployment, seen, limits, now)
        case "remove":
            return _removed(deployment, record, seen, now)
        case phase:
            raise InvariantError(f"{deployment.id} is in phase {phase}, which ECS rollbacks do not have")


def _undo_creation(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    if not seen.owned:
        cause = f"{record.target} does not carry this installation's tag {OWNER_TAG} and is left alone."
        return fail(deployment, cause)
    delete = limits.delete_failed_create
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


def _removed(deployment: Deployment, record: TargetRecord, seen: EcsObservation, now: datetime) -> Decision:
    service, since = seen.service, deployment.progress.since
    if service is None or service.status == "INACTIVE":
        return _done(deployment, f"The failed {record.target} is removed.")
    counts = ("desiredCount", "runningCount", "pendingCount")
    if service.status == "ACTIVE" and not any(count_of(service.document, name) for name in counts):
        return _done(deployment, f"The failed {record.target} is scaled to 0 for a look.")
    if since is not None and now - since >= DRAIN_TIMEOUT:
        seconds = DRAIN_TIMEOUT.total_seconds()
        return fail(deployment, f"{record.target} still stops its tasks after {seconds:.0f} s.")
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
        return fail_impossible(deployment, seen.refused)
    good = seen.known_task_definition
    if seen.plan is not None and good is not None and _runs(seen, good.arn):
        if seen.plan.verb is Verb.NOTHING:
            return _done(
                deployment, f"The service never left its last good revision. {deployment.cause or ''}"
            )
        values = {**deployment.progress.values, STARTS_DEPLOYMENT: "no"}
        only_tags = Progress(phase="apply", since=now, values=values)
        return set_tags(replace(deployment, progress=only_tags), seen)
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


def _runs(seen: EcsObservation, arn: str) -> bool:
    """Whether the service is settled on this task definition, with fields as they were last good."""
    primary = seen.service.primary if seen.service is not None else None
    if seen.service is None or primary is None or seen.plan is None:
        return False
    settled = primary.get("rolloutState") == "COMPLETED"
    return settled and seen.plan.update_request is None and seen.service.task_definition_arn == arn


def _go_back(deployment: Deployment, seen: EcsObservation, arn: str, now: datetime) -> Decision:
    assert seen.service is not None
    plan = seen.plan
    values = {**deployment.progress.values, TASK_DEFINITION: arn}
    fields_only = plan is not None and not plan.starts_deployment
    quiet = fields_only and seen.service.task_definition_arn == arn
    values[STARTS_DEPLOYMENT] = "no" if quiet else "yes"
    for name in (ECS_DEPLOYMENT, SERVICE_DEPLOYMENT, PREVIOUS_SERVICE_DEPLOYMENT, LOOK_CLOSER):
        values.pop(name, None)
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


def _applied(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    values = {**deployment.progress.values, **intent_result(deployment)}
    applied = replace(deployment.progress, since=now, values=values)
    return set_tags(replace(deployment, progress=applied), seen)


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
            return fail(deployment, following.because, explanations=following.explanations)


def _done(deployment: Deployment, because: str) -> Decision:
    return Decision(
        step="finish",
        because=because.strip(),
        to=deployment.ending or State.ROLLED_BACK,
        progress=deployment.progress,
    )
