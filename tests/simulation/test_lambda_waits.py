"""What a deployment of a function waits for, how long, and in which states it finds the function."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.domain.states import State, Status
from gitmoxi.planning.errors import FunctionDeletingError
from gitmoxi_local.aws_model.functions import FunctionFault
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.lambda_rollback_scenarios import two_revisions
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
from tests.simulation.rollback_requests import asking_for
from tests.simulation.world import World

READINESS = {"readinessCheck": {"waitInterval": 10, "maxRetries": 5}}


def slow(world: World, seconds: float) -> None:
    world.functions.faults.entries.append(FunctionFault(kind="slow_change", match="greet", seconds=seconds))


def others(world: World, operation: str, **params: Any) -> None:
    world.functions.call(operation, {"FunctionName": "greet", **params})


async def test_a_change_that_settles_in_time_is_waited_for() -> None:
    world = World()
    await serving(world)
    slow(world, 40)
    await ended(world, greet("greet-2.zip", settings=READINESS))
    assert world.alias() == "2"


async def test_a_change_that_does_not_settle_is_given_up_and_the_alias_never_moves() -> None:
    world = World()
    await serving(world)
    slow(world, 600)

    deployment = await world.push(greet("greet-2.zip", settings=READINESS))
    head = await world.run(deployment)

    assert head.state in {State.ROLLED_BACK, State.ROLLBACK_FAILED}
    assert head.cause == ("The function is not ready after 50 s: State Active, LastUpdateStatus InProgress.")
    assert MOVE_ALIAS not in world.aws.mutations


async def test_somebody_elses_change_is_waited_for_before_ours() -> None:
    world = World()
    await serving(world)
    slow(world, 20)
    others(world, CONFIGURATION, Description="theirs")
    world.functions.faults.entries.pop()

    deployment = await world.push(greet("greet-2.zip"))
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    steps = [step.name for step in await world.ledger.steps(deployment)]
    assert steps.index("wait for another change") < steps.index("update the code")
    assert world.aws.mutations[3:] == [CODE, PUBLISH, MOVE_ALIAS]


async def test_somebody_elses_change_that_never_settles_is_not_waited_for_for_ever() -> None:
    world = World()
    await serving(world)
    slow(world, 3600)
    others(world, CONFIGURATION, Description="theirs")

    head = await world.run(await world.push(greet("greet-2.zip", settings=READINESS)))

    assert head.state is State.FAILED
    assert "Somebody else's change of the function has not settled within 50 s" in head.because
    assert world.aws.mutations[3:] == []


async def test_a_change_of_others_that_failed_before_us_is_mended() -> None:
    world = World()
    await serving(world)
    others(world, CODE, S3Bucket="code", S3Key="broken.zip")
    await world.pass_time(5)

    await ended(world, greet("greet-2.zip"))

    assert world.alias() == "2"


@pytest.mark.parametrize("state", ["Inactive", "Deactivated"])
async def test_a_function_at_rest_is_changed_like_any_other(state: str) -> None:
    world = World()
    await serving(world)
    forward = world.aws.models["lambda"]

    def resting(operation: str, params: Any) -> dict[str, Any]:
        answer = forward(operation, params)
        if operation == "GetFunction" and answer["Configuration"]["State"] == "Active":
            answer["Configuration"]["State"] = state
        return answer

    world.aws.models["lambda"] = resting
    await ended(world, greet("greet-2.zip"))
    assert world.alias() == "2"


async def test_a_version_that_is_prepared_for_a_while_gets_no_traffic_before() -> None:
    """As with SnapStart, whose snapshot Lambda makes when the version is published."""
    world = World()
    await serving(world)
    forward = world.aws.models["lambda"]
    ready_at = world.clock.now() + timedelta(seconds=30)

    def preparing(operation: str, params: Any) -> dict[str, Any]:
        answer = forward(operation, params)
        of_version = operation == PUBLISH or params.get("Qualifier") == "2"
        if of_version and world.clock.now() < ready_at:
            return _pending(answer)
        return answer

    world.aws.models["lambda"] = preparing
    deployment = await world.push(greet("greet-2.zip"))
    waiting = await world.run_until(deployment, "activate")
    assert (waiting.because, world.alias()) == ("Version 2 is published.", "1")

    head = await world.run(deployment)

    assert (head.state, world.alias()) == (State.SUCCEEDED, "2")
    assert world.clock.now() >= ready_at


def _pending(answer: dict[str, Any]) -> dict[str, Any]:
    if "Configuration" in answer:
        return {**answer, "Configuration": {**answer["Configuration"], "State": "Pending"}}
    return {**answer, "State": "Pending"}


async def test_a_name_that_is_being_deleted_is_planned_again_later() -> None:
    """The planner retries a FunctionDeletingError, at most as often as its queue delivers."""
    world = World()
    await serving(world)
    others(world, "DeleteFunction")

    with pytest.raises(FunctionDeletingError, match="is still being deleted and blocks its name"):
        await world.push(greet())
    await world.pass_time(5)
    await ended(world, greet())

    assert world.functions.exists("greet")


async def test_a_name_that_somebody_frees_while_we_wait_is_taken_once_it_is_free() -> None:
    world = World()
    await serving(world)
    deployment = await world.push(greet("greet-2.zip"))
    others(world, "DeleteFunction")

    head = await world.run(deployment)

    assert (head.state, world.alias()) == (State.SUCCEEDED, "1")
    assert world.aws.mutations[3:] == ["CreateFunction", PUBLISH, "CreateAlias"]


async def test_a_name_that_is_never_freed_is_not_waited_for_for_ever() -> None:
    world = World()
    await serving(world)
    deployment = await world.push(greet("greet-2.zip"))
    forward = world.aws.models["lambda"]

    def never(operation: str, params: Any) -> dict[str, Any]:
        answer = forward(operation, params)
        if operation == "GetFunction":
            answer["Configuration"]["State"] = "Deleting"
        return answer

    world.aws.models["lambda"] = never
    head = await world.run(deployment)

    assert head.state is State.FAILED
    assert "for 600 s, and it still is there" in head.because


@pytest.mark.parametrize("call", [CODE, PUBLISH, MOVE_ALIAS])
async def test_a_function_that_others_delete_in_mid_deployment_fails_it(call: str) -> None:
    world = World()
    await serving(world)
    meddle(world, call, lambda: others(world, "DeleteFunction"))

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert head.state.status is Status.PROCESSED_ERROR
    assert "eleted" in (head.cause or "") or "Function not found" in (head.cause or "")
    assert "CreateFunction" not in world.aws.mutations[3:]


async def test_a_deletion_takes_versions_aliases_and_concurrency_with_it() -> None:
    world = World()
    settings = {"provisionedConcurrency": 2, "reservedConcurrency": 5}
    await ended(world, greet(settings=settings))
    world.aws.journal.clear()

    head = await world.run(await world.delete(LAMBDA_TARGET))

    assert head.state is State.SUCCEEDED
    assert world.aws.mutations == ["DeleteFunction"]
    assert not world.functions.exists("greet")


async def test_a_version_that_is_published_again_by_a_rollback_gets_no_traffic_before_it_is_ready() -> None:
    world = World()
    await two_revisions(world)
    forward = world.aws.models["lambda"]
    ready_at = world.clock.now() + timedelta(seconds=30)

    def preparing(operation: str, params: Any) -> dict[str, Any]:
        answer = forward(operation, params)
        of_version = operation == PUBLISH or params.get("Qualifier") == "3"
        return _pending(answer) if of_version and world.clock.now() < ready_at else answer

    world.aws.models["lambda"] = preparing
    deployment = await asking_for("d-1")(world)
    waiting = await world.run_until(deployment, "activate")
    assert (waiting.because, world.alias()) == ("Version 3 is published.", "2")

    head = await world.run(deployment)

    assert (head.state, world.alias()) == (State.SUCCEEDED, "3")
    assert world.clock.now() >= ready_at
