"""Who says how many tasks an ECS service runs: the file, or Application Auto Scaling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.ports.autoscaling import ScalableCount
from gitmoxi.ports.ecs import EcsService

_COUNT = "desiredCount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """What is known of a service's scaling.

    ``owner`` are the bounds within which Application Auto Scaling sets the count; None: nothing scales it.
    ``unknown`` says why that could not be read.
    """

    owner: ScalableCount | None = None
    unknown: str = ""


NOT_SCALED = Scaling()


def counts_differ(desired: DesiredEcs, live: EcsService | None) -> bool:
    """Whether the file names another count than lives; only then it matters who owns it."""
    wanted = desired.service.get(_COUNT)
    if wanted is None or live is None or live.status != "ACTIVE":
        return False
    return bool(live.document.get(_COUNT) != wanted)


def left_to_autoscaling(desired: DesiredEcs, scaling: Scaling) -> DesiredEcs:
    """``desired`` without the count that Application Auto Scaling owns: the live one is kept."""
    if scaling.owner is None or _COUNT not in desired.service:
        return desired
    service = {name: value for name, value in desired.service.items() if name != _COUNT}
    return replace(desired, service=service)


def scaling_remarks(desired: DesiredEcs, scaling: Scaling) -> Iterator[str]:
    """What people should know about the count of the file."""
    wanted = desired.service.get(_COUNT)
    if wanted is None:
        return
    if scaling.owner is not None:
        yield (
            f"Application Auto Scaling owns the count ({scaling.owner.minimum}..{scaling.owner.maximum}): "
            f"desiredCount {wanted} of the file is not applied"
        )
    if scaling.unknown:
        yield (
            f"desiredCount {wanted} of the file is applied, though it is unknown whether Application Auto "
            f"Scaling owns the count: {scaling.unknown}"
        )
