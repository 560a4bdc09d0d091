"""Reserved and provisioned concurrency: set, moved, taken away, and what happens when Lambda cannot."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.functions import FunctionFault
from tests.simulation.lambda_scenarios import (
    MOVE_ALIAS,
    PUT_PROVISIONED,
    PUT_RESERVED,
    ended,
    greet,
    serving,
    serving_with_concurrency,
)
from tests.simulation.world import World

Doc = dict[str, Any]
BOTH = {"reservedConcurrency": 20, "provisionedConcurrency": 5}


def reserved(world: World) -> int | None:
    answer: Doc = world.function().get("Concurrency") or {}
    return answer.get("ReservedConcurrentExecutions")


def provisioned(world: World) -> Doc | None:
    """That of the alias, once Lambda has had time for it."""
    answer = world.functions.call("ListProvisionedConcurrencyConfigs", {"FunctionName": "greet"})
    return next(iter(answer["ProvisionedConcurrencyConfigs"]), None)


async def test_a_deployment_waits_until_all_is_provisioned() -> None:
    world = World()
    head = await world.run(await world.push(greet(settings=BOTH)))

    assert head.because == "The alias live points at version 1, and 5 executions are provisioned for it."
    live = provisioned(world)
    assert live is not None
    assert (reserved(world), live["Status"], live["AllocatedProvisionedConcurrentExecutions"]) == (
        20,
        "READY",
        5,
    )
    assert (await world.run(await world.push(greet(settings=BOTH)))).state is State.NO_CHANGE


async def test_the_plan_tells_what_changes_and_by_which_calls() -> None:
    world = World()
    await serving(world)

    deployment = await world.push(greet(settings=BOTH))

    plan = await world.ledger.plan(deployment)
    assert plan is not None
    assert [str(difference) for difference in plan.differences] == [
        "reservedConcurrency: (none) → 20",
        "live.provisionedConcurrency: (none) → 5",
    ]
    assert plan.steps == (
        "set the reserved concurrency to 20",
        "set the provisioned concurrency of the alias live to 5",
    )
    await world.run(deployment)
    assert world.aws.mutations[3:] == [PUT_RESERVED, PUT_PROVISIONED]
    assert [call.api.partition(":")[2] for call in plan.calls] == world.aws.mutations[3:]


async def test_settings_that_are_left_out_leave_it_alone() -> None:
    world = World()
    await serving_with_concurrency(world)

    deployment = await world.push(greet("greet-2.zip"))
    head = await world.run(deployment)

    live = provisioned(world)
    assert head.state is State.SUCCEEDED
    assert live is not None
    assert (reserved(world), live["RequestedProvisionedConcurrentExecutions"]) == (20, 5)
    plan = await world.ledger.plan(deployment)
    assert plan is not None
    assert any("reservedConcurrency was taken out of the settings" in str(one) for one in plan.warnings)


async def test_weights_that_lambda_gives_an_alias_while_its_executions_move_are_nobodys_change() -> None:
    world = World()
    await serving_with_concurrency(world)

    deployment = await world.push(greet("greet-2.zip", settings=BOTH))
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    told = [step.because for step in await world.ledger.steps(deployment)]
    assert any("Lambda is moving the provisioned concurrency of the alias live" in text for text in told)
    alias = world.functions.call("GetAlias", {"FunctionName": "greet", "Name": "live"})
    assert (alias["FunctionVersion"], alias.get("RoutingConfig") or {}) in (
        ("2", {}),
        ("2", {"AdditionalVersionWeights": {}}),
    )
    assert world.aws.mutations.count(MOVE_ALIAS) == 1


async def test_what_cannot_be_provisioned_brings_the_alias_back() -> None:
    world = World()
    await serving(world)
    world.functions.faults.entries.append(
        FunctionFault(kind="provisioning_fails", reason="FUNCTION_ERROR_INIT_FAILURE")
    )

    head = await world.run(await world.push(greet("greet-2.zip", settings=BOTH)))

    assert world.alias() == "1"
    assert head.state in {State.ROLLED_BACK, State.ROLLBACK_FAILED}
    assert head.cause == (
        "Lambda cannot provision the 5 executions of the alias, 0 are there: FUNCTION_ERROR_INIT_FAILURE"
    )


async def test_a_reservation_that_leaves_others_too_little_is_refused_before_anything_moves() -> None:
    world = World()
    await serving(world)

    head = await world.run(await world.push(greet("greet-2.zip", settings={"reservedConcurrency": 950})))

    assert (head.state, world.alias(), reserved(world)) == (State.ROLLED_BACK, "1", None)
    explained = [one for step in await world.ledger.steps(head.id) for one in step.explanations]
    assert "quota.unreserved-concurrency" in {one.id for one in explained}


async def test_a_refused_reservation_that_is_all_there_is_to_do_undoes_nothing() -> None:
    world = World()
    await serving(world)

    head = await world.run(await world.push(greet(settings={"reservedConcurrency": 950})))

    assert head.state is State.FAILED
    assert world.aws.mutations[3:] == []


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        pytest.param({"reservedConcurrency": "none", "provisionedConcurrency": "none"}, None, id="none"),
        pytest.param({"reservedConcurrency": 0, "provisionedConcurrency": "none"}, 0, id="0 stops it"),
    ],
)
async def test_concurrency_is_taken_away_by_a_word(settings: Doc, left: int | None) -> None:
    world = World()
    await serving_with_concurrency(world)

    await ended(world, greet(settings=settings))

    assert (reserved(world), provisioned(world)) == (left, None)
