"""Equal documents while ECS still rolls them out: the deployment is followed to the truth."""

from __future__ import annotations

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import TAGS, running, web
from tests.simulation.world import World

WITHOUT_ROLLBACK = {"gmDeploymentCircuitBreaker": {"failureThreshold": 3, "rollback": False}}


async def left_crashing() -> World:
    """A deployment failed, nothing was undone, and its tasks go on crashing."""
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    failed = await world.run(await world.push(web("web:bad", WITHOUT_ROLLBACK, tags=TAGS)))
    assert failed.state is State.FAILED
    world.aws.journal.clear()
    return world


async def test_the_files_that_failed_fail_again_while_their_tasks_crash() -> None:
    world = await left_crashing()

    head = await world.run(await world.push(web("web:bad", WITHOUT_ROLLBACK, tags=TAGS)))

    assert head.state is State.FAILED
    assert "circuit breaker tripped" in head.because
    assert world.aws.mutations == []


async def test_the_files_that_failed_succeed_once_what_was_missing_is_there() -> None:
    world = await left_crashing()
    world.faults.entries.clear()

    head = await world.run(await world.push(web("web:bad", WITHOUT_ROLLBACK, tags=TAGS)))

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == []
    assert world.images() == ["web:bad"] * 2


async def test_somebody_elses_new_tasks_are_followed_until_they_run() -> None:
    world = World()
    await running(world)
    world.aws.journal.clear()
    world.ecs_call("UpdateService", cluster="demo", service="web", forceNewDeployment=True)

    deployment = await world.push(web(tags=TAGS))
    waiting = await world.head(deployment)
    head = await world.run(deployment)

    assert waiting.state is State.WAITING
    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == []


async def test_what_runs_as_committed_is_no_change_at_once() -> None:
    world = World()
    await running(world)
    head = await world.head(await world.push(web(tags=TAGS)))
    assert head.state is State.NO_CHANGE
