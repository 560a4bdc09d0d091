"""What the rollback of a function leaves behind, and what it says where not everything comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gitmoxi.domain.deployments import CommandKind
from gitmoxi.domain.states import State
from gitmoxi.strategies.lambda_steps import CODE_SHA256, VERSION
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.lambda_rollback_scenarios import two_revisions, two_revisions_the_first_kept
from tests.simulation.lambda_scenarios import (
    CONFIGURATION,
    MOVE_ALIAS,
    PUBLISH,
    UNTAG,
    greet,
    made_by_others,
    serving,
    serving_with_concurrency,
)
from tests.simulation.rollback_requests import abort_in, ask_for
from tests.simulation.world import World


def latest(world: World) -> dict[str, Any]:
    document: dict[str, Any] = world.function()["Configuration"]
    return document


def lasting(world: World) -> dict[str, Any]:
    """$LATEST without what every change makes anew."""
    return {
        name: value for name, value in latest(world).items() if name not in {"RevisionId", "LastModified"}
    }


async def test_the_settings_and_tags_of_a_found_function_are_as_they_were() -> None:
    world = World()
    await made_by_others(world)
    before = {name: latest(world).get(name) for name in ("Timeout", "Environment", "MemorySize")}
    tags = world.function()["Tags"]
    theirs = greet(
        "other.zip",
        Timeout=9,
        MemorySize=512,
        Tags={"stage": "prod"},
        Environment={"Variables": {"BROKEN": "yes"}},
    )

    head = await world.run(await world.push(theirs))

    assert head.state is State.ROLLED_BACK, head.because
    assert {name: latest(world).get(name) for name in before} == before
    assert world.function()["Tags"] == tags
    assert "$LATEST keeps the code that it has" in head.because


async def test_a_version_that_is_published_again_is_the_last_good_one() -> None:
    world = World()
    await two_revisions(world)
    head = await world.run(await ask_for(world, "d-1"))

    assert head.state is State.SUCCEEDED
    record = await world.ledger.target(LAMBDA_TARGET)
    assert record.last_good is not None
    assert record.last_good.deployment_id == head.id
    assert record.last_good.values == {VERSION: "3", CODE_SHA256: latest(world)["CodeSha256"]}

    bad = await world.run(await world.push(greet("broken.zip")))
    assert (bad.state, world.alias()) == (State.ROLLED_BACK, "3")
    same = await world.run(await world.push(greet()))
    assert same.state is State.NO_CHANGE


def package_replaced(world: World) -> None:
    """Somebody uploads another .zip under the name of the first one."""
    answered = world.aws.models["lambda"]

    def other_code(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "UpdateFunctionCode" and params["S3Key"] == "greet-1.zip":
            params = {**params, "S3Key": "greet-1-changed.zip"}
        return answered(operation, params)

    world.aws.models["lambda"] = other_code


async def test_a_package_that_changed_since_is_not_published() -> None:
    world = World()
    await two_revisions(world)
    package_replaced(world)

    head = await world.run(await ask_for(world, "d-1"))

    assert head.state is State.ROLLBACK_FAILED
    assert "has changed since" in head.because
    assert "serves version 2" in head.because
    assert (world.alias(), PUBLISH in world.aws.mutations[-2:]) == ("2", False)


async def test_a_package_that_changed_since_is_told_where_the_version_itself_is_back() -> None:
    world = World()
    await two_revisions_the_first_kept(world)
    package_replaced(world)

    head = await world.run(await ask_for(world, "d-1"))

    assert (head.state, world.alias()) == (State.SUCCEEDED, "1")
    assert "$LATEST has it, the alias has not" in head.because


async def test_an_alias_that_others_moved_since_is_left_alone() -> None:
    """The deployment is aborted once it has published; by then somebody's old version serves."""
    world = World()
    await two_revisions_the_first_kept(world)
    answered = world.aws.models["lambda"]

    def others(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = answered(operation, params)
        if operation == PUBLISH:
            theirs = {"FunctionName": "greet", "Name": "live", "FunctionVersion": "1"}
            answered(MOVE_ALIAS, theirs)
        return answer

    world.aws.models["lambda"] = others
    deployment = await world.push(greet("greet-3.zip"))
    await abort_in(world, deployment, "published")
    head = await world.run(deployment)

    assert head.state is State.ROLLBACK_FAILED
    assert "Somebody else moved the alias live since" in head.because
    assert world.alias() == "1"


@pytest.mark.parametrize("phase", ["settle", "published", "shifted"])
async def test_an_abort_in_any_phase_leaves_what_served(phase: str) -> None:
    world = World()
    await serving(world)
    before = lasting(world)
    deployment = await world.push(greet("greet-2.zip", Timeout=9))
    await abort_in(world, deployment, phase)

    head = await world.run(deployment)

    assert head.state is State.CANCELLED, head.because
    assert (world.alias(), world.versions()) == ("1", ["1"])
    assert lasting(world) == before


async def test_somebody_elses_settings_during_the_rollback_are_told() -> None:
    world = World()
    await two_revisions(world)
    answered = world.aws.models["lambda"]

    def others(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = answered(operation, params)
        if operation == MOVE_ALIAS:
            answered(CONFIGURATION, {"FunctionName": "greet", "Timeout": 77})
        return answer

    world.aws.models["lambda"] = others
    head = await world.run(await ask_for(world, "d-1"))
    await world.pass_time(10)

    assert head.state is State.SUCCEEDED
    assert "Somebody else changed these settings of $LATEST meanwhile: Timeout" in head.because


async def test_tags_that_a_later_revision_brought_are_taken_off() -> None:
    world = World()
    await serving(world)
    await world.run(await world.push(greet("greet-2.zip", Tags={"stage": "prod"})))
    head = await world.run(await ask_for(world, "d-1"))
    assert head.state is State.SUCCEEDED
    tags = {key: value for key, value in world.function()["Tags"].items() if not key.startswith("gitmoxi:")}
    assert tags == {"team": "shop"}
    assert UNTAG in world.aws.mutations


async def concurrency(world: World) -> tuple[Any, Any]:
    """What is reserved for the function, and provisioned for its alias."""
    await world.pass_time(60)
    reserved = world.functions.call("GetFunctionConcurrency", {"FunctionName": "greet"})
    listed = world.functions.call("ListProvisionedConcurrencyConfigs", {"FunctionName": "greet"})
    provisioned = [
        one["RequestedProvisionedConcurrentExecutions"] for one in listed["ProvisionedConcurrencyConfigs"]
    ]
    return reserved.get("ReservedConcurrentExecutions"), provisioned


async def aborted_once_provisioned(world: World, settings: dict[str, Any]) -> None:
    deployment = await world.push(greet("greet-2.zip", settings=settings))
    while "provisioned" not in (head := await world.head(deployment)).progress.values:
        assert not head.state.terminal, head.because
        await world.step()
    await world.command(deployment, CommandKind.ABORT)
    ended = await world.run(deployment)
    assert ended.state is State.CANCELLED, ended.because
    assert world.alias() == "1"


async def test_concurrency_goes_back_to_what_the_good_settings_say() -> None:
    world = World()
    await serving_with_concurrency(world)
    await aborted_once_provisioned(world, {"reservedConcurrency": 30, "provisionedConcurrency": 7})
    assert await concurrency(world) == (20, [5])


async def test_concurrency_that_no_good_settings_name_goes_back_to_what_was_there() -> None:
    world = World()
    await serving(world)
    world.functions.call(
        "PutFunctionConcurrency", {"FunctionName": "greet", "ReservedConcurrentExecutions": 11}
    )
    await aborted_once_provisioned(world, {"reservedConcurrency": 30, "provisionedConcurrency": 7})
    assert await concurrency(world) == (11, [])


async def test_a_requested_rollback_sets_the_concurrency_of_its_revision() -> None:
    world = World()
    await serving_with_concurrency(world)
    other = {"reservedConcurrency": 30, "provisionedConcurrency": 7}
    assert (await world.run(await world.push(greet("greet-2.zip", settings=other)))).state is State.SUCCEEDED
    head = await world.run(await ask_for(world, "d-1"))
    assert head.state is State.SUCCEEDED, head.because
    assert world.alias() == "1"
    assert await concurrency(world) == (20, [5])
