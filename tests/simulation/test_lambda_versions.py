"""Which versions of a function are kept, and which go."""

from __future__ import annotations

from typing import Any

from gitmoxi.domain.states import State
from tests.simulation.lambda_scenarios import (
    DELETE,
    PUBLISH,
    ended,
    greet,
    made_by_others,
    meddle,
    serving,
    serving_without_alias,
)
from tests.simulation.world import World

Doc = dict[str, Any]


def others(world: World, operation: str, **params: Any) -> Doc:
    return world.functions.call(operation, {"FunctionName": "greet", **params})


async def deployed(world: World, number: int, *, keep: int | None = None) -> None:
    settings = {} if keep is None else {"versionsToKeep": keep}
    await ended(world, greet(f"greet-{number}.zip", settings=settings))


async def test_five_are_kept_unless_the_settings_say_otherwise() -> None:
    world = World()
    for number in range(1, 8):
        await deployed(world, number)
    assert world.versions() == ["3", "4", "5", "6", "7"]


async def test_many_go_in_small_steps() -> None:
    world = World()
    for number in range(1, 9):
        await deployed(world, number, keep=20)
    await deployed(world, 9, keep=2)

    assert world.versions() == ["8", "9"]
    assert world.aws.mutations.count(DELETE) == 7


async def test_a_plan_says_which_will_go() -> None:
    world = World()
    for number in (1, 2, 3):
        await deployed(world, number, keep=3)

    deployment = await world.push(greet("greet-4.zip", settings={"versionsToKeep": 3}))

    plan = await world.ledger.plan(deployment)
    assert plan is not None
    assert plan.steps[-1] == "delete version 1, which is older than those that are kept"
    await world.run(deployment)
    assert world.versions() == ["2", "3", "4"]


async def test_what_any_alias_uses_stays() -> None:
    world = World()
    for number in (1, 2, 3):
        await deployed(world, number)
    others(world, "CreateAlias", Name="old", FunctionVersion="1")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    others(world, "CreateAlias", Name="test", FunctionVersion="3", RoutingConfig=weights)

    await deployed(world, 4, keep=1)

    assert world.versions() == ["1", "2", "3", "4"]
    assert DELETE not in world.aws.mutations


async def test_what_has_provisioned_concurrency_stays() -> None:
    world = World()
    for number in (1, 2):
        await deployed(world, number)
    others(world, "PutProvisionedConcurrencyConfig", Qualifier="1", ProvisionedConcurrentExecutions=1)

    await deployed(world, 3, keep=1)

    assert world.versions() == ["1", "3"]


async def test_what_others_published_stays() -> None:
    world = World()
    await made_by_others(world)
    await deployed(world, 2, keep=1)
    await deployed(world, 3, keep=1)

    assert world.versions() == ["1", "3"]


async def test_a_version_that_was_there_when_we_published_is_still_its_makers() -> None:
    """Lambda makes no second version of what has not changed."""
    world = World()
    await made_by_others(world)
    world.functions.forget_alias("greet", "live")
    await ended(world, greet("theirs.zip"))
    await deployed(world, 2, keep=1)

    assert "1" in world.versions()


async def test_an_alias_that_others_point_at_a_version_meanwhile_keeps_it() -> None:
    world = World()
    await serving(world)

    def use_it() -> None:
        others(world, "CreateAlias", Name="late", FunctionVersion="1")

    meddle(world, DELETE, use_it)
    head = await world.run(await world.push(greet("greet-2.zip", settings={"versionsToKeep": 1})))

    assert head.state is State.SUCCEEDED
    assert "The old version 1 could not be deleted: " in head.because
    assert world.versions() == ["1", "2"]


async def test_nothing_is_deleted_where_we_may_not_read_what_is_used() -> None:
    world = World()
    await serving(world)
    world.aws.refusals["ListAliases"] = ("AccessDeniedException", "not authorized")

    head = await world.run(await world.push(greet("greet-2.zip", settings={"versionsToKeep": 1})))

    assert (head.state, world.versions()) == (State.SUCCEEDED, ["1", "2"])


async def test_a_version_tells_who_published_it_and_keeps_the_function_s_description() -> None:
    world = World()
    await ended(world, greet(Description="greets"))

    (request,) = world.aws.requests(PUBLISH)
    assert request["Description"] == "[gitmoxi:gitmoxi-test d-1] greets"
    assert world.function()["Configuration"]["Description"] == "greets"
    assert (await world.run(await world.push(greet(Description="greets")))).state is State.NO_CHANGE


async def test_while_nothing_is_too_much_nobody_asks_who_uses_what() -> None:
    world = World()
    await serving_without_alias(world)
    await deployed(world, 2)
    assert "ListAliases" not in world.aws.reads
