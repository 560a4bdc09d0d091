"""How often the target's AWS is called for a rolling deployment of three tasks that takes three minutes."""

from __future__ import annotations

from tests.benchmark.fleet import Fleet, service
from tests.benchmark.measuring import Figure
from tests.benchmark.simulated_time import simulated

_LASTS_SECONDS = 180.0
_AIM_WITH_EVENTS, _AIM_WITHOUT = 12.0, 25.0


def measure(seconds: float = _LASTS_SECONDS) -> list[Figure]:
    """From the push, planning included, to the end; once with AWS's events, once by polling only."""
    return [
        simulated(lambda: _calls("calls.rolling.events", seconds, events=True, aim=_AIM_WITH_EVENTS)),
        simulated(lambda: _calls("calls.rolling.polling", seconds, events=False, aim=_AIM_WITHOUT)),
    ]


async def _calls(name: str, seconds: float, *, events: bool, aim: float) -> Figure:
    fleet = Fleet(events=events)
    fleet.slow_start("web:2", seconds)
    await fleet.until_ended([await fleet.push(service(0, count=3))], within=3600)
    fleet.aws.journal.clear()
    began = fleet.clock.monotonic()

    await fleet.until_ended([await fleet.push(service(0, "web:2", count=3))], within=3600)

    took, calls = fleet.clock.monotonic() - began, fleet.operations()
    await fleet.close()
    if took < seconds:
        raise AssertionError(f"{name}: the deployment took {took:.0f} s, it was to take {seconds:.0f} s")
    return Figure(name=name, value=calls.total(), unit="calls", aim=aim, parts=calls)
