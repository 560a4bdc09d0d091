"""What others change of a function while it is deployed: seen, and answered as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitmoxi.domain.states import State
from tests.simulation.lambda_scenarios import (
    CODE,
    CONFIGURATION,
    MOVE_ALIAS,
    PUBLISH,
    ended,
    greet,
    meddle,
    serving,
)
from tests.simulation.world import World

ADOPT = {"onForeignChange": "adopt"}
BOTH: dict[str, Any] = {"Timeout": 9, "MemorySize": 128}


def others(world: World, operation: str, **params: Any) -> Callable[[], object]:
    """A call of somebody else; it stands in no journal."""
    return lambda: world.functions.call(operation, {"FunctionName": "greet", **params})


def memory(world: World) -> int:
    return int(world.function()["Configuration"]["MemorySize"])


@pytest.mark.parametrize(
    "meddled",
    [
        pytest.param(CODE, id="before the code"),
        pytest.param(PUBLISH, id="before the version"),
    ],
)
async def test_scenario_38_a_setting_that_others_change_stops_the_deployment(meddled: str) -> None:
    world = World()
    await serving(world)
    meddle(world, meddled, others(world, CONFIGURATION, MemorySize=256))

    head = await world.run(await world.push(greet("greet-2.zip", **BOTH)))

    assert head.state is State.FAILED
    assert "Somebody else changed MemorySize of the function greet" in (head.cause or "")
    assert (memory(world), world.alias(), world.versions()) == (256, "1", ["1"])


async def test_scenario_38_a_setting_that_others_change_between_our_calls_is_seen() -> None:
    world = World()
    await serving(world)
    deployment = await world.push(greet("greet-2.zip", Timeout=9))
    await world.run_until(deployment, "settle")

    def change_by_hand() -> None:
        world.clock.advance(3)
        others(world, CONFIGURATION, Description="by hand")()

    meddle(world, "GetFunction", change_by_hand)

    head = await world.run(deployment)

    assert head.state is State.FAILED
    assert "Somebody else changed Description" in (head.cause or "")


async def test_scenario_38_what_others_change_is_adopted_and_the_files_win() -> None:
    world = World()
    await serving(world)
    meddle(world, CODE, others(world, CONFIGURATION, MemorySize=256, Description="by hand"))

    head = await world.run(await world.push(greet("greet-2.zip", settings=ADOPT, MemorySize=128)))

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations[3:] == [CODE, CONFIGURATION, PUBLISH, MOVE_ALIAS]
    assert world.function()["Configuration"]["Description"] == "by hand"
    assert memory(world) == 128
    steps = {step.name: step.because for step in await world.ledger.steps(head.id)}
    assert "Description, MemorySize" in steps["adopt a foreign change"]


async def test_scenario_38_code_that_others_put_there_is_not_taken_for_ours() -> None:
    world = World()
    await serving(world)
    meddle(world, CODE, others(world, CODE, S3Bucket="code", S3Key="theirs.zip"))

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert (head.state, world.alias()) == (State.FAILED, "1")
    assert "Somebody else changed CodeSha256" in (head.cause or "")


async def test_scenario_38_code_that_others_put_there_is_replaced_where_that_is_asked_for() -> None:
    world = World()
    await ended(world, greet("greet-2.zip"))
    ours = world.function()["Configuration"]["CodeSha256"]
    await ended(world, greet())
    meddle(world, CODE, others(world, CODE, S3Bucket="code", S3Key="theirs.zip"))

    head = await world.run(await world.push(greet("greet-2.zip", settings=ADOPT)))

    assert head.state is State.SUCCEEDED, head.because
    assert world.function()["Configuration"]["CodeSha256"] == ours


async def test_scenario_38_an_alias_that_others_moved_is_left_to_them() -> None:
    world = World()
    await serving(world)
    meddle(world, MOVE_ALIAS, others(world, MOVE_ALIAS, Name="live", FunctionVersion="1"), after=True)

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert head.state is State.FAILED
    assert "Somebody else moved the alias: it points at version 1, not at version 2" in head.because
    assert world.alias() == "1"


async def test_scenario_38_an_alias_that_others_moved_is_moved_again_where_that_is_asked_for() -> None:
    world = World()
    await serving(world)
    meddle(world, MOVE_ALIAS, others(world, MOVE_ALIAS, Name="live", FunctionVersion="1"), after=True)

    head = await world.run(await world.push(greet("greet-2.zip", settings=ADOPT)))

    assert (head.state, world.alias()) == (State.SUCCEEDED, "2")


async def test_scenario_38_an_alias_that_others_change_before_its_move_is_seen() -> None:
    world = World()
    await serving(world)
    moved = others(world, MOVE_ALIAS, Name="live", FunctionVersion="$LATEST")
    meddle(world, MOVE_ALIAS, moved)

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert (head.state, world.alias()) == (State.FAILED, "$LATEST")
    assert "Somebody else moved the alias" in head.because


async def test_scenario_38_whoever_fights_with_us_wins_in_the_end() -> None:
    world = World()
    await serving(world)
    forward = world.aws.models["lambda"]

    def stubborn(operation: str, params: Any) -> dict[str, Any]:
        answer = forward(operation, params)
        if operation == MOVE_ALIAS:
            forward(MOVE_ALIAS, {"FunctionName": "greet", "Name": "live", "FunctionVersion": "1"})
        return answer

    world.aws.models["lambda"] = stubborn
    head = await world.run(await world.push(greet("greet-2.zip", settings=ADOPT)))

    assert (head.state, world.alias()) == (State.FAILED, "1")
    assert "It is the change number 4" in head.because


async def test_a_new_revision_without_a_change_is_nobodys() -> None:
    """Lambda counts every call; a refused one of ours is then made again."""
    world = World()
    await serving(world)
    same = world.function()["Configuration"]["Timeout"]
    meddle(world, CODE, others(world, CONFIGURATION, Timeout=same))

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations[3:] == [CODE, PUBLISH, MOVE_ALIAS]
