"""Whatever dies, gets lost, comes twice or is throttled: the same end, and each change of AWS made once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import SCENARIOS, Scenario, web
from tests.simulation.world import World

POLL_INTERVAL = 30.0
"""The default of ``stabilityCheck.pollInterval``, in seconds."""

NAMES = [pytest.param(name, id=name) for name in SCENARIOS]
CHANGING = [pytest.param(name, id=name) for name, scenario in SCENARIOS.items() if scenario.mutations]


async def played(scenario: Scenario, world: World) -> Deployment:
    head = await world.run(await scenario.begun(world))
    await world.pass_time(120)
    return head


def check(scenario: Scenario, world: World, head: Deployment, what: str) -> None:
    assert head.state is scenario.ends, f"{what}: {head.because}"
    assert tuple(world.aws.mutations) == scenario.mutations, what
    if scenario.images is not None:
        assert tuple(world.images()) == scenario.images, what


@pytest.mark.parametrize("name", NAMES)
async def test_scenario_1_2_3_a_kill_at_any_edge_repeats_nothing_and_loses_nothing(name: str) -> None:
    scenario, calm = SCENARIOS[name], World()
    await played(scenario, calm)
    assert calm.edges or not scenario.mutations

    for number, edge in enumerate(calm.edges, start=1):
        world = World(kill_at=number, redelivers=number % 2 == 0)
        head = await played(scenario, world)
        assert world.killed
        check(scenario, world, head, f"killed at edge {number}, {edge}")


@pytest.mark.parametrize("name", CHANGING)
async def test_scenario_8_a_lost_reply_is_looked_for_and_adopted(name: str) -> None:
    scenario = SCENARIOS[name]
    for operation in dict.fromkeys(scenario.mutations):
        world = World()
        deployment = await scenario.begun(world)
        world.aws.lost_replies.append(operation)
        head = await world.run(deployment)
        await world.pass_time(30)
        assert not world.aws.lost_replies
        check(scenario, world, head, f"lost the reply to {operation}")


@pytest.mark.parametrize("name", NAMES)
async def test_scenario_6_eight_workers_of_each_kind_get_in_nobodys_way(name: str) -> None:
    scenario, world = SCENARIOS[name], World(rivals=8)
    check(scenario, world, await played(scenario, world), "eight workers")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [1, 2])
async def test_scenario_4_5_duplicate_and_shuffled_messages_change_nothing(name: str, seed: int) -> None:
    scenario, world = SCENARIOS[name], World(disorder=Random(seed))
    check(scenario, world, await played(scenario, world), f"disorder {seed}")


@pytest.mark.parametrize("name", NAMES)
async def test_scenario_12_half_of_all_calls_throttled_for_ten_minutes_only_slows_it_down(name: str) -> None:
    scenario, world = SCENARIOS[name], World()
    deployment = await scenario.begun(world)
    chance, until = Random(7), world.clock.now() + timedelta(minutes=10)
    world.aws.throttled = lambda: world.clock.now() < until and chance.random() < 0.5

    head = await world.run(deployment)
    await world.pass_time(120)

    check(scenario, world, head, f"{world.aws.refused_as_too_many} throttled")


async def test_after_a_throttled_look_the_next_ones_come_at_the_poll_interval_again() -> None:
    """The deployment's own wake was spent on the look that failed; the sweeper alone would be slow."""
    world, looks = World(events=False), list[float]()
    world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=200))
    await world.pass_time(7)  # so that the looks, at 35 and 65 s, do not fall on the sweeper's minutes
    deployment = await world.push(web())
    await world.run_until(deployment, "follow")
    await world.pass_time(50)
    refusals = iter([True])

    def throttled() -> bool:
        looks.append(world.clock.monotonic())
        return next(refusals, False)

    world.aws.throttled = throttled
    await world.pass_time(150)

    pauses = [after - before for before, after in pairwise(looks)]
    assert world.aws.refused_as_too_many == 1
    assert max(pauses) <= POLL_INTERVAL
    assert sum(pause > 1 for pause in pauses) >= 4
