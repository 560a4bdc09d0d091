"""800 targets: what looking for drift costs of AWS's request limits, with one planner and with two."""

from __future__ import annotations

from collections import Counter

import pytest

from gitmoxi.domain.drift import DriftVerdict
from tests.benchmark.simulated_time import simulated
from tests.simulation.drift_fleet import DriftFleet

SERVICES, FUNCTIONS, MINUTES = 300, 500, 15
MOST_READS_A_MINUTE = 160.0
"""All of them together: ECS and Lambda let us read thousands a minute."""


async def _rounds(planners: int) -> tuple[Counter[str], list[DriftVerdict], int]:
    """The reads of the second round, when the turns are spread, what was found, what AWS refused."""
    fleet = DriftFleet(services=SERVICES, functions=FUNCTIONS, planners=planners)
    await fleet.set_up()
    await fleet.minutes(MINUTES)
    reads = await fleet.minutes(MINUTES)
    verdicts = [drift.verdict for drift in await fleet.ledger.drifts()]
    return reads, verdicts, fleet.aws.refused_as_too_many


@pytest.fixture(scope="module")
def alone() -> tuple[Counter[str], list[DriftVerdict], int]:
    return simulated(lambda: _rounds(1))


def test_every_target_is_looked_at_within_the_period(alone):
    _, verdicts, _ = alone
    assert verdicts == [DriftVerdict.NONE] * (SERVICES + FUNCTIONS)


def test_eight_hundred_targets_take_a_small_part_of_the_limits(alone):
    reads, _, refused = alone
    assert refused == 0
    assert sum(reads.values()) / MINUTES < MOST_READS_A_MINUTE, reads
    assert reads["DescribeServices"] <= SERVICES / 3, "services of a cluster are asked about together"
    assert reads["DescribeTaskDefinition"] == SERVICES
    assert reads["GetAlias"] == FUNCTIONS
    assert set(reads) == {"DescribeServices", "DescribeTaskDefinition", "GetFunction", "GetAlias"}


def test_two_planners_read_no_more_than_one(alone):
    reads, verdicts, refused = simulated(lambda: _rounds(2))
    assert (verdicts, refused) == (alone[1], 0)
    assert reads["DescribeTaskDefinition"] == SERVICES
    assert reads["GetAlias"] == FUNCTIONS


def test_the_first_looks_of_all_are_spread_over_some_sweeps():
    async def first() -> list[int]:
        fleet = DriftFleet(services=SERVICES, functions=FUNCTIONS, planners=1)
        await fleet.set_up()
        return [sum((await fleet.minutes(1)).values()) for _ in range(4)]

    reads = simulated(first)
    assert all(reads[:3]), reads
    assert reads[3] == 0, "all were looked at, and nobody's turn has come again"
