"""The rolling deployment of an ECS service: register, create or update, follow to the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import AccessDeniedError, InvariantError
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.strategies import ecs_fallback
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_alarms import note_red, note_watched, refuse_red
from gitmoxi.strategies.ecs_failures import count_from
from gitmoxi.strategies.ecs_fallback import fall_back, fallen_back
from gitmoxi.strategies.ecs_following import Course, follow, with_service_deployment
from gitmoxi.strategies.ecs_foreign import meet_foreign_change
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.ecs_primary import made_at
from gitmoxi.strategies.ecs_progress import (
    APPLIED_AGAIN,
    ECS_DEPLOYMENT,
    PREVIOUS_SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.ecs_rolling import (
    CREATE,
    PREVIOUS,
    REGISTER,
    TASK_DEFINITION,
    UPDATE,
    intent_result,
    set_tags,
    wait,
)
from gitmoxi.strategies.ecs_waiting import PATIENCE, refused_for_long, wait_for_name, wait_for_room
from gitmoxi.strategies.explained import denied, why_impossible, why_refused
from gitmoxi.strategies.failing import (
    changed,
    fail,
    fail_as_told,
    fail_impossible,
    retry_of,
    stop_denied,
    unchanged,
)


def decide_rolling(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """The next step of creating or updating a service."""
    if isinstance(seen.refused, AccessDeniedError):
        return stop_denied(deployment, str(seen.refused), why_impossible(seen.refused))
    if (refused := refusal(deployment, seen, limits, now)) is not None:
        return refused
    match deployment.progress.phase:
        case "start":
            return _start(deployment, record, seen, limits, now)
        case "register":
            return _apply(deployment, seen, intent_result(deployment)[TASK_DEFINITION], now)
        case "apply":
            return _applied(deployment, seen, now)
        case "tag" | "untag":
            return set_tags(deployment, seen)
        case ecs_fallback.PHASE:
            return fallen_back(deployment, now)
        case "follow":
            return _follow(deployment, seen, limits, now)
        case phase:
            raise InvariantError(
                f"{deployment.id} is in phase {phase}, which rolling deployments do not have"
            )


def refusal(
    deployment: Deployment, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision | None:
    """What follows when AWS refused the last call: wait for what passes, stop, or go back."""
    refused = next((intent for intent in deployment.intents if intent.error is not None), None)
    if refused is None or refused.error is None:
        return None
    error = refused.error
    not_made = refused.call in {CREATE, UPDATE} and error.operation in {CREATE, UPDATE, ""}
    failed = unchanged(deployment) if not_made else deployment
    if (waiting := wait_for_room(failed, error, seen.service, now)) is not None:
        return waiting
    explanations = why_refused(error, deployment.target)
    if denied(explanations):
        return stop_denied(failed, str(error), explanations)
    told = refused_for_long(error, seen.service)
    return fail_as_told(failed, told, rollback=limits.rollback, explanations=explanations)


def _start(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    if (waiting := _wait_for_name(deployment, record, seen, now)) is not None:
        return waiting
    _, plan = _planned(seen)
    under_way = seen.service is not None and seen.service.rolls_out
    if plan.verb is Verb.NOTHING and (APPLIED_AGAIN in deployment.progress.values or under_way):
        return _follow_as_it_is(deployment, seen, now)
    if plan.verb is Verb.NOTHING:
        return Decision(
            step="compare",
            because=f"{record.target} already is as wanted.",
            to=State.NO_CHANGE,
            progress=deployment.progress,
            last_good={TASK_DEFINITION: seen.service.task_definition_arn} if seen.service else None,
        )
    if (refused := refuse_red(deployment, seen, limits)) is not None:
        return refused
    values = {**deployment.progress.values, **note_red(seen), **note_watched(seen, limits)}
    deployment = replace(deployment, progress=replace(deployment.progress, values=values))
    known = seen.known_task_definition
    if plan.register and known is not None and known.active:
        return _apply(deployment, seen, known.arn, now)
    if plan.register:
        return Decision(
            step="register the task definition",
            because=(
                "The task definition differs from the one that runs."
                if seen.service is not None
                else "No deployment registered this task definition before."
            ),
            to=deployment.state,
            progress=Progress(phase="register", since=now, values=deployment.progress.values),
            actions=(Action(call=REGISTER),),
        )
    live = seen.service.task_definition_arn if seen.service is not None else ""
    return _apply(deployment, seen, plan.task_definition or live, now)


def _wait_for_name(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, now: datetime
) -> Decision | None:
    """A DRAINING service blocks its name: it is waited for, and its end is no failure."""
    if seen.service is None or seen.service.status != "DRAINING":
        return None
    cause = (
        f"{record.target} still is DRAINING after {PATIENCE.total_seconds():.0f} s and blocks its name. Its "
        f"tasks do not stop: look at them, then go on: {retry_of(deployment)}"
    )
    return wait_for_name(deployment, now) or fail(deployment, cause, rollback=False)


def _follow_as_it_is(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    """A deployment that is under way brings what is committed: it is followed in place of one of ours.

    Equal documents do not mean that the tasks run.
    """
    primary = seen.service.primary if seen.service is not None else None
    arn = seen.service.task_definition_arn if seen.service is not None else ""
    values = {**deployment.progress.values, TASK_DEFINITION: arn, STARTS_DEPLOYMENT: "yes"}
    if primary is not None:
        values |= {ECS_DEPLOYMENT: str(primary["id"]), **made_at(primary), **count_from(primary, now)}
    values.pop(PREVIOUS_SERVICE_DEPLOYMENT, None)
    return Decision(
        step="follow the other deployment",
        because="Another deployment brings what is committed already: it is followed until it is stable.",
        to=deployment.state,
        progress=Progress(phase="follow", since=now, values=values),
    )


def _apply(deployment: Deployment, seen: EcsObservation, arn: str, now: datetime) -> Decision:
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    desired, plan = _planned(seen)
    values = {**deployment.progress.values, TASK_DEFINITION: arn}
    values[STARTS_DEPLOYMENT] = "yes" if plan.starts_deployment else "no"
    if seen.following is not None:
        values[PREVIOUS_SERVICE_DEPLOYMENT] = seen.following.arn
    if plan.verb is Verb.UPDATE and plan.update_request is None:
        only_tags = Progress(phase="tag", since=now, values=values)
        return set_tags(replace(deployment, progress=changed(only_tags)), seen)
    create = plan.verb is Verb.CREATE
    arguments = {TASK_DEFINITION: arn}
    if not create and seen.service is not None and seen.service.primary is not None:
        arguments[PREVIOUS] = str(seen.service.primary["id"])
    remember = None
    if deployment.progress.phase == "register" and desired.task_definition is not None:
        remember = (task_definition_hash(desired.task_definition), arn)
    return Decision(
        step="create the service" if create else "update the service",
        because="The service does not exist." if create else "The service differs from what is committed.",
        to=deployment.state,
        progress=changed(Progress(phase="apply", since=now, values=values)),
        actions=(Action(call=CREATE if create else UPDATE, arguments=arguments),),
        remember_task_definition=remember,
    )


def _applied(deployment: Deployment, seen: EcsObservation, now: datetime) -> Decision:
    values = {**deployment.progress.values, **intent_result(deployment)}
    progress = replace(deployment.progress, since=now, values=values)
    return set_tags(replace(deployment, progress=progress), seen)


def _follow(deployment: Deployment, seen: EcsObservation, limits: EcsLimits, now: datetime) -> Decision:
    progress = with_service_deployment(deployment.progress, seen)
    following = follow(progress, seen, limits, now)
    if (elsewhere := fall_back(deployment, progress, following, seen, limits, now)) is not None:
        return elsewhere
    match following.course:
        case Course.UNDER_WAY:
            return wait(deployment, progress, following, limits)
        case Course.ARRIVED:
            return Decision(
                step="finish",
                because=following.because,
                to=State.SUCCEEDED,
                progress=progress,
                last_good={TASK_DEFINITION: progress.values[TASK_DEFINITION]},
            )
        case Course.FAILED:
            return fail_as_told(
                deployment,
                following.because,
                rollback=limits.rollback,
                explanations=following.explanations,
            )
        case Course.REPLACED:
            return meet_foreign_change(deployment, following, seen, limits, now)
        case Course.REVERTED_BY_ECS | Course.REVERT_FAILED as course:
            to = State.ROLLED_BACK if course is Course.REVERTED_BY_ECS else State.ROLLBACK_FAILED
            return Decision(
                step="report ECS's own rollback",
                because=following.because,
                to=to,
                progress=progress,
                cause=following.because,
                explanations=following.explanations,
            )


def _planned(seen: EcsObservation) -> tuple[DesiredEcs, EcsPlan]:
    if seen.desired is None or seen.plan is None:
        raise InvariantError("an ECS deployment was observed without its plan")
    return seen.desired, seen.plan
