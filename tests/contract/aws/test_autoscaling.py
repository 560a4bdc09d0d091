"""Every implementation of the autoscaling port answers the same: in memory, and AWS's by the local cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from gitmoxi.adapters.aws.autoscaling import AwsAutoscaling
from gitmoxi.adapters.memory.autoscaling import MemoryAutoscaling
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.autoscaling import AutoscalingPort, ScalableCount
from tests.contract.aws.conftest import REGION

Put = Callable[[EcsTarget, ScalableCount], Awaitable[None]]


@pytest.fixture(params=["memory", "aws"])
def port(request, clients, limits) -> AutoscalingPort:
    return MemoryAutoscaling() if request.param == "memory" else AwsAutoscaling(clients, limits)


@pytest.fixture
async def put(port, clients) -> Put:
    """Register the count of a service as scalable."""

    async def in_memory(target: EcsTarget, count: ScalableCount) -> None:
        port.put(target, count)

    async def at_aws(target: EcsTarget, count: ScalableCount) -> None:
        scaling = await clients.client(
            "application-autoscaling", account=target.account, region=target.region
        )
        await scaling.register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{target.cluster}/{target.service_name}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=count.minimum,
            MaxCapacity=count.maximum,
        )

    return in_memory if isinstance(port, MemoryAutoscaling) else at_aws


async def test_the_bounds_of_a_scaled_service_are_answered(port, put, service):
    await put(service, ScalableCount(minimum=1, maximum=6))
    assert await port.scalable_count(service) == ScalableCount(minimum=1, maximum=6)


async def test_bounds_that_were_changed_are_answered_as_they_are_now(port, put, service):
    await put(service, ScalableCount(minimum=1, maximum=6))
    await put(service, ScalableCount(minimum=0, maximum=2))
    assert await port.scalable_count(service) == ScalableCount(minimum=0, maximum=2)


async def test_a_service_that_nothing_scales_has_none(port, service):
    assert await port.scalable_count(service) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"cluster": "stage"}, id="of another cluster"),
        pytest.param({"service_name": "other"}, id="of another name"),
        pytest.param({"region": "eu-west-1"}, id="of another region"),
    ],
)
async def test_a_service_is_not_taken_for_one(port, put, service, other):
    await put(replace(service, **other), ScalableCount(minimum=1, maximum=6))
    assert await port.scalable_count(service) is None


async def test_reads_of_many_services_travel_together(clients, limits, cloud, service):
    port = AwsAutoscaling(clients, limits)
    services = [
        EcsTarget(account=cloud.account, region=REGION, cluster="prod", service_name=f"many-{n}")
        for n in range(60)
    ]
    assert await asyncio.gather(*map(port.scalable_count, services)) == [None] * 60
