"""Whose deployment is the primary one of a service: ours, a newer one, or one from before ours.

ECS is eventually consistent (Amazon ECS API reference, RunTask). The primary of a look that is older than our
update was made before ours; so was the one that ECS goes back to. Only a newer one is somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gitmoxi.domain.deployments import Progress
from gitmoxi.ports.ecs import EcsService, ServiceDeployment
from gitmoxi.strategies.ecs_progress import ECS_DEPLOYMENT, ECS_DEPLOYMENT_MADE

_MADE_TOGETHER: Final = timedelta(seconds=1)
"""One call makes a deployment and its service deployment; which time ECS notes first is unverified."""


def newer_primary(progress: Progress, service: EcsService | None) -> Mapping[str, Any] | None:
    """The primary deployment that somebody made after ours; None where there is none."""
    other = _other_primary(progress, service)
    return None if other is None or _before_ours(other.get("createdAt"), progress) else other


def shows_older_primary(progress: Progress, service: EcsService | None) -> bool:
    """Whether the primary deployment is one from before ours: a look that came late, or ECS's way back."""
    other = _other_primary(progress, service)
    return other is not None and _before_ours(other.get("createdAt"), progress)


def from_before_ours(progress: Progress, rollout: ServiceDeployment) -> bool:
    """Whether a service deployment was made before our update; one that was not read tells nothing."""
    return _before_ours(rollout.document.get("createdAt"), progress, _MADE_TOGETHER)


def made_at(primary: Mapping[str, Any]) -> dict[str, str]:
    """The progress value that remembers when ``primary``, our deployment, was made."""
    made: datetime | None = primary.get("createdAt")
    return {} if made is None else {ECS_DEPLOYMENT_MADE: made.isoformat()}


def _other_primary(progress: Progress, service: EcsService | None) -> Mapping[str, Any] | None:
    primary = service.primary if service is not None else None
    ours = progress.values.get(ECS_DEPLOYMENT)
    return None if primary is None or ours is None or primary["id"] == ours else primary


def _before_ours(made: datetime | None, progress: Progress, at_least: timedelta = timedelta(0)) -> bool:
    ours = progress.values.get(ECS_DEPLOYMENT_MADE)
    return made is not None and ours is not None and made + at_least < datetime.fromisoformat(ours)
