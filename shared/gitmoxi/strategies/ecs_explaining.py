"""Why a rolling deployment of an ECS service fails: its stopped tasks and the service's events, explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.sensitive import redact
from gitmoxi.explaining.explaining import explain, explain_event
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.ports.ecs import EcsService, ServiceDeployment
from gitmoxi.strategies.ecs_observation import EcsObservation, count_of
from gitmoxi.strategies.ecs_progress import ECS_DEPLOYMENT, LOOK_CLOSER, SERVICE_DEPLOYMENT, STARTS_DEPLOYMENT


def explanations_of(progress: Progress, seen: EcsObservation) -> tuple[Explanation, ...]:
    """What the stopped tasks of our deployment, and the service's events since it began, come down to.

    Sensitive values are masked first: later they could be cut in the middle, or lose their line breaks.
    """
    hide = partial(redact, sensitive_values=seen.sensitive_values)
    return explain(
        tasks=[_masked(task, seen.sensitive_values) for task in seen.stopped],
        events=[hide(text) for text in _events(progress, seen.service)],
        targets=seen.targets,
    )


def stopped_tasks_may_tell(
    progress: Progress, service: EcsService, following: ServiceDeployment | None
) -> bool:
    """Whether something does not go well, so that reading the stopped tasks is worth two calls.

    ``failedTasks`` alone does not tell: ECS counts failures in a row, and starts anew after a task that
    became healthy (Amazon ECS API reference, Deployment).
    """
    values = progress.values
    if following is not None and following.arn == values.get(SERVICE_DEPLOYMENT):
        if following.status == "SUCCESSFUL":
            return False
        if following.status.startswith(("ROLLBACK", "STOP")):
            return True
    own = _own(progress, service)
    failing = own is None or count_of(own, "failedTasks") > 0
    return failing or LOOK_CLOSER in values or any(map(explain_event, _events(progress, service)))


def _own(progress: Progress, service: EcsService) -> dict[str, Any] | None:
    """Our deployment in the service's list; ECS's rollback takes it out."""
    ours = progress.values.get(ECS_DEPLOYMENT)
    return next((one for one in service.document.get("deployments") or () if one["id"] == ours), None)


def _events(progress: Progress, service: EcsService | None) -> Iterator[str]:
    """What the service told since our deployment began (Amazon ECS API reference, ServiceEvent)."""
    if service is None:
        return
    began = _began(progress, service)
    for event in service.document.get("events") or ():
        if began is not None and event["createdAt"] >= began:
            yield str(event["message"])


def _began(progress: Progress, service: EcsService) -> datetime | None:
    own = _own(progress, service)
    if own is None or progress.values.get(STARTS_DEPLOYMENT) == "no":
        return progress.since
    began: datetime | None = own.get("createdAt", progress.since)
    return began


def _masked(task: FailedTask, sensitive_values: tuple[str, ...]) -> FailedTask:
    containers = tuple(replace(one, reason=redact(one.reason, sensitive_values)) for one in task.containers)
    lines = tuple(redact(line, sensitive_values) for line in task.log_lines)
    reason = redact(task.reason, sensitive_values)
    return replace(task, reason=reason, containers=containers, log_lines=lines)
