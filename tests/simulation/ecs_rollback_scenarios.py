"""Rollbacks of an ECS service: to the last good revision, to what was found, to what a person asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import AwsError, ImageFault
from tests.simulation.ecs_scenarios import (
    REGISTER,
    SERVICE,
    TAG,
    TAGS,
    TASK,
    UNTAG,
    UPDATE,
    Scenario,
    ended,
    made_by_others,
    pushing,
    running,
    web,
)
from tests.simulation.rollback_requests import asking_for
from tests.simulation.world import World

Doc = dict[str, Any]

STAGE = [{"key": "stage", "value": "prod"}]


async def two_revisions(world: World) -> None:
    """d-1 deployed web:1 with grace period and tag, d-2 web:2 with others."""
    await ended(world, web("web:1", tags=TAGS, enableExecuteCommand=True))
    await ended(world, web("web:2", tags=STAGE, desiredCount=3))


async def two_revisions_the_first_inactive(world: World) -> None:
    await two_revisions(world)
    world.ecs_call("DeregisterTaskDefinition", taskDefinition="web:1")


async def two_revisions_the_first_deleted(world: World) -> None:
    await two_revisions_the_first_inactive(world)
    described = world.aws.models["ecs"]

    def without_it(operation: str, params: Mapping[str, Any]) -> Doc:
        if operation == "DescribeTaskDefinition" and params["taskDefinition"].endswith("web:1"):
            raise AwsError("ClientException", "Unable to describe task definition.")
        return described(operation, params)

    world.aws.models["ecs"] = without_it


async def found_inactive(world: World) -> None:
    """Somebody's service, of which nothing of ours ever succeeded, runs an INACTIVE task definition."""
    await made_by_others(world)
    world.ecs_call("DeregisterTaskDefinition", taskDefinition="web:1")


async def found_with_fields(world: World) -> None:
    """Somebody's service with fields and tags of its own."""
    world.ecs_call("RegisterTaskDefinition", **TASK)
    fields: Doc = {"enableExecuteCommand": True, "propagateTags": "SERVICE"}
    world.ecs_call("CreateService", **SERVICE, **fields, taskDefinition="web:1", tags=TAGS)
    await world.pass_time(30)


async def running_where_no_task_starts_any_more(world: World) -> None:
    await running(world)
    world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=7200))


SCENARIOS: dict[str, Scenario] = {
    "asked for, the revision is ACTIVE": Scenario(
        prepare=two_revisions,
        push=asking_for("d-1"),
        ends=State.SUCCEEDED,
        mutations=(UPDATE, TAG, UNTAG),
        images=("web:1", "web:1"),
    ),
    "asked for, the revision is INACTIVE": Scenario(
        prepare=two_revisions_the_first_inactive,
        push=asking_for("d-1"),
        ends=State.SUCCEEDED,
        mutations=(REGISTER, UPDATE, TAG, UNTAG),
        images=("web:1", "web:1"),
    ),
    "asked for, the revision is deleted": Scenario(
        prepare=two_revisions_the_first_deleted,
        push=asking_for("d-1"),
        ends=State.SUCCEEDED,
        mutations=(REGISTER, UPDATE, TAG, UNTAG),
        images=("web:1", "web:1"),
    ),
    "asked for, and runs already": Scenario(
        prepare=two_revisions,
        push=asking_for("d-2"),
        ends=State.NO_CHANGE,
        mutations=(),
        images=("web:2", "web:2", "web:2"),
    ),
    "found INACTIVE, never anything good": Scenario(
        prepare=found_inactive,
        push=pushing(web("web:bad")),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, REGISTER, UPDATE),
        images=("web:1", "web:1"),
    ),
    "what was added to a found service is taken out": Scenario(
        prepare=found_with_fields,
        push=pushing(web("web:bad", tags=STAGE, enableExecuteCommand=False, healthCheckGracePeriodSeconds=7)),
        ends=State.ROLLED_BACK,
        mutations=(REGISTER, UPDATE, TAG, UPDATE, UNTAG),
        images=("web:1", "web:1"),
    ),
    "forced, and no new task starts": Scenario(
        prepare=running_where_no_task_starts_any_more,
        push=pushing(web(settings={"stabilityCheck": {"timeout": 60}}, tags=TAGS), forced=True),
        ends=State.ROLLED_BACK,
        mutations=(UPDATE, "StopServiceDeployment"),
        images=("web:1", "web:1"),
    ),
}
