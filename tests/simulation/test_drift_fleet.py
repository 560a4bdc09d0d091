"""800 targets: what looking for drift costs of AWS's request limits, with one planner and with two."""

from __future__ import annotations

from collections import Counter

import pytest

from gitmoxi.domain.drift import DriftVerdict
from gitmoxi_planner.drift_turns import MOST_IN_A_SWEEP
from tests.benchmark.simulated_time import simulated
from tests.simulation.drift_fleet import DriftFleet

SERVICES, FUNCTIONS, MINUTES = 300, 500, 15
MOST_READS_A_MINUTE = 160.0
"""All of them together: ECS and Lambda let us read thousands a minute."""


@pytest.fixture(scope="module")
def measured() -> tuple[list[Counter[str]], list[DriftVerdict], int]:
    """The reads of each minute of two rounds, what was found, how many calls AWS refused."""

    async def rounds() -> tuple[list[Counter[str]], list[DriftVerdict], int]:
        fleet = DriftFleet(services=SERVICES, functions=FUNCTIONS, planners=1)
        await fleet.set_up()
        reads = [await fleet.minutes(1) for _ in range(2 * MINUTES)]
        verdicts = [drift.verdict for drift in await fleet.ledger.drifts()]
        return reads, verdicts, fleet.aws.refused_as_too_many

    return simulated(rounds)


def test_every_target_is_looked_at_within_the_period(measured):
    reads, verdicts, refused = measured
    assert verdicts == [DriftVerdict.NONE] * (SERVICES + FUNCTIONS)
    assert refused == 0
    for first in (0, MINUTES):
        looks = sum(minute["DescribeTaskDefinition"] for minute in reads[first : first + MINUTES])
        assert looks >= SERVICES


def test_eight_hundred_targets_take_a_small_part_of_the_limits(measured):
    spread = sum(measured[0][MINUTES:], Counter())
    assert sum(spread.values()) / MINUTES < MOST_READS_A_MINUTE, spread
    assert spread["DescribeServices"] <= SERVICES / 2, "services of a cluster are asked about together"
    assert spread["DescribeTaskDefinition"] == SERVICES
    assert spread["GetAlias"] == FUNCTIONS
    assert set(spread) == {"DescribeServices", "DescribeTaskDefinition", "GetFunction", "GetAlias"}


def test_a_sweep_looks_at_a_part_of_them_even_if_it_is_everybodys_turn(measured):
    looks = [minute["DescribeTaskDefinition"] + minute["GetAlias"] for minute in measured[0]]
    assert MOST_IN_A_SWEEP <= max(looks) < MOST_IN_A_SWEEP + SERVICES / 10
    assert max(looks[MINUTES:]) < MOST_IN_A_SWEEP / 3, "after the first round the turns are spread"


def test_two_planners_read_no_more_than_one():
    async def reads(planners: int) -> tuple[Counter[str], int]:
        fleet = DriftFleet(services=60, functions=100, planners=planners)
        await fleet.set_up()
        found = await fleet.minutes(3)
        return found, len(await fleet.ledger.drifts())

    (alone, looked), (shared, looked_by_two) = (simulated(lambda n=n: reads(n)) for n in (1, 2))
    assert looked == looked_by_two == 160
    for operation in ("DescribeTaskDefinition", "GetAlias", "GetFunction"):
        assert shared[operation] == alone[operation]
