"""Going on with the fallback capacity for tasks that the first strategy cannot place in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.planning.ecs_fallback import fallback_providers, fallback_strategy
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_failures import own_deployment
from gitmoxi.strategies.ecs_following import Course, Following
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of
from gitmoxi.strategies.ecs_progress import (
    FALLEN_BACK,
    FOLLOWED,
    PREVIOUS_SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.ecs_rolling import PREVIOUS, intent_result

FALL_BACK: Final = "ecs:UpdateService(fallbackCapacityProviderStrategy)"
PHASE: Final = "fall back"

_SHARE: Final = 2
"""The part of the stability time that the first strategy gets: one half."""

_AT_ONCE: Final = frozenset({"capacity.fargate-unavailable"})
"""ECS says that there is no capacity: waiting would only feed its breaker."""

_UNPLACED: Final = _AT_ONCE | {
    "capacity.no-instances",
    "capacity.no-cpu",
    "capacity.no-memory",
    "capacity.no-gpu",
    "capacity.no-ports",
    "capacity.provisioning-limit",
    "capacity.not-placed",
}
"""Why a task stays without a place; other capacity may have one."""


def fall_back(
    deployment: Deployment,
    progress: Progress,
    following: Following,
    seen: EcsObservation,
    limits: EcsLimits,
    now: datetime,
) -> Decision | None:
    """One update to the fallback strategy; None while the first one may still place the tasks."""
    why = _unplaced(progress, following, seen)
    if why is None or seen.desired is None or not fallback_strategy(seen.desired):
        return None
    if FALLEN_BACK in progress.values or progress.values.get(STARTS_DEPLOYMENT) == "no":
        return None
    waited = now - progress.since if progress.since is not None else limits.timeout
    if why.id not in _AT_ONCE and waited < limits.timeout / _SHARE:
        return None
    values = {name: value for name, value in progress.values.items() if name not in FOLLOWED}
    if seen.following is not None:
        values[PREVIOUS_SERVICE_DEPLOYMENT] = seen.following.arn
    primary = (seen.service.primary if seen.service is not None else None) or {}
    return Decision(
        step="fall back to other capacity",
        because=(
            f"{_standing(progress, seen)} after {waited.total_seconds():.0f} s: {why.cause.rstrip('.')}. The "
            f"deployment goes on with the fallback capacity ({fallback_providers(seen.desired)})."
        ),
        to=deployment.state,
        progress=Progress(phase=PHASE, since=now, values={**values, FALLEN_BACK: "yes"}),
        actions=(Action(call=FALL_BACK, arguments={PREVIOUS: str(primary.get("id", ""))}),),
        explanations=following.explanations,
    )


def fallen_back(deployment: Deployment, now: datetime) -> Decision:
    """Follow the deployment on the fallback capacity; the stability time begins anew."""
    values = {**deployment.progress.values, **intent_result(deployment)}
    return Decision(
        step="follow the deployment",
        because="AWS took the fallback capacity; the time to become stable begins anew.",
        to=deployment.state,
        progress=replace(deployment.progress, phase="follow", since=now, values=values),
    )


def _unplaced(progress: Progress, following: Following, seen: EcsObservation) -> Explanation | None:
    """Why tasks of our deployment stay without a place; None if they have one, or fail for another reason."""
    if following.course not in {Course.UNDER_WAY, Course.FAILED}:
        return None
    if seen.following is not None and seen.following.status.startswith("ROLLBACK"):
        return None
    own = own_deployment(progress, seen.service)
    if own is None or _placed(own) >= count_of(own, "desiredCount"):
        return None
    first = following.explanations[:1] if following.course is Course.FAILED else following.explanations
    return next((one for one in first if one.id in _UNPLACED), None)


def _placed(own: Mapping[str, Any]) -> int:
    return count_of(own, "runningCount") + count_of(own, "pendingCount")


def _standing(progress: Progress, seen: EcsObservation) -> str:
    own = own_deployment(progress, seen.service) or {}
    desired = count_of(own, "desiredCount")
    return f"{desired - _placed(own)} of {desired} new tasks have no place"
