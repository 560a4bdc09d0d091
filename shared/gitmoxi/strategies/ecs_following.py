"""Following one rolling deployment of an ECS service to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.ports.ecs import ServiceDeployment
from gitmoxi.strategies.ecs_alarms import turned_red
from gitmoxi.strategies.ecs_explaining import explanations_of
from gitmoxi.strategies.ecs_failures import count_failures, failed_so_far
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of
from gitmoxi.strategies.ecs_primary import from_before_ours, newer_primary
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    LOOK_CLOSER,
    PREVIOUS_SERVICE_DEPLOYMENT,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.ecs_read_back import changed_by_others, note_read_back, told
from gitmoxi.strategies.explained import headline


class Course(StrEnum):
    """How a followed deployment stands."""

    UNDER_WAY = "under way"
    ARRIVED = "arrived"
    FAILED = "failed"
    REVERTED_BY_ECS = "reverted by ECS"
    REVERT_FAILED = "revert failed"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Where the followed deployment stands, and why we say so.

    ``unread`` says that the stopped tasks are to be read before it is given up. ``noted`` are values that
    the progress carries along.
    """

    course: Course
    because: str
    explanations: tuple[Explanation, ...] = ()
    unread: bool = False
    noted: Mapping[str, str] = field(default_factory=dict)


_REVERTING = frozenset({"ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"})


def follow(progress: Progress, seen: EcsObservation, limits: EcsLimits, now: datetime) -> Following:
    """Read the course from the service deployment, the failed tasks, and the time that has gone by.

    Statuses: DescribeServiceDeployments in the Amazon ECS API reference.
    """
    noted = {**count_failures(progress, seen), **note_read_back(progress, seen)}
    progress = replace(progress, values={**progress.values, **noted})
    explanations = explanations_of(progress, seen)
    course = _course(progress, seen, limits, now, headline(explanations))
    return replace(course, explanations=explanations, noted=noted)


def _course(
    progress: Progress, seen: EcsObservation, limits: EcsLimits, now: datetime, why: str
) -> Following:
    if seen.service is not None and seen.service.status != "ACTIVE":
        return Following(course=Course.REPLACED, because="Somebody deleted the service in mid-deployment.")
    if progress.values.get(STARTS_DEPLOYMENT) == "no":
        return _read_back(progress, seen, limits, now, why)
    ended = _ended(progress, seen, now, why)
    if ended is not None and ended.course is not Course.ARRIVED:
        return ended
    if (red := _alarmed(progress, seen)) is not None:
        return red
    if ended is not None:
        return ended
    if (replaced := _replaced(progress, seen)) is not None:
        return replaced
    if (reverting := _reverting(progress, seen, limits, now, why)) is not None:
        return reverting
    if (tripped := _breaker(progress, limits, why)) is not None:
        return tripped
    return _in_time(progress, seen, limits, now, why)


def _ended(progress: Progress, seen: EcsObservation, now: datetime, why: str) -> Following | None:
    deployment = seen.following
    if deployment is None or deployment.arn != progress.values.get(SERVICE_DEPLOYMENT):
        return None
    said = _with_statement(deployment, why)
    match deployment.status:
        case "SUCCESSFUL":
            return _arrived(progress, seen, now)
        case "ROLLBACK_SUCCESSFUL":
            because = f"ECS rolled the deployment back: {said}."
            return Following(course=Course.REVERTED_BY_ECS, because=because)
        case "ROLLBACK_FAILED":
            because = f"ECS could not roll the deployment back: {said}."
            return Following(course=Course.REVERT_FAILED, because=because)
        case "STOPPED" if _replaced(progress, seen) is None:
            return Following(course=Course.FAILED, because=f"ECS stopped the deployment: {said}.")
        case _:
            return None


def _alarmed(progress: Progress, seen: EcsObservation) -> Following | None:
    """An alarm of the settings beats progress, and an arrival that is seen at the same time."""
    red = turned_red(progress, seen)
    if not red:
        return None
    said = f": {red[0].reason.rstrip('.')}" if red[0].reason else ""
    because = f"The alarm {red[0].name} went to ALARM while the service was deployed{said}."
    return Following(course=Course.FAILED, because=because)


def _arrived(progress: Progress, seen: EcsObservation, now: datetime) -> Following:
    """The tasks run; a field that somebody changed without a deployment shows only when it is read back."""
    because = "ECS reports the service deployment SUCCESSFUL"
    if others := changed_by_others(progress, seen, now):
        return Following(
            course=Course.REPLACED,
            because=f"{because}, but somebody else changed the service meanwhile: {others}.",
        )
    unlike = f"; {told(seen.differences)}" if seen.differences else ""
    failed = failed_so_far(progress)
    met = f"; new tasks that failed on the way: {failed}" if failed else ""
    return Following(course=Course.ARRIVED, because=f"{because}{met}{unlike}.")


def _replaced(progress: Progress, seen: EcsObservation) -> Following | None:
    newer = newer_primary(progress, seen.service)
    if newer is None:
        return None
    if seen.following is not None and seen.following.status.startswith("ROLLBACK"):
        return None  # the other primary is ECS's own way back
    because = (
        f"Somebody else updated the service in mid-deployment: its primary deployment is {newer['id']} with "
        f"{_revision(newer)}, ours was {progress.values[ECS_DEPLOYMENT]}."
    )
    return Following(course=Course.REPLACED, because=because)


def _revision(ecs_deployment: Mapping[str, Any]) -> str:
    return str(ecs_deployment.get("taskDefinition", "")).rpartition("/")[2]


def _reverting(
    progress: Progress, seen: EcsObservation, limits: EcsLimits, now: datetime, why: str
) -> Following | None:
    """ECS is on its own way back: it gets as long again, and its old tasks trip no breaker."""
    if seen.following is None or seen.following.status not in _REVERTING:
        return None
    said = _with_statement(seen.following, why)
    if progress.since is not None and now - progress.since >= 2 * limits.timeout:
        because = f"ECS has not rolled the deployment back in time: {said}."
        return Following(course=Course.FAILED, because=because)
    return Following(course=Course.UNDER_WAY, because=f"ECS is rolling the deployment back: {said}.")


def _breaker(progress: Progress, limits: EcsLimits, why: str) -> Following | None:
    failed = failed_so_far(progress)
    if limits.failures_allowed is None or failed < limits.failures_allowed:
        return None
    because = (
        f"The circuit breaker tripped: {failed} new tasks failed and the threshold is "
        f"{limits.failures_allowed}: {why}."
    )
    return Following(course=Course.FAILED, because=because)


def _in_time(
    progress: Progress, seen: EcsObservation, limits: EcsLimits, now: datetime, why: str
) -> Following:
    primary = (seen.service.primary if seen.service else None) or {}
    running, desired = count_of(primary, "runningCount"), count_of(primary, "desiredCount")
    failed = failed_so_far(progress)
    standing = f"{running} of {desired} new tasks run" + (f", and {failed} failed so far" if failed else "")
    if progress.since is not None and now - progress.since >= limits.timeout:
        late = f"The service is not stable after {limits.timeout.total_seconds():.0f} s: {standing}"
        if not seen.stopped and LOOK_CLOSER not in progress.values:
            return Following(course=Course.UNDER_WAY, because=f"{late}.", unread=True)
        return Following(course=Course.FAILED, because=f"{late}; {why}.")
    return Following(course=Course.UNDER_WAY, because=f"ECS is deploying: {standing}.")


def _read_back(
    progress: Progress, seen: EcsObservation, limits: EcsLimits, now: datetime, why: str
) -> Following:
    assert seen.service is not None
    document = seen.service.document
    running, desired = count_of(document, "runningCount"), count_of(document, "desiredCount")
    if others := changed_by_others(progress, seen, now):
        because = f"Somebody else changed the service in mid-deployment: {others}."
        return Following(course=Course.REPLACED, because=because)
    if seen.differences:
        return _not_taken(progress, seen, limits, now)
    if running == desired and count_of(document, "pendingCount") == 0:
        because = f"The changed fields read back as wanted, and {running} of {desired} tasks run."
        return Following(course=Course.ARRIVED, because=because)
    return _in_time(progress, seen, limits, now, why)


def _not_taken(progress: Progress, seen: EcsObservation, limits: EcsLimits, now: datetime) -> Following:
    """ECS took the request, and its answers do not show it; at first they may be older than the request."""
    unlike = told(seen.differences)
    if progress.since is not None and now - progress.since >= limits.timeout:
        seconds = limits.timeout.total_seconds()
        because = f"ECS took the update, but {seconds:.0f} s later {unlike}."
        return Following(course=Course.FAILED, because=because)
    return Following(course=Course.UNDER_WAY, because=f"ECS took the update; it still answers: {unlike}.")


def _with_statement(deployment: ServiceDeployment, why: str) -> str:
    """``why`` after what ECS itself says of the service deployment."""
    return f"{deployment.reason.rstrip('.')} ({why})" if deployment.reason else why


def with_service_deployment(progress: Progress, seen: EcsObservation) -> Progress:
    """``progress`` with the service deployment that our update started, as soon as ECS shows it.

    One from before our update is a late answer. A newer one under somebody else's primary deployment is not
    ours, unless ECS is taking ours back.
    """
    if SERVICE_DEPLOYMENT in progress.values or seen.following is None:
        return progress
    if seen.following.arn == progress.values.get(PREVIOUS_SERVICE_DEPLOYMENT):
        return progress
    if from_before_ours(progress, seen.following) or _replaced(progress, seen) is not None:
        return progress
    return replace(progress, values={**progress.values, SERVICE_DEPLOYMENT: seen.following.arn})
