"""What the ECS strategies look at, and the limits that the settings give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gitmoxi.errors import PermanentError
from gitmoxi.explaining.signs import FailedTask, TargetState
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition, ServiceDeployment
from gitmoxi.validation.depdef import EcsDepdef


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsObservation:
    """One reading of an ECS target.

    ``plan`` is made anew from ``desired`` and the live state, by the function that the planner used; it is
    None for a deletion. ``refused`` says why no plan can be made. ``known_task_definition`` is the one that
    an earlier deployment registered from the same document. ``following`` is the newest service deployment,
    ``stopped`` holds the stopped tasks of our own one and ``targets`` those that the load balancers do not
    use, where they may tell something. ``settings`` are
    those of the deployment, also while it is rolled back. ``owned`` says that the service carries this
    installation's tag, ``created`` that the deployment which is rolled back made it. ``sensitive_values``
    are those of every document that was looked at.
    """

    service: EcsService | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    desired: DesiredEcs | None = None
    plan: EcsPlan | None = None
    refused: PermanentError | None = None
    known_task_definition: EcsTaskDefinition | None = None
    following: ServiceDeployment | None = None
    stopped: tuple[FailedTask, ...] = ()
    targets: tuple[TargetState, ...] = ()
    owned: bool = False
    created: bool = False
    sensitive_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsLimits:
    """The depdef's limits for a service with a known desired count."""

    timeout: timedelta
    poll_interval: timedelta
    failures_allowed: int | None
    """So many failed new tasks trip the breaker, as with ECS's own; None when it is off."""
    rollback: bool
    """Whether a failure is undone."""
    delete_failed_create: bool


def limits_of(settings: EcsDepdef, desired_count: int) -> EcsLimits:
    """The effective limits: a percentage and a time per task count for ``desired_count`` tasks."""
    stability, breaker = settings.stability_check, settings.gm_deployment_circuit_breaker
    return EcsLimits(
        timeout=timedelta(seconds=stability.effective_timeout(desired_count)),
        poll_interval=timedelta(seconds=stability.poll_interval),
        failures_allowed=max(1, breaker.effective_threshold(desired_count)) if breaker is not None else None,
        rollback=breaker.rollback if breaker is not None else True,
        delete_failed_create=settings.delete_new_upon_failure,
    )


def count_of(service: Mapping[str, Any], name: str) -> int:
    """A count of a service or deployment document; absent counts as 0."""
    return int(service.get(name) or 0)
