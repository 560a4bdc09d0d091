"""A service whose count Application Auto Scaling owns: what the file says of it is not applied."""

from __future__ import annotations

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import OUR_BREAKER, TAGS, UPDATE, running, web
from tests.simulation.world import World

ASKING = "DescribeScalableTargets"


async def scaled(count: int) -> World:
    """The service made with 2 tasks, which autoscaling has brought to ``count``."""
    world = World()
    await running(world)
    world.scale(1, 6)
    world.ecs_call("UpdateService", cluster="demo", service="web", desiredCount=count)
    await world.pass_time(60)
    world.aws.journal.clear()
    return world


async def warnings(world: World, deployment: str) -> str:
    plan = await world.ledger.plan(deployment)
    assert plan is not None
    return "\n".join(warning.text for warning in plan.warnings)


async def test_an_update_keeps_the_count_that_autoscaling_set() -> None:
    world = await scaled(4)

    deployment = await world.push(web("web:2", tags=TAGS))
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    [update] = world.aws.requests(UPDATE)
    assert "desiredCount" not in update
    assert world.images() == ["web:2"] * 4
    told = await warnings(world, deployment)
    assert "Application Auto Scaling owns the count (1..6): desiredCount 2 of the file is not applied" in told


async def test_the_same_files_again_change_nothing_though_the_count_differs() -> None:
    world = await scaled(4)

    head = await world.run(await world.push(web(tags=TAGS)))

    assert head.state is State.NO_CHANGE
    assert world.aws.mutations == []


async def test_a_change_that_starts_no_deployment_succeeds_though_the_count_differs() -> None:
    world = await scaled(4)

    head = await world.run(await world.push(web(tags=TAGS, healthCheckGracePeriodSeconds=60)))

    assert head.state is State.SUCCEEDED, head.because
    assert world.images() == ["web:1"] * 4


async def test_a_rollback_keeps_the_count_too() -> None:
    world = await scaled(4)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))

    head = await world.run(await world.push(web("web:bad", OUR_BREAKER, tags=TAGS, desiredCount=3)))

    assert head.state is State.ROLLED_BACK, head.because
    assert all("desiredCount" not in update for update in world.aws.requests(UPDATE))
    assert world.images() == ["web:1"] * 4


async def test_a_creation_takes_the_committed_count() -> None:
    world = World()
    world.scale(1, 6)

    head = await world.run(await world.push(web(desiredCount=3)))

    assert head.state is State.SUCCEEDED
    assert world.images() == ["web:1"] * 3
    assert ASKING not in world.aws.reads


async def test_nobody_is_asked_where_the_count_lives_as_committed() -> None:
    world = await scaled(2)
    await world.run(await world.push(web("web:2", tags=TAGS)))
    assert ASKING not in world.aws.reads


async def test_what_may_not_be_read_is_told_and_the_committed_count_is_applied() -> None:
    world = await scaled(4)
    world.aws.refusals[ASKING] = ("AccessDeniedException", "User is not authorized to perform this.")

    deployment = await world.push(web(tags=TAGS))
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    assert world.images() == ["web:1"] * 2
    assert "it is unknown whether Application Auto Scaling owns the count" in await warnings(
        world, deployment
    )


async def test_a_service_that_nobody_scales_gets_the_committed_count() -> None:
    world = World()
    await running(world)
    head = await world.run(await world.push(web("web:2", tags=TAGS, desiredCount=3)))
    assert head.state is State.SUCCEEDED
    assert world.images() == ["web:2"] * 3
