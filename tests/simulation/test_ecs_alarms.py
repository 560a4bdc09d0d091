"""Deployments under CloudWatch alarms: those of deploymentConfiguration, and those of our settings."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi.ports.watches import AlarmName
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import HERE
from tests.simulation.ecs_scenarios import REGISTER, TAGS, UPDATE, running, web
from tests.simulation.world import World

Doc = dict[str, Any]

OURS: Doc = {"alarms": {"alarmNames": ["errors"]}}


def theirs(*, rollback: bool = True, enable: bool = True) -> Doc:
    """A deploymentConfiguration in which ECS watches the alarm."""
    alarms = {"alarmNames": ["errors"], "enable": enable, "rollback": rollback}
    return {"deploymentConfiguration": {"alarms": alarms}}


async def at_rest(alarm: str | None = "OK") -> World:
    """A world in which the service runs and the alarm, if there is one, is in that state."""
    world = World()
    await running(world)
    if alarm is not None:
        world.alarm("errors", alarm)
    world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=90))
    world.aws.journal.clear()
    return world


async def told(world: World, head: Deployment) -> list[str]:
    """The ids of the causes in the step that the deployment failed by."""
    steps = await world.ledger.steps(head.id)
    return next(([one.id for one in step.explanations] for step in steps if step.explanations), [])


class TestTheStart:
    @pytest.mark.parametrize(
        "named", [pytest.param("ours", id="depdef"), pytest.param("theirs", id="svcdef")]
    )
    @pytest.mark.parametrize(
        ("alarm", "ends", "says"),
        [
            pytest.param("OK", State.SUCCEEDED, "SUCCESSFUL", id="OK"),
            pytest.param("INSUFFICIENT_DATA", State.SUCCEEDED, "SUCCESSFUL", id="INSUFFICIENT_DATA"),
            pytest.param("ALARM", State.FAILED, "errors is in ALARM before the deployment starts", id="red"),
            pytest.param(None, State.FAILED, "errors does not exist in the account and region", id="missing"),
        ],
    )
    async def test_scenario_40_alarms_that_are_missing_or_red_refuse_to_start(
        self, alarm: str | None, ends: State, says: str, named: str
    ) -> None:
        world = await at_rest(alarm)
        settings, service = (OURS, {}) if named == "ours" else ({}, theirs())

        head = await world.run(await world.push(web("web:2", settings, tags=TAGS, **service)))

        assert head.state is ends, head.because
        assert says in head.because
        assert world.aws.mutations == ([] if ends is State.FAILED else [REGISTER, UPDATE])

    async def test_scenario_40_the_remedy_may_be_deployed_while_it_is_red(self) -> None:
        world = await at_rest("ALARM")
        settings = {"alarms": {"alarmNames": ["errors"], "startOnRed": True}}
        head = await world.run(await world.push(web("web:2", settings, tags=TAGS)))
        assert head.state is State.SUCCEEDED, head.because

    async def test_scenario_40_a_count_may_change_while_it_is_red(self) -> None:
        world = await at_rest("ALARM")
        head = await world.run(await world.push(web(settings=OURS, tags=TAGS, desiredCount=4)))
        assert head.state is State.SUCCEEDED, head.because

    async def test_alarms_that_are_switched_off_are_not_asked(self) -> None:
        world = await at_rest("ALARM")
        head = await world.run(await world.push(web("web:2", {}, tags=TAGS, **theirs(enable=False))))
        assert head.state is State.SUCCEEDED, head.because
        assert "DescribeAlarms" not in world.aws.reads

    async def test_scenario_13_40_alarms_that_may_not_be_read_stop_it_before_anything_changes(self) -> None:
        world = await at_rest()
        said = "User: a is not authorized to perform: cloudwatch:DescribeAlarms on resource: *"
        world.aws.refusals["DescribeAlarms"] = ("AccessDenied", said)
        head = await world.run(await world.push(web("web:2", OURS, tags=TAGS)))
        assert head.state is State.FAILED
        assert "cloudwatch:DescribeAlarms" in head.because
        assert world.aws.mutations == []


class TestTheWay:
    async def test_an_alarm_of_the_settings_brings_the_service_back(self) -> None:
        world = await at_rest()
        deployment = await world.push(web("web:2", OURS, tags=TAGS))
        await world.run_until(deployment, "follow")
        world.alarm("errors", "ALARM")

        head = await world.run(deployment)
        await world.pass_time(30)

        assert head.state is State.ROLLED_BACK
        assert head.cause == (
            "The alarm errors went to ALARM while the service was deployed: It was set to ALARM."
        )
        assert await told(world, head) == ["alarm.red"]
        assert world.images() == ["web:1", "web:1"]

    async def test_an_alarm_that_was_red_at_the_start_is_not_watched(self) -> None:
        world = await at_rest("ALARM")
        settings = {"alarms": {"alarmNames": ["errors", "late"], "startOnRed": True}}
        world.alarm("late", "OK")
        deployment = await world.push(web("web:2", settings, tags=TAGS))
        await world.run_until(deployment, "follow")
        world.alarm("late", "ALARM")

        head = await world.run(deployment)

        assert "The alarm late went to ALARM" in (head.cause or "")

    async def test_an_alarm_that_ecs_watches_is_named_where_ecs_rolls_back(self) -> None:
        world = await at_rest()
        deployment = await world.push(web("web:2", OURS, tags=TAGS, **theirs()))
        await world.run_until(deployment, "follow")
        await world.pass_time(20)
        world.alarm("errors", "ALARM")

        head = await world.run(deployment)
        await world.pass_time(30)

        assert head.state is State.ROLLED_BACK
        assert "ECS rolled the deployment back" in head.because
        assert "The CloudWatch alarm errors is in ALARM" in head.because
        assert (await told(world, head))[0] == "alarm.red"
        assert world.aws.mutations == [REGISTER, UPDATE]
        assert world.images() == ["web:1", "web:1"]

    async def test_without_its_rollback_ecs_stops_and_we_go_back(self) -> None:
        world = await at_rest()
        deployment = await world.push(web("web:2", {}, tags=TAGS, **theirs(rollback=False)))
        await world.run_until(deployment, "follow")
        await world.pass_time(20)
        world.alarm("errors", "ALARM")

        head = await world.run(deployment)
        await world.pass_time(30)

        assert head.state is State.ROLLED_BACK
        assert "ECS stopped the deployment" in (head.cause or "")
        assert "The CloudWatch alarm errors is in ALARM" in (head.cause or "")
        assert world.images() == ["web:1", "web:1"]

    async def test_alarms_cost_one_read_per_look_and_none_where_none_are_named(self) -> None:
        world = await at_rest()
        await world.run(await world.push(web("web:2", {}, tags=TAGS)))
        assert "DescribeAlarms" not in world.aws.reads


class TestEvents:
    @pytest.fixture
    async def watching(self) -> World:
        world = await at_rest()
        self.deployment = await world.push(
            web("web:2", {**OURS, "stabilityCheck": {"pollInterval": 60}}, tags=TAGS)
        )
        await world.run_until(self.deployment, "follow")
        await world.pass_time(7)
        return world

    async def test_an_alarm_ends_the_deployment_at_once_and_not_at_the_next_look(
        self, watching: World
    ) -> None:
        before = watching.clock.now()

        watching.alarm("errors", "ALARM")
        await watching.pass_time(1)

        head = await watching.head(self.deployment)
        assert head.state is State.ROLLING_BACK
        assert (head.updated_at - before).total_seconds() < 1

    async def test_whoever_ended_or_goes_back_watches_no_more(self, watching: World) -> None:
        name = AlarmName(account=HERE.account, region=HERE.region, name="errors")
        assert await watching.ledger.watchers(name) == [self.deployment]

        watching.alarm("errors", "ALARM")
        await watching.pass_time(1)

        assert await watching.ledger.watchers(name) == []

    async def test_an_alarm_that_nobody_watches_wakes_nobody(self, watching: World) -> None:
        watching.aws.journal.clear()
        watching.alarm("other", "ALARM")
        await watching.pass_time(1)
        assert watching.aws.journal == []
