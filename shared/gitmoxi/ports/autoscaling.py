"""Application Auto Scaling as plans look at it: whether it owns a service's count, in which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitmoxi.domain.targets import EcsTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableCount:
    """A scalable target of ``ecs:service:DesiredCount``: the numbers of tasks between which it scales."""

    minimum: int
    maximum: int


class AutoscalingPort(Protocol):
    """May raise ``RetryableError`` kinds, ``AwsRejectedError`` and ``AccessDeniedError``."""

    async def scalable_count(self, target: EcsTarget) -> ScalableCount | None:
        """``DescribeScalableTargets`` of the service's count; None where nothing scales it."""
        ...
