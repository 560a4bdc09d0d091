"""Whole deployments of an ECS service: how each begins and ends, and what may be called on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.world import World

Doc = dict[str, Any]

REGISTER, CREATE, UPDATE = "RegisterTaskDefinition", "CreateService", "UpdateService"
TAG, UNTAG, DELETE = "TagResource", "UntagResource", "DeleteService"

TASK: Doc = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "web", "image": "web:1"}],
}
SERVICE: Doc = {
    "serviceName": "web",
    "cluster": "demo",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
}
NATIVE_BREAKER: Doc = {
    "deploymentConfiguration": {
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "thresholdConfiguration": {"type": "COUNT", "value": 3},
        }
    }
}
OUR_BREAKER: Doc = {"gmDeploymentCircuitBreaker": {"failureThreshold": 3}}
WEB = DesiredEcs(target=ECS_TARGET, service=SERVICE, task_definition=TASK, settings=OUR_BREAKER)


def with_image(desired: DesiredEcs, image: str) -> DesiredEcs:
    """``desired`` with another image."""
    assert desired.task_definition is not None
    [container] = desired.task_definition["containerDefinitions"]
    document = {**desired.task_definition, "containerDefinitions": [{**container, "image": image}]}
    return replace(desired, task_definition=document)


def web(image: str = "web:1", settings: Doc | None = None, **service: Any) -> DesiredEcs:
    """The service with an image, settings and members of the service definition."""
    wanted = replace(
        WEB, service={**SERVICE, **service}, settings=OUR_BREAKER if settings is None else settings
    )
    return with_image(wanted, image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``prepare`` makes what was there before; ``push`` starts the deployment that is looked at.

    ``images`` are those of the tasks in the end (None: whatever crashes), ``mutations`` all that may be
    called, in order.
    """

    push: Callable[[World], Awaitable[str]]
    ends: State
    mutations: tuple[str, ...]
    images: tuple[str, ...] | None = ()
    prepare: Callable[[World], Awaitable[None]] | None = None

    async def begun(self, world: World) -> str:
        """The id of the deployment, in a world that was prepared and whose journal is empty."""
        kill_at, world.kill_at = world.kill_at, None
        world.faults.entries += [
            ImageFault(match="bad", kind="crash"),
            ImageFault(match="slow", kind="slow_start", after_seconds=7200),
        ]
        if self.prepare is not None:
            await self.prepare(world)
        world.aws.journal.clear()
        world.edges.clear()
        deployment = await self.push(world)
        world.kill_at = kill_at
        return deployment


async def running(world: World) -> None:
    await ended(world, web(tags=[{"key": "team", "value": "shop"}]))


async def running_with_native_breaker(world: World) -> None:
    await ended(world, web(settings={}, **NATIVE_BREAKER))


async def running_without_task_definition(world: World) -> None:
    """The revision that runs is INACTIVE: a service may go on with it, but no update may name it."""
    await running(world)
    world.ecs_call("DeregisterTaskDefinition", taskDefinition="web:1")


async def made_by_others(world: World) -> None:
    world.ecs_call("RegisterTaskDefinition", **TASK)
    world.ecs_call("CreateService", **SERVICE, taskDefinition="web:1")
    await world.pass_time(30)


async def ended(world: World, desired: DesiredEcs) -> None:
    head = await world.run(await world.push(desired))
    assert head.state is State.SUCCEEDED, head.because
    await world.pass_time(30)


def pushing(desired: DesiredEcs, **options: Any) -> Callable[[World], Awaitable[str]]:
    async def push(world: World) -> str:
        return await world.push(desired, **options)

    return push


async def deleting(world: World) -> str:
    return await world.delete(ECS_TARGET)


TAGS = [{"key": "team", "value": "shop"}]

SCENARIOS: dict[str, Scenario] = {
    "create": Scenario(
        push=pushing(web()), ends=State.SUCCEEDED, mutations=(REGISTER, CREATE), images=("web:1", "web:1")
    ),
    "update with a new image": Scenario(
        prepare=running,
        push=pushing(web("web:2", tags=TAGS)),
        ends=State.SUCCEEDED,
        mutations=(REGISTER, UPDATE),
        images=("web:2", "web:2"),
    ),
    "update with new tags": Scenario(
        prepare=running,
        push=pushing(web("web:2", tags=[{"key": "stage", "value": "prod"}])),
        ends=State.SUCCEEDED,
        mutations=(REGISTER, UPDATE, TAG, UNTAG),
        images=("web:2", "web:2"),
    ),
    "only tags": Scenario(
        prepare=running,
        push=pushing(web(tags=[{"key": "stage", "value": "prod"}])),
        ends=State.SUCCEEDED,
        mutations=(TAG, UNTAG),
        images=("web:1", "web:1"),
    ),
    "the same files again": Scenario(
        prepare=running,
        push=pushing(web(tags=TAGS)),
        ends=State.NO_CHANGE,
        mutations=(),
        images=("web:1", "web:1"),
    ),
    "forced": Scenario(
        prepare=running,
        push=pushing(web(tags=TAGS), forced=True),
        ends=State.SUCCEEDED,
        mutations=(UPDATE,),
        images=("web:1", "web:1"),
    ),
    "only desiredCount": Scenario(
        prepare=running,
        push=pushing(web(desiredCount=3, tags=TAGS)),
        ends=State.SUCCEEDED,
        mutations=(UPDATE,),
        images=("web:1", "web:1", "web:1"),
    ),
    "bad image, our breaker": Scenario(
        prepare=running,
        push=pushing(web("web:bad", tags=TAGS)),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, UPDATE),
        images=("web:1", "web:1"),
    ),
    "bad image with other tags, our breaker": Scenario(
        prepare=running,
        push=pushing(web("web:bad", tags=[{"key": "stage", "value": "prod"}])),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, TAG, UNTAG, UPDATE, TAG, UNTAG),
        images=("web:1", "web:1"),
    ),
    "bad image, rollback off": Scenario(
        prepare=running,
        push=pushing(
            web(
                "web:bad",
                {"gmDeploymentCircuitBreaker": {"failureThreshold": 3, "rollback": False}},
                tags=TAGS,
            )
        ),
        ends=State.FAILED,
        mutations=(REGISTER, UPDATE),
        images=None,
    ),
    "slow image, timeout": Scenario(
        prepare=running,
        push=pushing(web("web:slow", {"stabilityCheck": {"timeout": 60}}, tags=TAGS)),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, UPDATE),
        images=("web:1", "web:1"),
    ),
    "bad first create is removed": Scenario(
        push=pushing(web("web:bad")), ends=State.ROLLED_BACK, mutations=(REGISTER, CREATE, DELETE)
    ),
    "bad first create is kept at 0": Scenario(
        push=pushing(web("web:bad", {**OUR_BREAKER, "deleteNewUponFailure": False})),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, CREATE, UPDATE),
    ),
    "ECS's own breaker": Scenario(
        prepare=running_with_native_breaker,
        push=pushing(web("web:bad", {}, **NATIVE_BREAKER)),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE),
        images=("web:1", "web:1"),
    ),
    "task definition INACTIVE at rollback": Scenario(
        prepare=running_without_task_definition,
        push=pushing(web("web:bad", tags=TAGS)),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, REGISTER, UPDATE),
        images=("web:1", "web:1"),
    ),
    "delete": Scenario(prepare=running, push=deleting, ends=State.SUCCEEDED, mutations=(DELETE,)),
    "delete what others made": Scenario(
        prepare=made_by_others,
        push=deleting,
        ends=State.FAILED,
        mutations=(),
        images=("web:1", "web:1"),
    ),
    "update what others made": Scenario(
        prepare=made_by_others,
        push=pushing(web("web:2")),
        ends=State.SUCCEEDED,
        mutations=(REGISTER, UPDATE),
        images=("web:2", "web:2"),
    ),
    "bad image on what others made": Scenario(
        prepare=made_by_others,
        push=pushing(web("web:bad", desiredCount=3)),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, UPDATE),
        images=("web:1", "web:1"),
    ),
}
