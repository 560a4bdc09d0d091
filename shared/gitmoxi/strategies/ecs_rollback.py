"""Bringing an ECS service back to its last good revision, or to a recorded one that a person asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.errors import InvariantError
from gitmoxi.planning.desired import task_definition_hash
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_following import Course, follow, with_service_deployment
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of
from gitmoxi.strategies.ecs_primary import newer_primary, shows_older_primary
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    FOLLOWED,
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
from gitmoxi.strategies.ecs_undoing import await_removal, undo_creation
from gitmoxi.strategies.ecs_waiting import wait_for_news
from gitmoxi.strategies.explained import NOTICED
from gitmoxi.strategies.failing import fail, fail_impossible, fail_refused
from gitmoxi.strategies.rollback_ends import arrived, goal, runs_already, with_standing

STOP = "ecs:StopServiceDeployment"

TAKEN_BACK = "taken_back"
"""Progress value, ``yes``: ECS was asked to roll its own service deployment back."""

_STOPPABLE = frozenset({"PENDING", "IN_PROGRESS"})
"""Statuses of a service deployment that ECS can still roll back (API_StopServiceDeployment)."""


def decide_ecs_rollback(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """The next step of a rollback.

    ``seen.desired`` is the revision to bring back; None when there never was one.
    ``seen.known_task_definition`` is that revision's task definition, which may have become INACTIVE and is
    then registered again.
    """
    return with_standing(_decide(deployment, record, seen, limits, now), _standing(seen))


def _decide(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    if (refused := _refusal(deployment, seen, now)) is not None:
        return refused
    match deployment.progress.phase:
        case "remove":
            return await_removal(deployment, record, seen, now)
        case "start" if seen.created:
            return undo_creation(deployment, record, seen, limits, now)
        case "start" | "register" if seen.service is None or seen.service.status != "ACTIVE":
            cause = f"Somebody deleted {record.target}. To have it again: gmctl undelete {record.target.id}."
            return fail(deployment, cause)
        case "start":
            return _start(deployment, seen, now)
        case "register":
            return _registered(deployment, seen, now)
        case "apply":
            return _applied(deployment, seen, now)
        case "untag":
            return set_tags(deployment, seen)
        case "follow":
            return _follow(deployment, seen, limits, now)
        case phase:
            raise InvariantError(f"{deployment.id} is in phase {phase}, which ECS rollbacks do not have")


def _refusal(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision | None:
    """The end of a rollback whose last call AWS refused, unless there is a way around the refusal."""
    refused = next((intent for intent in deployment.intents if intent.error is not None), None)
    if refused is None or refused.error is None:
        return None
    if deployment.progress.phase == "remove" and _gone(seen):
        return None
    good = seen.known_task_definition
    meant_good = good is not None and refused.arguments.get(TASK_DEFINITION) == good.arn
    if refused.call == UPDATE and meant_good and good is not None and not good.active and _has_copy(seen):
        return _register(deployment, seen, now)
    return fail_refused(deployment, refused.error)


def _gone(seen: EcsObservation) -> bool:
    return seen.service is None or seen.service.status == "INACTIVE"


def _has_copy(seen: EcsObservation) -> bool:
    return seen.desired is not None and seen.desired.task_definition is not None


def _start(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    if (other := _taken_over(deployment, seen)) is not None:
        return fail(deployment, other)
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    if (waiting := _wait_for_news(deployment, seen, now)) is not None:
        return waiting
    if seen.plan is not None and seen.service is not None and _runs(seen):
        values = {TASK_DEFINITION: seen.service.task_definition_arn}
        if seen.plan.verb is Verb.NOTHING:
            verb = "runs" if deployment.is_requested_rollback else "never left"
            return runs_already(
                deployment, f"The service {verb} {goal(deployment)}{_already(deployment)}.", values
            )
        values |= {**deployment.progress.values, **values, STARTS_DEPLOYMENT: "no"}
        only_tags = Progress(phase="apply", since=now, values=values)
        return set_tags(replace(deployment, progress=only_tags), seen)
    if (taken_back := _take_back(deployment, seen, now)) is not None:
        return taken_back
    good = seen.known_task_definition
    if good is not None and good.active:
        return _go_back(deployment, seen, good.arn, now)
    if not _has_copy(seen):
        cause = f"The task definition of {goal(deployment)} is gone, and there is no copy of it."
        return fail(deployment, cause)
    return _register(deployment, seen, now)


def _take_back(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision | None:
    """Undo a deployment that changed nothing but the tasks, such as a forced one.

    An update of equal content would start nothing. ECS knows the revision from before, with the images that
    its tasks resolved.
    """
    nothing_differs = seen.plan is not None and seen.plan.update_request is None
    rollout = seen.following
    ours = ECS_DEPLOYMENT in deployment.progress.values  # and nobody else's since, or we would not be here
    if not (nothing_differs and ours and rollout is not None and rollout.status in _STOPPABLE):
        return None
    assert seen.service is not None
    kept = {k: v for k, v in deployment.progress.values.items() if k not in _OF_THE_WAY_FORWARD}
    values = kept | {
        TASK_DEFINITION: seen.service.task_definition_arn,
        SERVICE_DEPLOYMENT: rollout.arn,
        STARTS_DEPLOYMENT: "yes",
        TAKEN_BACK: "yes",
    }
    return Decision(
        step="stop the deployment",
        because="Nothing but the tasks changed, and ECS alone knows which images they ran: it goes back.",
        to=deployment.state,
        progress=Progress(phase="apply", since=now, values=values),
        actions=(Action(call=STOP, arguments={SERVICE_DEPLOYMENT: rollout.arn}),),
    )


def stop_shows(seen: EcsObservation, service_deployment: str) -> bool:
    """Whether ECS no longer carries out the service deployment that was to be stopped."""
    rollout = seen.following
    return rollout is None or rollout.arn != service_deployment or rollout.status not in _STOPPABLE


def _already(deployment: Deployment) -> str:
    return " already" if deployment.is_requested_rollback else ""


def _taken_over(deployment: Deployment, seen: EcsObservation) -> str | None:
    """Whether somebody else updated the service after the deployment that is undone; what to say then."""
    newer = newer_primary(deployment.progress, seen.service)
    if deployment.is_requested_rollback or newer is None or _goes_back_by_itself(seen):
        return None
    return (
        f"Somebody else updated the service since: its primary deployment is {newer['id']}, ours was "
        f"{deployment.progress.values[ECS_DEPLOYMENT]}. The other update is left alone."
    )


def _goes_back_by_itself(seen: EcsObservation) -> bool:
    """Whether another primary is ECS's own way back."""
    return seen.following is not None and seen.following.status.startswith("ROLLBACK")


def _wait_for_news(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision | None:
    """The wait while ECS answers with the service as it was before the deployment that is undone.

    Taken for the truth, it would say that nothing has to be done.
    """
    late = shows_older_primary(deployment.progress, seen.service) and not _goes_back_by_itself(seen)
    return wait_for_news(deployment, now) if late else None


def _register(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    good = seen.known_task_definition
    what = "is gone" if good is None else f"({revision_name(good.arn)}) is {good.document.get('status')}"
    return Decision(
        step="register the task definition again",
        because=f"The task definition of {goal(deployment)} {what}; ECS starts tasks of ACTIVE ones only.",
        to=deployment.state,
        progress=Progress(phase="register", since=now, values=deployment.progress.values),
        actions=(Action(call=REGISTER),),
    )


def revision_name(arn: str) -> str:
    """``family:revision`` of a task definition's ARN."""
    return arn.rpartition("/")[2]


def _runs(seen: EcsObservation) -> bool:
    """Whether the service is settled, its tasks and fields as they are to be."""
    primary = seen.service.primary if seen.service is not None else None
    settled = primary is not None and primary.get("rolloutState") == "COMPLETED"
    return settled and seen.plan is not None and seen.plan.update_request is None


def _registered(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    arn = intent_result(deployment)[TASK_DEFINITION]
    decision = _go_back(deployment, seen, arn, now)
    if seen.desired is None or seen.desired.task_definition is None:
        return decision
    return replace(
        decision, remember_task_definition=(task_definition_hash(seen.desired.task_definition), arn)
    )


def _go_back(deployment: Deployment, seen: EcsObservation, arn: str, now: datetime) -> Decision:
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    assert seen.service is not None
    plan = seen.plan
    values = {k: v for k, v in deployment.progress.values.items() if k not in _OF_THE_WAY_FORWARD}
    fields_only = plan is not None and not plan.starts_deployment
    quiet = fields_only and seen.service.task_definition_arn == arn
    values |= {TASK_DEFINITION: arn, STARTS_DEPLOYMENT: "no" if quiet else "yes"}
    if seen.following is not None:
        values[PREVIOUS_SERVICE_DEPLOYMENT] = seen.following.arn
    primary = seen.service.primary or {}
    return Decision(
        step="bring the service back",
        because=f"The service goes back to {goal(deployment)}, which runs {revision_name(arn)}.",
        to=deployment.state,
        progress=Progress(phase="apply", since=now, values=values),
        actions=(
            Action(call=UPDATE, arguments={TASK_DEFINITION: arn, PREVIOUS: str(primary.get("id", ""))}),
        ),
    )


_OF_THE_WAY_FORWARD = (*FOLLOWED, PREVIOUS_SERVICE_DEPLOYMENT, NOTICED)
"""Progress values that the deployment which is undone leaves behind."""


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
        case Course.REVERTED_BY_ECS if TAKEN_BACK in progress.values:
            return arrived(deployment, "ECS brought the tasks from before back.", _values(progress))
        case Course.ARRIVED:
            return arrived(deployment, f"The service is back at {goal(deployment)}.", _values(progress))
        case _:
            return fail(deployment, following.because, explanations=following.explanations)


def _values(progress: Progress) -> dict[str, str]:
    return {TASK_DEFINITION: progress.values[TASK_DEFINITION]}


def _standing(seen: EcsObservation) -> str:
    """What runs now, in one sentence."""
    if seen.service is None or seen.service.status == "INACTIVE":
        return "Now there is no such service."
    if seen.service.status == "DRAINING":
        return "Now the service is being deleted."
    parts = [
        f"{count_of(one, 'runningCount')} of {count_of(one, 'desiredCount')} tasks of "
        f"{revision_name(str(one.get('taskDefinition', '')))} run"
        for one in seen.service.document.get("deployments") or ()
    ]
    return f"Now {' and '.join(parts)}." if parts else "Now none of its tasks run."
