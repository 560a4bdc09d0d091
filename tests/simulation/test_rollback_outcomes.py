"""What a rollback leaves behind: the live service or function, the record, and what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.domain.deployments import CommandKind, Deployment
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
from gitmoxi.strategies.lambda_steps import VERSION
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET, LAMBDA_TARGET
from tests.simulation.ecs_rollback_scenarios import found_with_fields, two_revisions
from tests.simulation.ecs_scenarios import (
    REGISTER,
    SERVICE,
    TAGS,
    TASK,
    UPDATE,
    ended,
    running,
    web,
)
from tests.simulation.lambda_scenarios import ended as function_ended
from tests.simulation.lambda_scenarios import greet
from tests.simulation.rollback_requests import ask_for
from tests.simulation.world import World


def live(world: World) -> dict[str, Any]:
    service = world.service()
    assert service is not None
    return service


async def failed(world: World, image: str = "web:bad", **service: Any) -> Deployment:
    """A deployment whose tasks crash, to the end of its rollback."""
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    head = await world.run(await world.push(web(image, **service)))
    await world.pass_time(60)
    return head


class TestWhatIsBroughtBack:
    async def test_every_field_and_tag_that_was_found(self) -> None:
        world = World()
        await found_with_fields(world)
        before = live(world)

        head = await failed(
            world,
            tags=[{"key": "stage", "value": "prod"}],
            enableExecuteCommand=False,
            healthCheckGracePeriodSeconds=7,
            deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 50},
        )

        assert head.state is State.ROLLED_BACK, head.because
        after = live(world)
        for name in (
            "tags",
            "enableExecuteCommand",
            "propagateTags",
            "healthCheckGracePeriodSeconds",
            "deploymentConfiguration",
            "desiredCount",
            "taskDefinition",
        ):
            assert after[name] == before[name], name

    async def test_service_connect_that_was_added_is_switched_off_again(self) -> None:
        world = World()
        await found_with_fields(world)
        head = await failed(world, serviceConnectConfiguration={"enabled": True, "namespace": "shop"})
        assert head.state is State.ROLLED_BACK, head.because
        [primary] = live(world)["deployments"]
        assert not (primary.get("serviceConnectConfiguration") or {}).get("enabled")

    async def test_service_connect_that_was_found_is_switched_on_again(self) -> None:
        world = World()
        world.ecs_call("RegisterTaskDefinition", **TASK)
        connect = {"enabled": True, "namespace": "shop"}
        world.ecs_call(
            "CreateService", **SERVICE, serviceConnectConfiguration=connect, taskDefinition="web:1"
        )
        await world.pass_time(30)
        head = await failed(world, serviceConnectConfiguration={"enabled": False})
        assert head.state is State.ROLLED_BACK, head.because
        [primary] = live(world)["deployments"]
        assert primary["serviceConnectConfiguration"] == connect

    async def test_scenario_35_a_registered_copy_runs_what_the_inactive_revision_ran(self) -> None:
        """Nothing of ours ever succeeded: the body comes from the snapshot."""
        world = World()
        world.ecs_call("RegisterTaskDefinition", **TASK, tags=TAGS)
        world.ecs_call("CreateService", **SERVICE, taskDefinition="web:1")
        await world.pass_time(30)
        world.ecs_call("DeregisterTaskDefinition", taskDefinition="web:1")

        head = await failed(world)

        assert head.state is State.ROLLED_BACK, head.because
        arn = live(world)["taskDefinition"]
        assert not arn.endswith("/web:1")
        described = world.ecs_call("DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"])
        assert described["taskDefinition"]["containerDefinitions"][0]["image"] == "web:1"
        assert {"key": "team", "value": "shop"} in described["tags"]

    async def test_scenario_35_the_last_good_revision_has_its_new_arn_from_then_on(self) -> None:
        world = World()
        await running(world)
        world.ecs_call("DeregisterTaskDefinition", taskDefinition="web:1")
        await failed(world, tags=TAGS)
        world.aws.journal.clear()

        again = await failed(world, "web:bad-too", tags=TAGS)

        assert again.state is State.ROLLED_BACK
        assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]
        record = await world.ledger.target(ECS_TARGET)
        assert record.last_good is not None
        assert record.last_good.values[TASK_DEFINITION] == live(world)["taskDefinition"]

    async def test_a_revision_that_the_file_only_names_is_registered_again_from_the_snapshot(self) -> None:
        world = World()
        world.ecs_call("RegisterTaskDefinition", **TASK)
        named = web(tags=TAGS, taskDefinition="web:1")
        await ended(world, _without_task_definition(named))
        world.ecs_call("DeregisterTaskDefinition", taskDefinition="web:1")
        head = await failed(world, tags=TAGS)
        assert head.state is State.ROLLED_BACK, head.because
        assert world.images() == ["web:1", "web:1"]

    async def test_what_is_found_in_a_task_definition_stands_in_no_record_and_no_event(self) -> None:
        world = World()
        [container] = TASK["containerDefinitions"]
        secret = {**container, "environment": [{"name": "TOKEN", "value": "found-in-clear"}]}
        world.ecs_call("RegisterTaskDefinition", **{**TASK, "containerDefinitions": [secret]})
        world.ecs_call("CreateService", **SERVICE, taskDefinition="web:1")
        await world.pass_time(30)
        head = await failed(world)
        assert head.state is State.ROLLED_BACK, head.because
        texts = [repr(head), *map(repr, await world.ledger.steps(head.id))]
        assert not [text for text in texts if "found-in-clear" in text]
        assert not [fact for fact in world.facts if "found-in-clear" in fact.detail]


def _without_task_definition(desired: DesiredEcs) -> DesiredEcs:
    return replace(desired, task_definition=None)


class TestTheNumberOfTasks:
    """A count that the file leaves out belongs to autoscaling, or to whoever scales by hand."""

    async def scaled(self, world: World, count: int) -> None:
        world.ecs_call("UpdateService", cluster="demo", service="web", desiredCount=count)

    @staticmethod
    def uncounted(image: str = "web:1") -> DesiredEcs:
        wanted = web(image)
        service = {name: value for name, value in wanted.service.items() if name != "desiredCount"}
        return replace(wanted, service=service)

    async def test_what_was_scaled_meanwhile_stays_where_no_file_names_it(self) -> None:
        world = World()
        await ended(world, self.uncounted())
        world.faults.entries.append(ImageFault(match="slow", kind="slow_start", after_seconds=7200))
        deployment = await world.push(self.uncounted("web:slow"))
        await world.run_until(deployment, "follow")
        await self.scaled(world, 4)
        await world.command(deployment, CommandKind.ABORT)
        head = await world.run(deployment)
        assert head.state is State.CANCELLED, head.because
        assert live(world)["desiredCount"] == 4

    async def test_a_count_that_the_failed_commit_brought_is_undone(self) -> None:
        world = World()
        await ended(world, self.uncounted())
        await self.scaled(world, 2)
        await world.pass_time(30)
        head = await failed(world, desiredCount=5)
        assert head.state is State.ROLLED_BACK, head.because
        assert live(world)["desiredCount"] == 2

    async def test_a_count_in_the_good_file_is_brought_back(self) -> None:
        world = World()
        await running(world)
        head = await failed(world, tags=TAGS, desiredCount=5)
        assert head.state is State.ROLLED_BACK, head.because
        assert live(world)["desiredCount"] == SERVICE["desiredCount"]


class TestRequested:
    async def test_the_revision_that_was_asked_for_is_the_last_good_one(self) -> None:
        world = World()
        await two_revisions(world)
        head = await world.run(await ask_for(world, "d-1"))
        await world.pass_time(30)

        assert head.state is State.SUCCEEDED
        assert live(world)["desiredCount"] == 2
        assert live(world)["enableExecuteCommand"] is True
        assert {tag["key"]: tag["value"] for tag in live(world)["tags"]}["team"] == "shop"
        record = await world.ledger.target(ECS_TARGET)
        assert record.last_good is not None
        assert record.last_good.deployment_id == head.id
        assert record.last_good.desired == (await world.head("d-1")).desired

        bad = await failed(world, tags=TAGS)
        assert bad.state is State.ROLLED_BACK
        assert world.images() == ["web:1", "web:1"]

    async def test_what_a_failed_deployment_left_is_taken_out(self) -> None:
        """Rollback was switched off, so the live fields are of files that never became the last good ones."""
        world = World()
        await running(world)
        off = {"gmDeploymentCircuitBreaker": {"failureThreshold": 3, "rollback": False}}
        world.faults.entries.append(ImageFault(match="bad", kind="crash"))
        bad = web("web:bad", off, tags=TAGS, healthCheckGracePeriodSeconds=9)
        assert (await world.run(await world.push(bad))).state is State.FAILED

        head = await world.run(await ask_for(world, "d-1"))
        await world.pass_time(30)

        assert head.state is State.SUCCEEDED, head.because
        assert world.images() == ["web:1", "web:1"]
        assert live(world)["healthCheckGracePeriodSeconds"] == 0

    async def test_it_can_be_cancelled_while_it_waits(self) -> None:
        world = World()
        await two_revisions(world)
        active = await world.push(web("web:3"))
        await world.run_until(active, "follow")
        asked = await ask_for(world, "d-1")
        await world.command(asked, CommandKind.ABORT)
        assert (await world.run(asked)).state is State.CANCELLED
        assert (await world.run(active)).state is State.SUCCEEDED

    @pytest.mark.parametrize("kind", [CommandKind.ABORT, CommandKind.PAUSE, CommandKind.SUPERSEDE])
    async def test_once_it_runs_it_runs_to_its_end(self, kind: CommandKind) -> None:
        world = World()
        await two_revisions(world)
        asked = await ask_for(world, "d-1")
        await world.run_until(asked, "follow")
        await world.command(asked, kind)
        head = await world.run(asked)
        assert head.state is State.SUCCEEDED
        refusals = [step.because for step in await world.ledger.steps(asked) if step.name == "stay"]
        [refusal] = refusals
        assert refusal.startswith(f"{kind} by ann is refused: a rollback runs to its end")

    async def test_a_target_that_is_gone_says_how_to_have_it_again(self) -> None:
        world = World()
        await two_revisions(world)
        world.ecs_call("DeleteService", cluster="demo", service="web", force=True)
        await world.pass_time(300)
        head = await world.run(await ask_for(world, "d-1"))
        assert head.state is State.ROLLBACK_FAILED
        assert f"gmctl undelete {ECS_TARGET.id}" in head.because

    async def test_a_function_made_anew_counts_its_versions_anew(self) -> None:
        """Version 1 of the function that lives now is not the version 1 that was deployed."""
        world = World()
        await function_ended(world, greet())
        await world.run(await world.delete(LAMBDA_TARGET))
        await world.pass_time(30)
        await function_ended(world, greet("greet-2.zip"))
        assert world.alias() == "1"

        head = await world.run(await ask_for(world, "d-1"))

        assert head.state is State.SUCCEEDED, head.because
        assert world.alias() == "2"
        record = await world.ledger.target(LAMBDA_TARGET)
        assert record.last_good is not None
        assert record.last_good.values[VERSION] == "2"
