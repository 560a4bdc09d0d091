"""What stands in the way of a request to ECS: draining names, deployments under way, missing permissions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import CREATE, REGISTER, TAG, TAGS, UPDATE, ended, running, web
from tests.simulation.world import World

Doc = dict[str, Any]

DENIED = (
    "User: arn:aws:sts::111122223333:assumed-role/gitmoxi/worker is not authorized to perform: {action} on "
    "resource: arn:aws:ecs:eu-central-1:111122223333:service/demo/web because no identity-based policy "
    "allows the {action} action"
)


def deny(world: World, operation: str) -> None:
    said = DENIED.format(action=f"ecs:{operation}")
    world.aws.refusals[operation] = ("AccessDeniedException", said)


class TestNames:
    async def test_a_name_that_drains_is_waited_for_and_made_anew(self) -> None:
        world = World()
        await running(world)
        world.ecs_call("DeleteService", cluster="demo", service="web", force=True)
        draining = world.ecs_call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])
        world.aws.hide = lambda operation: draining if operation == "DescribeServices" else None
        world.aws.journal.clear()
        deployment = await world.push(web("web:2"))

        await world.pass_time(40)
        waiting = await world.head(deployment)
        world.aws.hide = lambda _: None
        head = await world.run(deployment)

        assert waiting.because.startswith("The deleted service is DRAINING")
        assert head.state is State.SUCCEEDED, head.because
        assert world.aws.mutations == [REGISTER, CREATE]

    async def test_a_name_that_never_stops_draining_ends_bounded(self) -> None:
        world = World()
        await running(world)
        draining = world.ecs_call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])
        draining["services"][0]["status"] = "DRAINING"
        world.aws.hide = lambda operation: draining if operation == "DescribeServices" else None
        deployment = await world.push(web("web:2"))

        head = await world.run(deployment, within=timedelta(minutes=20))

        assert head.state is State.FAILED
        assert "still is DRAINING after 900 s" in head.because

    async def test_a_create_that_ecs_refuses_for_a_draining_name_is_made_later(self) -> None:
        """DescribeServices does not show the old service any more, and CreateService still meets it."""
        world = World()
        deployment = await world.push(web())
        said = "Unable to Start a service that is still Draining."
        world.aws.refusals[CREATE] = ("InvalidParameterException", said)
        await world.pass_time(25)
        waiting = await world.head(deployment)
        world.aws.refusals.clear()

        head = await world.run(deployment)

        assert waiting.state is State.RUNNING
        assert head.state is State.SUCCEEDED, head.because
        assert world.aws.mutations == [REGISTER, CREATE]


class TestDeploymentsUnderWay:
    async def test_an_update_replaces_a_deployment_of_others_that_is_in_flight(self) -> None:
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:slow", kind="slow_start", after_seconds=600))
        task = web("web:slow").task_definition or {}
        made = world.ecs_call("RegisterTaskDefinition", **task)["taskDefinition"]["taskDefinitionArn"]
        world.ecs_call("UpdateService", cluster="demo", service="web", taskDefinition=made)
        await world.pass_time(20)

        head = await world.run(await world.push(web("web:2", tags=TAGS)))
        await world.pass_time(60)

        assert head.state is State.SUCCEEDED, head.because
        assert world.images() == ["web:2", "web:2"]

    async def test_scenario_41_five_deployments_are_waited_for(self) -> None:
        world = World()
        await running(world)
        said = "5 deployments exist on the service. Unable to create another."
        world.aws.refusals[UPDATE] = ("InvalidParameterException", said)
        deployment = await world.push(web("web:2", tags=TAGS))
        await world.pass_time(60)
        waiting = await world.head(deployment)
        world.aws.refusals.clear()

        head = await world.run(deployment)

        assert "ECS takes no further deployment of the service yet: ECS shows ecs-svc/" in waiting.because
        assert head.state is State.SUCCEEDED, head.because
        assert world.aws.mutations.count(REGISTER) == 2

    async def test_scenario_41_five_deployments_that_stay_end_it_and_are_named(self) -> None:
        world = World()
        await running(world)
        said = "5 deployments exist on the service. Unable to create another."
        world.aws.refusals[UPDATE] = ("InvalidParameterException", said)

        head = await world.run(await world.push(web("web:2", tags=TAGS)), within=timedelta(minutes=20))

        assert head.state is State.FAILED
        assert "5 deployments exist" in head.because
        assert "ecs-svc/" in head.because


class TestMissingPermissions:
    @pytest.mark.parametrize("operation", [REGISTER, UPDATE, TAG, "DescribeServices"])
    async def test_scenario_13_it_stops_names_action_and_resource_and_goes_on_later(
        self, operation: str
    ) -> None:
        world = World()
        await running(world)
        wanted = web("web:2", tags=[{"key": "stage", "value": "prod"}, *TAGS])
        deployment = await world.push(wanted)
        deny(world, operation)

        head = await world.run(deployment)
        await world.pass_time(60)

        assert head.state is State.FAILED, head.because
        assert f"is not authorized to perform: ecs:{operation} on resource: arn:aws:ecs:" in head.because
        assert "Grant the permission, then go on: gmctl deployment retry d-" in head.because
        assert await explained(world, head) == ["access.denied"]

        world.aws.refusals.clear()
        await ended(world, wanted)
        assert world.images() == ["web:2", "web:2"]
        assert world.aws.mutations.count(REGISTER) == 2

    async def test_scenario_13_a_deployment_that_cannot_be_followed_is_left_as_it_is(self) -> None:
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=60))
        deployment = await world.push(web("web:2", tags=TAGS))
        await world.run_until(deployment, "follow")
        deny(world, "DescribeServiceDeployments")

        head = await world.run(deployment)
        await world.pass_time(120)

        assert head.state is State.FAILED
        assert "What was done so far stays as it is" in head.because
        assert world.images() == ["web:2", "web:2"]


async def explained(world: World, head: Deployment) -> list[str]:
    """The ids of the causes in the last step."""
    steps = await world.ledger.steps(head.id)
    return [one.id for one in steps[-1].explanations]
