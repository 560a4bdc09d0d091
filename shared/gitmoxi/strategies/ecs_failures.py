"""Counting the failed tasks of a rolling deployment: our count never goes back, whatever ECS forgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from gitmoxi.domain.deployments import Progress
from gitmoxi.explaining.explaining import explain_task
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.explaining.table import SYMPTOMS
from gitmoxi.ports.ecs import EcsService
from gitmoxi.strategies.ecs_observation import EcsObservation, count_of
from gitmoxi.strategies.ecs_progress import COUNTED_SINCE, ECS_DEPLOYMENT, FAILED_TASKS

_NO_FAILURES: Final = frozenset({*SYMPTOMS, "capacity.spot-interrupted", "capacity.host-gone"})
"""Why a task ends that is not to blame for it: it was scaled in, stopped by a person, or lost its host."""


def own_deployment(progress: Progress, service: EcsService | None) -> Mapping[str, Any] | None:
    """Our deployment in the service's list; ECS's rollback takes it out."""
    ours = progress.values.get(ECS_DEPLOYMENT)
    listed = service.document.get("deployments") or () if service is not None else ()
    return next((one for one in listed if one["id"] == ours), None)


def failed_so_far(progress: Progress) -> int:
    """How many tasks of our deployment are known to have failed, at the last look."""
    return _counted(progress)[0]


def count_failures(progress: Progress, seen: EcsObservation) -> dict[str, str]:
    """The progress value that keeps the count, where there is something to count.

    ECS counts failures in a row and starts anew with a healthy task, unless the service's breaker says
    otherwise (Amazon ECS API reference, Deployment and DeploymentCircuitBreaker). Its number is added up
    across such starts; the stopped tasks, where they were read, tell how many there are at least.
    """
    own = own_deployment(progress, seen.service)
    if own is None:
        return {}
    total, last = _counted(progress)
    now = count_of(own, "failedTasks")
    total = max(total + max(0, now - last), _failures(_counting(progress, seen.stopped)))
    return {FAILED_TASKS: f"{own['id']} {total} {now}"} if total else {}


def count_from(own: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """The progress values that begin a count at 0 for a deployment that is under way already."""
    return {FAILED_TASKS: f"{own['id']} 0 {count_of(own, 'failedTasks')}", COUNTED_SINCE: now.isoformat()}


def _counting(progress: Progress, stopped: Iterable[FailedTask]) -> Iterable[FailedTask]:
    since = progress.values.get(COUNTED_SINCE)
    if since is None:
        return stopped
    began = datetime.fromisoformat(since)
    return (task for task in stopped if task.stopped_at is None or task.stopped_at >= began)


def _counted(progress: Progress) -> tuple[int, int]:
    """Our count and ECS's at the last look; those of an earlier deployment do not count."""
    match progress.values.get(FAILED_TASKS, "").split():
        case [deployment, total, last] if deployment == progress.values.get(ECS_DEPLOYMENT):
            return int(total), int(last)
        case _:
            return 0, 0


def _failures(stopped: Iterable[FailedTask]) -> int:
    return sum(explain_task(task).id not in _NO_FAILURES for task in stopped)
