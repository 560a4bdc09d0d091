"""Hundreds of deployments at once where AWS throttles as it publishes, beside what its buckets allow."""

from __future__ import annotations

import asyncio

from gitmoxi.adapters.aws.rate_limits import PUBLISHED_LIMITS, ApiGroup
from gitmoxi.domain.states import State
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
    fleet.limits.enabled = True
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
        "refused by AWS": sum(fleet.limits.refused.values()),
        "failed": failed,
        **calls,
    }
    return Figure(name="throttled.at-once", value=took / floor, unit="times the floor", aim=_AIM, parts=parts)
