"""Capacity that is not there: the fallback strategy takes over once, and later deployments start afresh."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import (
    CREATE,
    REGISTER,
    SERVICE,
    TAGS,
    UPDATE,
    Scenario,
    pushing,
    web,
)
from tests.simulation.test_ecs_crashes import check, played
from tests.simulation.world import World

Doc = dict[str, Any]

SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
FARGATE = [{"capacityProvider": "FARGATE", "weight": 1}]
FALLBACK: Doc = {"fallbackCapacityProviderStrategy": FARGATE}


def on_spot(image: str = "web:1", settings: Doc | None = None, **service: Any) -> DesiredEcs:
    """The service on Spot capacity."""
    wanted = web(image, FALLBACK if settings is None else settings, tags=TAGS, **service)
    document = {name: value for name, value in wanted.service.items() if name != "launchType"}
    return DesiredEcs(
        target=wanted.target,
        service={"capacityProviderStrategy": SPOT, **document},
        task_definition=wanted.task_definition,
        settings=wanted.settings,
    )


def associate(world: World) -> None:
    """Let the cluster use Fargate's capacity providers."""
    providers = ["FARGATE", "FARGATE_SPOT"]
    world.ecs_call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=providers,
        defaultCapacityProviderStrategy=[],
    )


def with_providers() -> World:
    world = World()
    associate(world)
    return world


async def running_on_spot() -> World:
    world = with_providers()
    head = await world.run(await world.push(on_spot()))
    assert head.state is State.SUCCEEDED, head.because
    await world.pass_time(30)
    world.aws.journal.clear()
    return world


async def given_up(world: World, deployment: str) -> Deployment:
    """The end of a deployment that fails; once it is given up there is room again, for its way back."""
    while (await world.head(deployment)).state is not State.ROLLING_BACK:
        await world.step()
    for provider in ("FARGATE", "FARGATE_SPOT"):
        world.capacity.set_limit(provider, None)
    head = await world.run(deployment)
    await world.pass_time(60)
    return head


def strategy(world: World) -> list[str]:
    service = world.service()
    assert service is not None
    return [item["capacityProvider"] for item in service.get("capacityProviderStrategy", [])]


async def test_tasks_that_find_no_capacity_go_to_the_fallback() -> None:
    world = await running_on_spot()
    world.capacity.set_limit("FARGATE_SPOT", 2)

    deployment = await world.push(on_spot("web:2"))
    head = await world.run(deployment)
    await world.pass_time(30)

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]
    assert world.images() == ["web:2", "web:2"]
    assert strategy(world) == ["FARGATE"]
    [step] = [
        one for one in await world.ledger.steps(deployment) if one.name == "fall back to other capacity"
    ]
    assert "2 of 2 new tasks have no place" in step.because
    assert "AWS has no capacity for the task" in step.because
    assert "fallback capacity (FARGATE)" in step.because
    assert world.aws.requests(UPDATE)[1] == {
        "cluster": "demo",
        "service": "web",
        "capacityProviderStrategy": FARGATE,
        "forceNewDeployment": True,
    }


async def test_a_first_create_falls_back_too() -> None:
    world = with_providers()
    world.capacity.set_limit("FARGATE_SPOT", 0)
    head = await world.run(await world.push(on_spot()))
    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == [REGISTER, CREATE, UPDATE]


async def test_from_a_launch_type_too() -> None:
    world = with_providers()
    await world.run(await world.push(web(tags=TAGS, settings=FALLBACK)))
    assert SERVICE["launchType"] == "FARGATE"
    await world.pass_time(30)
    settings = {"fallbackCapacityProviderStrategy": SPOT}
    world.capacity.set_limit("FARGATE", 2)

    head = await world.run(await world.push(web("web:2", settings, tags=TAGS)))
    await world.pass_time(30)
    assert head.state is State.SUCCEEDED, head.because
    assert strategy(world) == ["FARGATE_SPOT"]
    assert (await world.run(await world.push(web("web:2", settings, tags=TAGS)))).state is State.NO_CHANGE


async def test_a_failure_on_the_fallback_goes_back_to_the_launch_type() -> None:
    world = with_providers()
    await world.run(await world.push(web(tags=TAGS)))
    await world.pass_time(30)
    world.capacity.set_limit("FARGATE", 2)
    world.faults.entries.append(ImageFault(match="web:2", kind="crash"))
    settings = {"fallbackCapacityProviderStrategy": SPOT, "gmDeploymentCircuitBreaker": {}}

    head = await given_up(world, await world.push(web("web:2", settings, tags=TAGS)))

    assert head.state is State.ROLLED_BACK, head.because
    assert strategy(world) == []
    assert world.images() == ["web:1", "web:1"]


async def test_without_a_fallback_it_ends_in_time_and_says_why() -> None:
    world = await running_on_spot()
    world.capacity.set_limit("FARGATE_SPOT", 2)
    head = await given_up(world, await world.push(on_spot("web:2", {})))
    assert head.state is State.ROLLED_BACK
    assert "AWS has no capacity for the task" in (head.cause or "")


async def test_a_fallback_without_room_ends_in_time_once() -> None:
    world = await running_on_spot()
    world.capacity.set_limit("FARGATE_SPOT", 2)
    world.capacity.set_limit("FARGATE", 0)

    head = await given_up(world, await world.push(on_spot("web:2")))

    assert head.state is State.ROLLED_BACK, head.because
    assert "not stable after 300 s" in (head.cause or "")
    assert world.aws.mutations == [REGISTER, UPDATE, UPDATE, UPDATE]
    assert strategy(world) == ["FARGATE_SPOT"]
    assert world.images() == ["web:1", "web:1"]


async def test_failing_tasks_are_no_reason_to_fall_back() -> None:
    world = await running_on_spot()
    world.faults.entries.append(ImageFault(match="web:2", kind="crash"))
    settings = {**FALLBACK, "gmDeploymentCircuitBreaker": {"failureThreshold": 3}}
    head = await world.run(await world.push(on_spot("web:2", settings)))
    assert head.state is State.ROLLED_BACK
    assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]


class TestAfterwards:
    async def fallen_back(self) -> World:
        world = await running_on_spot()
        world.capacity.set_limit("FARGATE_SPOT", 2)
        await world.run(await world.push(on_spot("web:2")))
        await world.pass_time(30)
        world.capacity.set_limit("FARGATE_SPOT", None)
        world.aws.journal.clear()
        return world

    async def test_the_same_files_again_change_nothing(self) -> None:
        world = await self.fallen_back()
        deployment = await world.push(on_spot("web:2"))
        assert (await world.run(deployment)).state is State.NO_CHANGE
        plan = await world.ledger.plan(deployment)
        assert plan is not None
        assert any("runs on its fallback capacity (FARGATE)" in one.text for one in plan.warnings)

    async def test_a_change_that_replaces_no_task_leaves_it_there(self) -> None:
        world = await self.fallen_back()
        head = await world.run(await world.push(on_spot("web:2", desiredCount=3)))
        assert head.state is State.SUCCEEDED, head.because
        assert world.aws.requests(UPDATE) == [{"cluster": "demo", "service": "web", "desiredCount": 3}]
        assert strategy(world) == ["FARGATE"]

    @pytest.mark.parametrize("forced", [False, True])
    async def test_a_deployment_starts_with_the_committed_capacity_again(self, *, forced: bool) -> None:
        world = await self.fallen_back()
        image = "web:2" if forced else "web:3"
        deployment = await world.push(on_spot(image), forced=forced)
        head = await world.run(deployment)
        await world.pass_time(30)
        assert head.state is State.SUCCEEDED, head.because
        assert strategy(world) == ["FARGATE_SPOT"]
        assert world.images() == [image, image]
        plan = await world.ledger.plan(deployment)
        assert plan is not None
        assert "go on with FARGATE if ECS cannot place all tasks in time" in plan.steps


async def test_scenario_1_2_3_a_kill_at_any_edge_falls_back_once() -> None:
    async def prepare(world: World) -> None:
        associate(world)
        world.capacity.set_limit("FARGATE_SPOT", 0)

    scenario = Scenario(
        prepare=prepare,
        push=pushing(on_spot()),
        ends=State.SUCCEEDED,
        mutations=(REGISTER, CREATE, UPDATE),
        images=("web:1", "web:1"),
    )
    calm = World()
    await played(scenario, calm)
    for number, edge in enumerate(calm.edges, start=1):
        world = World(kill_at=number, redelivers=number % 2 == 0)
        head = await played(scenario, world)
        assert world.killed
        check(scenario, world, head, f"killed at edge {number}, {edge}")


async def test_scenario_8_a_lost_reply_to_the_fallback_is_looked_for() -> None:
    world = await running_on_spot()
    world.capacity.set_limit("FARGATE_SPOT", 2)
    deployment = await world.push(on_spot("web:2"))
    await world.run_until(deployment, "follow")
    world.aws.lost_replies.append(UPDATE)

    head = await world.run(deployment)

    assert not world.aws.lost_replies
    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]
