"""Application Auto Scaling in memory, for tests."""

from __future__ import annotations

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.autoscaling import AutoscalingPort, ScalableCount


class MemoryAutoscaling(AutoscalingPort):
    """Scalable counts by target; ``put`` sets one."""

    def __init__(self) -> None:
        self._counts: dict[str, ScalableCount] = {}

    def put(self, target: EcsTarget, count: ScalableCount) -> None:
        """Register the count of a service as scalable, or give it other bounds."""
        self._counts[target.id] = count

    async def scalable_count(self, target: EcsTarget) -> ScalableCount | None:
        """What was put for the target."""
        return self._counts.get(target.id)
