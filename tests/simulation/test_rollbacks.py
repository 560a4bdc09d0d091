"""Rollbacks: each ends as it has to, whatever dies, gets lost or is throttled on the way."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.targets import Target
from tests.simulation import lambda_scenarios, test_ecs_crashes, test_lambda_crashes
from tests.simulation.cloud import ECS_TARGET, LAMBDA_TARGET
from tests.simulation.ecs_rollback_scenarios import SCENARIOS as ECS
from tests.simulation.ecs_scenarios import Scenario
from tests.simulation.lambda_rollback_scenarios import SCENARIOS as LAMBDA
from tests.simulation.world import World

ROLLBACKS: dict[str, tuple[Scenario | lambda_scenarios.Scenario, Target]] = {
    **{f"ECS: {name}": (scenario, ECS_TARGET) for name, scenario in ECS.items()},
    **{f"Lambda: {name}": (scenario, LAMBDA_TARGET) for name, scenario in LAMBDA.items()},
}
NAMES = [pytest.param(name, id=name) for name in ROLLBACKS]


async def played(name: str, world: World) -> None:
    """The scenario to its end, which has to be its own; then the slot is free."""
    scenario, target = ROLLBACKS[name]
    head = await world.run(await scenario.begun(world))
    await world.pass_time(120)
    checked(name, world, head, name)
    record = await world.ledger.target(target)
    assert (record.active_id, record.waiting_id) == (None, None)


def checked(name: str, world: World, head: Deployment, what: str) -> None:
    scenario, _ = ROLLBACKS[name]
    if isinstance(scenario, Scenario):
        test_ecs_crashes.check(scenario, world, head, what)
    else:
        test_lambda_crashes.check(scenario, world, head, what)


@pytest.mark.parametrize("name", NAMES)
async def test_scenario_33_a_rollback_killed_at_any_edge_resumes(name: str) -> None:
    calm = World()
    await played(name, calm)
    for number in range(1, len(calm.edges) + 1):
        world = World(kill_at=number, redelivers=number % 2 == 0)
        await played(name, world)
        assert world.killed


@pytest.mark.parametrize("name", NAMES)
async def test_a_lost_reply_is_looked_for_and_adopted(name: str) -> None:
    scenario, _ = ROLLBACKS[name]
    for operation in dict.fromkeys(scenario.mutations):
        world = World()
        deployment = await scenario.begun(world)
        world.aws.lost_replies.append(operation)
        head = await world.run(deployment)
        await world.pass_time(120)
        assert not world.aws.lost_replies
        checked(name, world, head, f"lost the reply to {operation}")


@pytest.mark.parametrize("name", NAMES)
async def test_half_of_all_calls_throttled_for_ten_minutes_only_slows_it_down(name: str) -> None:
    scenario, _ = ROLLBACKS[name]
    world = World()
    deployment = await scenario.begun(world)
    chance, until = Random(7), world.clock.now() + timedelta(minutes=10)
    world.aws.throttled = lambda: world.clock.now() < until and chance.random() < 0.5
    head = await world.run(deployment)
    await world.pass_time(120)
    checked(name, world, head, f"{world.aws.refused_as_too_many} throttled")


@pytest.mark.parametrize("name", NAMES)
async def test_eight_workers_get_in_nobodys_way(name: str) -> None:
    await played(name, World(rivals=8, disorder=Random(1)))
