"""ECS answers reads from copies that lag behind its writes: what is older than our call proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import (
    CREATE,
    NATIVE_BREAKER,
    OUR_BREAKER,
    REGISTER,
    TAGS,
    UPDATE,
    running,
    running_with_native_breaker,
    web,
)
from tests.simulation.world import World

Doc = dict[str, Any]

LATE = [pytest.param(seconds, id=f"{seconds} s late") for seconds in (1, 5, 30)]


@pytest.mark.parametrize("seconds", LATE)
async def test_scenario_11_a_new_service_that_is_not_shown_yet_is_created_once(seconds: float) -> None:
    world = World()
    world.reads.seconds = seconds

    head = await world.run(await world.push(web()))

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == [REGISTER, CREATE]
    assert world.images() == ["web:1"] * 2


@pytest.mark.parametrize("seconds", LATE)
async def test_scenario_11_an_update_that_is_not_shown_yet_is_not_taken_for_somebody_elses(
    seconds: float,
) -> None:
    world = World()
    await running(world)
    world.reads.seconds = seconds

    head = await world.run(await world.push(web("web:2", tags=TAGS)))

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations.count(UPDATE) == 1
    assert world.images() == ["web:2"] * 2


@pytest.mark.parametrize("seconds", LATE)
async def test_one_update_after_the_other_is_followed_through_late_reads(seconds: float) -> None:
    world = World()
    world.reads.seconds = seconds

    for image in ("web:1", "web:2", "web:3"):
        head = await world.run(await world.push(web(image)))
        assert head.state is State.SUCCEEDED, head.because

    await world.pass_time(60)
    assert world.images() == ["web:3"] * 2
    assert world.aws.mutations.count(UPDATE) == 2


@pytest.mark.parametrize("seconds", LATE)
async def test_a_change_that_starts_no_deployment_is_read_back_late(seconds: float) -> None:
    world = World()
    await running(world)
    world.reads.seconds = seconds

    head = await world.run(await world.push(web(tags=TAGS, desiredCount=3)))

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations.count(UPDATE) == 1


@pytest.mark.parametrize("seconds", LATE)
async def test_a_failure_is_rolled_back_through_late_reads(seconds: float) -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    world.reads.seconds = seconds

    head = await world.run(await world.push(web("web:bad", OUR_BREAKER, tags=TAGS)))

    assert head.state is State.ROLLED_BACK, head.because
    await world.pass_time(60)
    assert world.images() == ["web:1"] * 2


@pytest.mark.parametrize("seconds", LATE)
async def test_ecs_own_rollback_is_told_through_late_reads(seconds: float) -> None:
    world = World()
    await running_with_native_breaker(world)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    world.reads.seconds = seconds

    head = await world.run(await world.push(web("web:bad", {}, **NATIVE_BREAKER)))

    assert head.state is State.ROLLED_BACK, head.because
    await world.pass_time(60)
    assert world.images() == ["web:1"] * 2


@pytest.mark.parametrize("seconds", LATE)
async def test_scenario_46_somebody_elses_update_is_told_once_it_shows(seconds: float) -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="slow", kind="slow_start", after_seconds=7200))
    world.reads.seconds = seconds
    deployment = await world.push(web("web:slow", tags=TAGS))
    await world.run_until(deployment, "follow")
    await world.pass_time(90)

    world.ecs_call("UpdateService", cluster="demo", service="web", forceNewDeployment=True)
    head = await world.run(deployment)

    assert head.state is State.FAILED
    assert "Somebody else updated the service" in head.because
    assert world.aws.mutations.count(UPDATE) == 1
