"""How many reads a second hundreds of services cost: at rest, and while all of them are being deployed."""

from __future__ import annotations

import asyncio
from random import Random

from tests.benchmark.fleet import Fleet, service
from tests.benchmark.measuring import Figure
from tests.benchmark.simulated_time import simulated

_AIM_IDLE, _AIM_IN_FLIGHT = 2.0, 5.0
_PUSHED_EVERY_SECONDS = 1.2  # ECS lets one task definition a second be registered
_SETTLED_SECONDS = 120.0


def measure(services: int = 500, seconds: float = 300) -> list[Figure]:
    """Reads of ``seconds``, by operation; the pushes came at random moments before."""
    return [
        simulated(lambda: _reads("reads.idle", services, seconds, in_flight=False, events=True)),
        simulated(lambda: _reads("reads.in-flight.events", services, seconds, in_flight=True, events=True)),
        simulated(lambda: _reads("reads.in-flight.polling", services, seconds, in_flight=True, events=False)),
    ]


async def _reads(name: str, services: int, seconds: float, *, in_flight: bool, events: bool) -> Figure:
    fleet = Fleet(events=events)
    if in_flight:
        fleet.slow_start("web:1", 1e6)
    randomly = Random(services)
    moments = sorted(randomly.uniform(0, services * _PUSHED_EVERY_SECONDS) for _ in range(services))
    names = []
    for number, moment in enumerate(moments):
        await asyncio.sleep(max(0.0, moment - fleet.clock.monotonic()))
        settings = {"stabilityCheck": {"timeout": 86400}}
        names.append(await fleet.push(service(number, count=1, settings=settings)))
    await asyncio.sleep(_SETTLED_SECONDS)
    fleet.aws.journal.clear()

    await asyncio.sleep(seconds)

    per_second = {operation: count / seconds for operation, count in fleet.operations().items()}
    ended = sum([(await fleet.head(one)).state.terminal for one in names])
    await fleet.close()
    if ended != (0 if in_flight else services):
        raise AssertionError(f"{name}: {ended} of {services} deployments have ended")
    aim = _AIM_IN_FLIGHT if in_flight else _AIM_IDLE
    return Figure(name=name, value=sum(per_second.values()), unit="reads/s", aim=aim, parts=per_second)
