"""Why a rolling deployment of an ECS service fails: its stopped tasks and the service's events, explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.sensitive import redact
from gitmoxi.explaining.explaining import explain, explain_event
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.ports.ecs import EcsService, ServiceDeployment
from gitmoxi.strategies.ecs_alarms import alarm_explanations
from gitmoxi.strategies.ecs_failures import failed_so_far, own_deployment
from gitmoxi.strategies.ecs_observation import EcsObservation, count_of
from gitmoxi.strategies.ecs_progress import LOOK_CLOSER, SERVICE_DEPLOYMENT, STARTS_DEPLOYMENT


def explanations_of(progress: Progress, seen: EcsObservation) -> tuple[Explanation, ...]:
    """What the stopped tasks of our deployment, and the service's events since it began, come down to.

    An alarm that ended the deployment comes first: what else failed did not end it. Sensitive values
    are masked first: later they could be cut in the middle, or lose their line breaks.
    """
    hide = partial(redact, sensitive_values=seen.sensitive_values)
    found = explain(
        tasks=[_masked(task, seen.sensitive_values) for task in seen.stopped],
        events=[hide(text) for text in _events(progress, seen.service)],
        targets=seen.targets,
    )
    return (*alarm_explanations(progress, seen), *found)


def stopped_tasks_may_tell(
    progress: Progress, service: EcsService, following: ServiceDeployment | None
) -> bool:
    """Whether something does not go well, so that reading the stopped tasks is worth two calls.

    ``failedTasks`` alone does not tell: ECS counts failures in a row, and starts anew after a task that
    became healthy (Amazon ECS API reference, Deployment); one that ran and then crashed it does not count.
    """
    values = progress.values
    if following is not None and following.arn == values.get(SERVICE_DEPLOYMENT):
        if following.status == "SUCCESSFUL":
            return False
        if following.status.startswith(("ROLLBACK", "STOP")):
            return True
    own = own_deployment(progress, service)
    failing = own is None or count_of(own, "failedTasks") > 0 or failed_so_far(progress) > 0
    events = tuple(_events(progress, service))
    replaced = own is not None and _started(events) > count_of(own, "desiredCount")
    return failing or replaced or LOOK_CLOSER in values or any(map(explain_event, events))


def _started(events: Iterable[str]) -> int:
    """How many tasks were started: more than are wanted only where some of them stopped.

    Events: "Amazon ECS service event messages" in the Amazon ECS Developer Guide.
    """
    return sum(int(found[1]) for text in events if (found := _STARTED.search(text)))


_STARTED: Final = re.compile(r"has started (\d+) tasks?:")


def _events(progress: Progress, service: EcsService | None) -> Iterator[str]:
    """What the service told since our deployment began (Amazon ECS API reference, ServiceEvent)."""
    if service is None:
        return
    began = _began(progress, service)
    for event in service.document.get("events") or ():
        if began is not None and event["createdAt"] >= began:
            yield str(event["message"])


def _began(progress: Progress, service: EcsService) -> datetime | None:
    own = own_deployment(progress, service)
    if own is None or progress.values.get(STARTS_DEPLOYMENT) == "no":
        return progress.since
    began: datetime | None = own.get("createdAt", progress.since)
    return began


def _masked(task: FailedTask, sensitive_values: tuple[str, ...]) -> FailedTask:
    containers = tuple(replace(one, reason=redact(one.reason, sensitive_values)) for one in task.containers)
    lines = tuple(redact(line, sensitive_values) for line in task.log_lines)
    reason = redact(task.reason, sensitive_values)
    return replace(task, reason=reason, containers=containers, log_lines=lines)
