"""How often Lambda's control plane is called to create a function, and to give it new code."""

from __future__ import annotations

from collections import Counter

from gitmoxi.planning.desired import DesiredLambda
from tests.benchmark.fleet import Fleet
from tests.benchmark.measuring import Figure
from tests.benchmark.simulated_time import simulated
from tests.simulation.lambda_scenarios import greet

_AIM_CREATE, _AIM_UPDATE = 12.0, 22.0


def measure() -> list[Figure]:
    """From the push, planning included, to the end. Lambda sends no events, so this is polling."""
    first, second = greet(), greet("greet-2.zip")
    return [
        simulated(lambda: _calls("calls.function.create", [], first, aim=_AIM_CREATE)),
        simulated(lambda: _calls("calls.function.update", [first], second, aim=_AIM_UPDATE)),
    ]


async def _calls(name: str, before: list[DesiredLambda], wanted: DesiredLambda, *, aim: float) -> Figure:
    fleet = Fleet()
    for earlier in before:
        await fleet.until_ended([await fleet.push(earlier)], within=3600)
    fleet.aws.journal.clear()
    await fleet.until_ended([await fleet.push(wanted)], within=3600)
    # The simulation turns a page after two entries, Lambda after fifty.
    calls = Counter(call.operation for call in fleet.aws.journal if "Marker" not in call.params)
    await fleet.close()
    return Figure(name=name, value=calls.total(), unit="calls", aim=aim, parts=calls)
