"""Scalable counts of ECS services (Application Auto Scaling API Reference, DescribeScalableTargets)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.collecting import COLLECTED_SECONDS, Batch, Collector
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.autoscaling import AutoscalingPort, ScalableCount

if TYPE_CHECKING:
    from types_aiobotocore_application_autoscaling import ApplicationAutoScalingClient

_READS: Mapping[str, Operation] = {"DescribeScalableTargets": Operation()}
"""AWS publishes no request limit for it."""

_MOST_RESOURCES: Final = 50
"""Resources in one call; as many scalable targets fit into its answer."""


class AwsAutoscaling(AutoscalingPort):
    """The autoscaling port over AWS's API; ``collect_seconds`` is how long a read waits for company."""

    def __init__(
        self, clients: ClientSource, limits: RateLimits, *, collect_seconds: float = COLLECTED_SECONDS
    ) -> None:
        self._calls = ServiceCalls("application-autoscaling", _READS, clients=clients, limits=limits)
        self._counts = Collector(self._describe, size=_MOST_RESOURCES, seconds=collect_seconds)

    async def scalable_count(self, target: EcsTarget) -> ScalableCount | None:
        """``DescribeScalableTargets``, for the services of the same account and region together."""
        resource = f"service/{target.cluster}/{target.service_name}"
        return await self._counts.get((target.account, target.region), resource)

    async def _describe(
        self, group: tuple[str, str], batch: Batch[str, ScalableCount]
    ) -> Mapping[str, ScalableCount]:
        account, region = group
        async with self._calls.calling("DescribeScalableTargets", account=account, region=region) as client:
            scaling: ApplicationAutoScalingClient = client
            resources = batch.close()
            if not resources:
                return {}
            answer = await scaling.describe_scalable_targets(
                ServiceNamespace="ecs",
                ScalableDimension="ecs:service:DesiredCount",
                ResourceIds=resources,
            )
        return {
            one["ResourceId"]: ScalableCount(minimum=one["MinCapacity"], maximum=one["MaxCapacity"])
            for one in answer["ScalableTargets"]
        }
