"""What rolling an ECS service forward and back have in common: the calls, the tags, the waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Intent, Progress
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_following import Following
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.ecs_progress import LOOK_CLOSER, SERVICE_DEPLOYMENT
from gitmoxi.strategies.explained import headline, news, noticed

REGISTER = "ecs:RegisterTaskDefinition"
CREATE = "ecs:CreateService"
UPDATE = "ecs:UpdateService"
TAG = "ecs:TagResource"
UNTAG = "ecs:UntagResource"

TASK_DEFINITION = "task_definition"
"""Progress, argument and last-good value: the ARN of the task definition to run."""

PREVIOUS = "previous_ecs_deployment"
"""Argument of an update: the primary deployment before it, so that its effect can be recognised."""


def intent_result(deployment: Deployment) -> dict[str, str]:
    """What AWS answered to the one call of the last decision."""
    match deployment.intents:
        case (Intent(result=dict() as result),):
            return result
        case _:
            raise InvariantError(f"{deployment.id} has no answer in phase {deployment.progress.phase}")


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


def wait(deployment: Deployment, progress: Progress, following: Following, limits: EcsLimits) -> Decision:
    """Look again at the poll interval, or when an event of ECS wakes us; what fails meanwhile is told once.

    AWS forgets stopped tasks after an hour, so their reasons cannot wait for the end.
    """
    progress = replace(progress, values={**progress.values, **following.noted})
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
