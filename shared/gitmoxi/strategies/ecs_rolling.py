"""The rolling deployment of an ECS service: register, create or update, follow to the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Intent, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_following import Course, Following, follow, with_service_deployment
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.ecs_progress import (
    LOOK_CLOSER,
    PREVIOUS_SERVICE_DEPLOYMENT,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.explained import headline, news, noticed, why_refused
from gitmoxi.strategies.failing import changed, fail, fail_as_told, fail_impossible, unchanged

REGISTER = "ecs:RegisterTaskDefinition"
CREATE = "ecs:CreateService"
UPDATE = "ecs:UpdateService"
TAG = "ecs:TagResource"
UNTAG = "ecs:UntagResource"

TASK_DEFINITION = "task_definition"
"""Progress, argument and last-good value: the ARN of the task definition to run."""

PREVIOUS = "previous_ecs_deployment"
"""Argument of an update: the primary deployment before it, so that its effect can be recognised."""


def decide_rolling(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """The next step of creating or updating a service."""
    if (refused := refusal(deployment, limits)) is not None:
        return refused
    match deployment.progress.phase:
        case "start":
            return _start(deployment, record, seen, now)
        case "register":
            return _apply(deployment, seen, intent_result(deployment)[TASK_DEFINITION], now)
        case "apply":
            return _applied(deployment, seen, now)
        case "tag" | "untag":
            return set_tags(deployment, seen)
        case "follow":
            return _follow(deployment, seen, limits, now)
        case phase:
            raise InvariantError(
                f"{deployment.id} is in phase {phase}, which rolling deployments do not have"
            )


def refusal(deployment: Deployment, limits: EcsLimits) -> Decision | None:
    """The failure of a deployment whose last call AWS refused."""
    refused = next((intent for intent in deployment.intents if intent.error is not None), None)
    if refused is None or refused.error is None:
        return None
    failed = unchanged(deployment) if refused.call in {CREATE, UPDATE} else deployment
    explanations = why_refused(refused.error, deployment.target)
    return fail_as_told(failed, str(refused.error), rollback=limits.rollback, explanations=explanations)


def intent_result(deployment: Deployment) -> dict[str, str]:
    """What AWS answered to the one call of the last decision."""
    match deployment.intents:
        case (Intent(result=dict() as result),):
            return result
        case _:
            raise InvariantError(f"{deployment.id} has no answer in phase {deployment.progress.phase}")


def _start(deployment: Deployment, record: TargetRecord, seen: EcsObservation, now: datetime) -> Decision:
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    _, plan = _planned(seen)
    if plan.verb is Verb.NOTHING:
        return Decision(
            step="compare",
            because=f"{record.target} already is as wanted.",
            to=State.NO_CHANGE,
            progress=deployment.progress,
            last_good={TASK_DEFINITION: seen.service.task_definition_arn} if seen.service else None,
        )
    known = seen.known_task_definition
    if plan.register and known is not None and known.active:
        return _apply(deployment, seen, known.arn, now)
    if plan.register:
        return Decision(
            step="register the task definition",
            because="The task definition differs from the one that runs.",
            to=deployment.state,
            progress=Progress(phase="register", since=now, values=deployment.progress.values),
            actions=(Action(call=REGISTER),),
        )
    live = seen.service.task_definition_arn if seen.service is not None else ""
    return _apply(deployment, seen, plan.task_definition or live, now)


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


def set_tags(deployment: Deployment, seen: EcsObservation) -> Decision:
    """Set the tags that are missing, remove those that left the file, then follow."""
    progress, plan = deployment.progress, seen.plan
    if plan is not None and plan.tags_to_set and progress.phase != "untag":
        because = f"These tags are not as committed: {', '.join(plan.tags_to_set)}."
        return Decision(
            step="tag the service",
            because=because,
            to=deployment.state,
            progress=replace(progress, phase="untag"),
            actions=(Action(call=TAG),),
        )
    if plan is not None and plan.tags_to_remove and not deployment_called(deployment, UNTAG):
        because = f"These tags left the file: {', '.join(plan.tags_to_remove)}."
        return Decision(
            step="untag the service",
            because=because,
            to=deployment.state,
            progress=replace(progress, phase="untag"),
            actions=(Action(call=UNTAG),),
        )
    return Decision(
        step="follow the deployment",
        because="AWS took the request; the service is followed until it is stable.",
        to=deployment.state,
        progress=replace(progress, phase="follow"),
    )


def deployment_called(deployment: Deployment, call: str) -> bool:
    """Whether the last decision made this call."""
    return any(intent.call == call for intent in deployment.intents)


def _follow(deployment: Deployment, seen: EcsObservation, limits: EcsLimits, now: datetime) -> Decision:
    progress = with_service_deployment(deployment.progress, seen)
    following = follow(progress, seen, limits, now)
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
            return fail(deployment, following.because, rollback=False)
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


def wait(deployment: Deployment, progress: Progress, following: Following, limits: EcsLimits) -> Decision:
    """Look again at the poll interval, or when an event of ECS wakes us; what fails meanwhile is told once.

    AWS forgets stopped tasks after an hour, so their reasons cannot wait for the end.
    """
    if following.unread:
        return Decision(
            step="read the stopped tasks",
            because=following.because,
            to=deployment.state,
            progress=replace(progress, values={**progress.values, LOOK_CLOSER: "yes"}),
        )
    if fresh := news(progress, following.explanations):
        return Decision(
            step="notice a failure",
            because=f"{following.because.rstrip('.')}; meanwhile: {headline(fresh)}.",
            to=deployment.state,
            progress=noticed(progress, fresh),
            look_again=limits.poll_interval,
            explanations=fresh,
        )
    return Decision(
        step="wait",
        because=following.because,
        to=deployment.state,
        progress=progress,
        look_again=limits.poll_interval,
        quiet=progress == deployment.progress,
        deadline=_deadline(progress, following, limits),
    )


def _deadline(progress: Progress, following: Following, limits: EcsLimits) -> datetime | None:
    """When time alone decides; None where no event of ECS is sure to tell of the end before."""
    if progress.since is None or SERVICE_DEPLOYMENT not in progress.values or following.explanations:
        return None
    return progress.since + limits.timeout


def _planned(seen: EcsObservation) -> tuple[DesiredEcs, EcsPlan]:
    if seen.desired is None or seen.plan is None:
        raise InvariantError("an ECS deployment was observed without its plan")
    return seen.desired, seen.plan
