"""Hundreds of deployments at once where AWS throttles as it publishes, beside what its buckets allow."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from gitmoxi.adapters.aws.ecs import _OPERATIONS
from gitmoxi.adapters.aws.rate_limits import PUBLISHED_LIMITS, ApiGroup, TokenBucket
from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import AwsError
from tests.benchmark.fleet import Fleet, service
from tests.benchmark.measuring import Figure
from tests.benchmark.simulated_time import simulated

_AIM = 1.3
_WRITES = (ApiGroup.ECS_TASK_DEFINITION_WRITES, ApiGroup.ECS_SERVICE_WRITES)


def measure(deployments: int = 200) -> list[Figure]:
    """How many times longer all of them take than the calls that each needs once: Register, then Create."""
    return [simulated(lambda: _together(deployments))]


def floor_seconds(deployments: int) -> float:
    """What AWS's buckets take for one call of each kind of change for each deployment."""
    limits = [PUBLISHED_LIMITS[group] for group in _WRITES]
    return max((deployments - limit.burst) / limit.per_second for limit in limits)


async def _together(deployments: int) -> Figure:
    fleet = Fleet()
    guard = _Buckets(fleet)
    wanted = [service(number, count=1) for number in range(deployments)]
    names = await asyncio.gather(*(fleet.push(one) for one in wanted))

    await fleet.until_ended(names, within=3600)

    heads = [await fleet.head(name) for name in names]
    took = max((head.ended_at - head.created_at).total_seconds() for head in heads if head.ended_at)
    failed = sum(head.state is not State.SUCCEEDED for head in heads)
    calls = fleet.operations()
    await fleet.close()
    if failed:
        raise AssertionError(f"{failed} of {deployments} deployments failed")
    floor = floor_seconds(deployments)
    parts = {
        "seconds": took,
        "floor seconds": floor,
        "refused by AWS": guard.refused,
        "failed": failed,
        **calls,
    }
    return Figure(name="throttled.at-once", value=took / floor, unit="times the floor", aim=_AIM, parts=parts)


class _Buckets:
    """AWS's own buckets, before the model."""

    def __init__(self, fleet: Fleet) -> None:
        self.refused = 0
        self._clock = fleet.clock
        self._model = fleet.aws.models["ecs"]
        self._buckets = {
            group: TokenBucket(limit, now=self._clock.monotonic())
            for group, limit in PUBLISHED_LIMITS.items()
        }
        fleet.aws.models["ecs"] = self._call

    def _call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        group = _OPERATIONS[operation].group
        if group is not None:
            if self._buckets[group].wait(now=self._clock.monotonic()) > 0:
                self.refused += 1
                raise AwsError("ThrottlingException", "Rate exceeded")
            self._buckets[group].take()
        return self._model(operation, params)
