"""What others do to a function while it is brought back: seen, told, and never called a success."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.functions import FunctionFault
from tests.simulation.lambda_scenarios import (
    CODE,
    CONFIGURATION,
    CREATE_ALIAS,
    MOVE_ALIAS,
    PUBLISH,
    ended,
    greet,
    meddle,
)
from tests.simulation.rollback_requests import abort_in, asking_for
from tests.simulation.world import World

ADOPT = {"onForeignChange": "adopt"}


def others(world: World, operation: str, **params: Any) -> Any:
    """A call of somebody else; it stands in no journal."""
    return lambda: world.functions.call(operation, {"FunctionName": "greet", **params})


async def going_back(world: World) -> str:
    """A rollback from version 2 to version 1, asked for."""
    await ended(world, greet())
    await ended(world, greet("greet-2.zip", Timeout=9))
    return await asking_for("d-1")(world)


@pytest.mark.parametrize("call", [MOVE_ALIAS, CODE, CONFIGURATION])
async def test_a_function_that_others_delete_in_mid_rollback_ends_it(call: str) -> None:
    world = World()
    deployment = await going_back(world)
    meddle(world, call, others(world, "DeleteFunction"))

    head = await world.run(deployment)

    assert head.state is State.ROLLBACK_FAILED
    assert "Somebody deleted" in head.because
    assert "gmctl undelete" in head.because or "gmctl rollback" in head.because


async def test_an_alias_that_others_delete_in_mid_rollback_is_no_success() -> None:
    world = World()
    deployment = await going_back(world)
    meddle(world, CONFIGURATION, others(world, "DeleteAlias", Name="live"))

    head = await world.run(deployment)

    assert head.state is State.ROLLBACK_FAILED
    assert "Somebody else deleted the alias live in mid-rollback: nothing serves version 1." in head.because


async def test_an_alias_that_others_deleted_before_is_made_again() -> None:
    world = World()
    deployment = await going_back(world)
    others(world, "DeleteAlias", Name="live")()

    head = await world.run(deployment)

    assert (head.state, world.alias()) == (State.SUCCEEDED, "1")
    assert CREATE_ALIAS in world.aws.mutations
    assert PUBLISH not in world.aws.mutations[-3:]


SHARED = {"AdditionalVersionWeights": {"1": 0.25}}


async def shared_by_others(world: World) -> None:
    """The alias serves version 2, and version 1 to every fourth caller."""
    await ended(world, greet())
    await ended(world, greet("greet-2.zip", Timeout=9))
    others(world, MOVE_ALIAS, Name="live", FunctionVersion="2", RoutingConfig=SHARED)()


async def test_weights_that_were_found_are_brought_back() -> None:
    world = World()
    await shared_by_others(world)
    deployment = await world.push(greet("greet-3.zip"))
    await abort_in(world, deployment, "shifted")

    head = await world.run(deployment)

    assert head.state is State.CANCELLED, head.because
    alias = world.functions.call("GetAlias", {"FunctionName": "greet", "Name": "live"})
    assert (alias["FunctionVersion"], alias["RoutingConfig"]) == ("2", SHARED)


async def test_weights_that_lambda_does_not_take_back_are_told() -> None:
    """Lambda takes none while provisioned concurrency belongs to the alias."""
    world = World()
    await shared_by_others(world)
    world.functions.faults.entries.append(FunctionFault(kind="provisioning_fails", match="greet"))

    head = await world.run(await world.push(greet("greet-3.zip", {"provisionedConcurrency": 2})))

    assert (head.state, world.alias()) == (State.ROLLED_BACK, "2")
    assert "The weights that its alias had beside it are not: {'1': 0.25}." in head.because


async def test_scenario_38_a_setting_that_others_change_in_mid_rollback_stops_it() -> None:
    world = World()
    deployment = await going_back(world)
    meddle(world, CODE, others(world, CONFIGURATION, MemorySize=256))

    head = await world.run(deployment)

    assert (head.state, world.alias()) == (State.ROLLBACK_FAILED, "1"), "traffic is back, the rest is theirs"
    assert "Somebody else changed MemorySize of the function greet" in head.because
    assert world.function()["Configuration"]["MemorySize"] == 256


async def test_scenario_38_a_setting_that_others_change_in_mid_rollback_is_adopted_where_asked_for() -> None:
    world = World()
    await ended(world, greet(settings=ADOPT))
    await ended(world, greet("greet-2.zip", settings=ADOPT, Timeout=9))
    meddle(world, CODE, others(world, CONFIGURATION, Description="by hand"))

    head = await world.run(await asking_for("d-1")(world))

    assert (head.state, world.alias()) == (State.SUCCEEDED, "1"), head.because
    assert "adopt a foreign change" in {step.name for step in await world.ledger.steps(head.id)}
