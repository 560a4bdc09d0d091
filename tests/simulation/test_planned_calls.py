"""What a plan says it will call is what the deployers call, in that order and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gitmoxi.domain.states import State
from tests.simulation import ecs_scenarios, lambda_scenarios
from tests.simulation.world import World

HAPPY = {State.SUCCEEDED, State.NO_CHANGE}


def happy(scenarios: Mapping[str, Any]) -> list[Any]:
    return [pytest.param(found, id=name) for name, found in scenarios.items() if found.ends in HAPPY]


@pytest.mark.parametrize(
    ("service", "scenario"),
    [
        pytest.param(service, param.values[0], id=f"{service}: {param.id}")
        for service, scenarios in (("ecs", ecs_scenarios.SCENARIOS), ("lambda", lambda_scenarios.SCENARIOS))
        for param in happy(scenarios)
    ],
)
async def test_a_deployment_makes_the_calls_that_its_plan_names(service: str, scenario: Any) -> None:
    world = World()
    deployment = await scenario.begun(world)
    plan = await world.ledger.plan(deployment)

    await world.run(deployment)

    assert plan is not None
    assert [call.api for call in plan.calls] == [f"{service}:{name}" for name in world.aws.mutations]


async def test_a_revision_that_is_known_is_not_registered_again() -> None:
    world = World()
    await ecs_scenarios.running(world)
    await ecs_scenarios.ended(world, ecs_scenarios.web("web:2", tags=ecs_scenarios.TAGS))

    plan = await world.ledger.plan(await world.push(ecs_scenarios.web(tags=ecs_scenarios.TAGS)))

    assert plan is not None
    assert [(call.api, call.summary) for call in plan.calls] == [("ecs:UpdateService", "taskDefinition")]
    assert plan.steps[0] == "update the service: taskDefinition"
