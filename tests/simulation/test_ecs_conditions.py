"""What AWS may do to a whole deployment: red alarms, no capacity, throttling by its buckets, late reads."""

from __future__ import annotations

import pytest

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import CREATE, REGISTER, running, web
from tests.simulation.world import World

WATCHED = {"alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True}}


async def test_an_alarm_that_turns_red_is_a_failure_that_says_so() -> None:
    """ECS takes the service back by itself; that is never a success of ours."""
    world = World()
    await running(world)
    world.alarm("errors", "OK")
    world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=60))
    deployment = await world.push(web("web:2", deploymentConfiguration=WATCHED))
    await world.run_until(deployment, "follow")
    await world.pass_time(5)

    world.alarm("errors", "ALARM")
    head = await world.run(deployment)

    assert head.state in {State.FAILED, State.ROLLED_BACK}
    assert "alarm" in f"{head.cause} {head.because}"
    assert world.images() == ["web:1", "web:1"]


async def test_tasks_without_capacity_wait_until_there_is_some() -> None:
    world = World()
    await running(world)
    world.capacity.set_limit("FARGATE", 2)
    deployment = await world.push(web("web:2", {}))
    await world.run_until(deployment, "follow")
    await world.pass_time(30)
    assert not (await world.head(deployment)).state.terminal

    world.capacity.set_limit("FARGATE", None)
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED
    assert world.images() == ["web:2", "web:2"]


async def test_a_deployment_keeps_below_the_published_buckets() -> None:
    """One service alone is never throttled: our own buckets are no larger than AWS's."""
    world = World()
    await running(world)
    world.limits.enabled = True

    head = await world.run(await world.push(web("web:2")))

    assert head.state is State.SUCCEEDED
    assert world.limits.refused == {}


@pytest.mark.parametrize("seconds", [5, 30])
async def test_scenario_11_late_reads_do_not_create_a_service_twice(seconds: int) -> None:
    world = World()
    world.reads.seconds = seconds

    head = await world.run(await world.push(web()))

    assert head.state is State.SUCCEEDED
    assert world.aws.mutations == [REGISTER, CREATE]
    assert world.images() == ["web:1", "web:1"]
