"""Rollbacks that cannot go on, and what others do meanwhile: bounded, named, and told to whoever watches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.domain.deployments import CommandKind, Deployment
from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET, LAMBDA_TARGET
from tests.simulation.ecs_scenarios import (
    CREATE,
    DELETE,
    NATIVE_BREAKER,
    OUR_BREAKER,
    SERVICE,
    TAGS,
    TASK,
    UPDATE,
    ended,
    running,
    running_with_native_breaker,
    web,
)
from tests.simulation.lambda_scenarios import MOVE_ALIAS, greet, serving
from tests.simulation.rollback_requests import abort_in, ask_for
from tests.simulation.world import World

STOP = "StopServiceDeployment"
FAILED_EVENT = "deployment.rollback_failed.v1"


def denied(action: str, arn: str) -> tuple[str, str]:
    """What AWS answers to a call that no policy allows."""
    who = "arn:aws:sts::111122223333:assumed-role/deploy/gitmoxi"
    why = f"because no identity-based policy allows the {action} action"
    return (
        "AccessDeniedException",
        f"User: {who} is not authorized to perform: {action} on resource: {arn} {why}",
    )


def told(world: World, kind: str = FAILED_EVENT) -> dict[str, Any]:
    """The one event of this kind on the bus."""
    [event] = [fact for fact in world.facts if fact.detail_type == kind]
    body: dict[str, Any] = json.loads(event.detail)
    return body


def live(world: World) -> dict[str, Any]:
    service = world.service()
    assert service is not None
    return service


def crashing(world: World, *images: str) -> None:
    world.faults.entries += [ImageFault(match=image, kind="crash") for image in images]


async def handed_over(world: World, image: str = "web:bad") -> str:
    """A deployment whose rollback has begun and is followed."""
    crashing(world, "bad")
    world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=60))
    deployment = await world.push(web(image, tags=TAGS))
    while (head := await world.head(deployment)).state is not State.ROLLING_BACK or (
        head.progress.phase != "follow"
    ):
        assert not head.state.terminal, head.because
        await world.step()
    return deployment


class TestAnUnhealthyGoal:
    @pytest.mark.parametrize(
        ("settings", "why"),
        [
            pytest.param(OUR_BREAKER, "circuit breaker tripped", id="by the breaker"),
            pytest.param({"stabilityCheck": {"timeout": 120}}, "not stable after 120 s", id="by the timeout"),
        ],
    )
    async def test_scenario_36_it_is_bounded_and_the_event_tells_everything(
        self, settings: dict[str, Any], why: str
    ) -> None:
        world = World()
        await running(world)
        crashing(world, "web:")

        head = await world.run(
            await world.push(web("web:2", settings, tags=TAGS)), within=timedelta(minutes=15)
        )

        assert head.state is State.ROLLBACK_FAILED
        event = told(world)
        assert event["cause"] == head.cause
        assert why in event["cause"]
        assert why in event["because"]
        assert f"gmctl rollback {ECS_TARGET.id}" in event["because"]
        assert "Now " in event["because"]
        assert event["explanations"]

    async def test_scenario_36_a_requested_one_is_bounded_too(self) -> None:
        world = World()
        await running(world)
        await world.run(await world.push(web("web:2", tags=TAGS)))
        await world.pass_time(30)
        crashing(world, "web:1")
        head = await world.run(await ask_for(world, "d-1"), within=timedelta(minutes=15))
        assert head.state is State.ROLLBACK_FAILED
        assert "--to d-1" in told(world)["because"]
        assert not [fact for fact in world.facts if fact.detail_type == "deployment.rollback.requested.v1"]


class TestRefusals:
    async def test_scenario_13_an_update_that_is_denied_is_named_and_can_be_asked_for_again(self) -> None:
        world = World()
        await running(world)
        crashing(world, "bad")
        deployment = await world.push(web("web:bad", tags=TAGS))
        await world.run_until(deployment, "follow")
        world.aws.refusals[UPDATE] = denied("ecs:UpdateService", ECS_TARGET.service_arn)

        head = await world.run(deployment)

        assert head.state is State.ROLLBACK_FAILED
        assert "ecs:UpdateService" in head.because
        [explanation] = [one for one in told(world)["explanations"] if "ecs:UpdateService" in one["advice"]]
        assert ECS_TARGET.service_arn in explanation["advice"]

        world.aws.refusals.clear()
        again = await world.run(await ask_for(world, "d-1"))
        await world.pass_time(60)
        assert again.state is State.SUCCEEDED
        assert world.images() == ["web:1", "web:1"]

    async def test_scenario_34_a_removal_that_is_denied_says_what_stands_and_what_to_do(self) -> None:
        world = World()
        crashing(world, "bad")
        world.aws.refusals[DELETE] = denied("ecs:DeleteService", ECS_TARGET.service_arn)

        head = await world.run(await world.push(web("web:bad")))

        assert head.state is State.ROLLBACK_FAILED
        assert "ecs:DeleteService" in head.because
        assert "gmctl commit deploy -f" in head.because
        assert "tasks of web:1 run" in head.because

    async def test_scenario_34_a_function_that_may_not_be_deleted_is_told(self) -> None:
        world = World()
        world.aws.refusals["DeleteFunction"] = denied("lambda:DeleteFunction", LAMBDA_TARGET.function_arn)
        head = await world.run(await world.push(greet("broken.zip")))
        assert head.state is State.ROLLBACK_FAILED
        assert "lambda:DeleteFunction" in head.because
        assert "State Failed" in head.because

    async def test_scenario_34_a_creation_that_a_draining_name_blocked_is_undone_once(self) -> None:
        """Somebody made the service and deleted it between the plan and the slot."""
        world = World()
        deployment = await world.push(web("web:bad"))
        world.ecs_call("RegisterTaskDefinition", **TASK)
        world.ecs_call("CreateService", **SERVICE, taskDefinition="web:1")
        for _ in range(30):
            world.clock.advance(1)
            world.model.advance()
        world.ecs_call("DeleteService", cluster="demo", service="web", force=True)
        assert (world.service() or {}).get("status") == "DRAINING"
        crashing(world, "bad")
        head = await world.run(deployment)
        await world.pass_time(120)
        assert head.state is State.ROLLED_BACK, head.because
        assert world.aws.mutations[-2:] == [CREATE, DELETE]
        service = world.service()
        assert service is None or service["status"] == "INACTIVE"

    async def test_scenario_34_a_creation_that_is_not_described_yet_is_removed_all_the_same(self) -> None:
        """Aborted at once: AWS does not show the new service for a while."""
        world = World()
        deployment = await world.push(web())
        await world.run_until(deployment, "follow")
        until = world.clock.monotonic() + 30

        def hide(operation: str) -> dict[str, Any] | None:
            stale = world.clock.monotonic() < until and operation == "DescribeServices"
            return {"services": [], "failures": []} if stale else None

        world.aws.hide = hide
        await world.command(deployment, CommandKind.ABORT)
        head = await world.run(deployment)
        assert head.state is State.CANCELLED, head.because
        assert world.aws.mutations[-1] == DELETE


class TestOthers:
    async def test_somebody_elses_update_during_the_rollback_is_left_alone(self) -> None:
        world = World()
        await running(world)
        deployment = await handed_over(world)
        updates = world.aws.mutations.count(UPDATE)

        world.ecs_call("UpdateService", cluster="demo", service="web", forceNewDeployment=True)
        head = await world.run(deployment)

        assert head.state is State.ROLLBACK_FAILED
        assert "Somebody else updated the service" in head.because
        assert world.aws.mutations.count(UPDATE) == updates

    async def test_somebody_elses_update_before_the_rollback_is_left_alone(self) -> None:
        """Paused, then updated by hand, then aborted: what runs is not ours to undo."""
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=600))
        deployment = await world.push(web("web:2", tags=TAGS))
        await world.run_until(deployment, "follow")
        await world.command(deployment, CommandKind.PAUSE)
        await world.pass_time(5)
        world.ecs_call("UpdateService", cluster="demo", service="web", forceNewDeployment=True)
        await world.command(deployment, CommandKind.ABORT)
        head = await world.run(deployment)
        assert head.state is State.ROLLBACK_FAILED
        assert "Somebody else updated the service since" in head.because
        assert world.aws.mutations.count(UPDATE) == 1

    async def test_an_alias_that_others_moved_in_mid_rollback_is_told(self) -> None:
        world = World()
        await serving(world)
        await world.run(await world.push(greet("greet-2.zip")))
        answered = world.aws.models["lambda"]

        def others_move_it_too(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
            answer = answered(operation, params)
            if operation == MOVE_ALIAS:
                theirs = {"FunctionName": "greet", "Name": "live", "FunctionVersion": "2"}
                answered(MOVE_ALIAS, theirs)
            return answer

        world.aws.models["lambda"] = others_move_it_too
        head = await world.run(await ask_for(world, "d-1"))

        assert head.state is State.ROLLBACK_FAILED
        assert "Somebody else moved the alias live in mid-rollback" in head.because
        assert "serves version 2" in head.because

    async def test_a_service_that_others_delete_during_the_rollback_is_told(self) -> None:
        world = World()
        await running(world)
        deployment = await handed_over(world)
        world.ecs_call("DeleteService", cluster="demo", service="web", force=True)
        head = await world.run(deployment)
        assert head.state is State.ROLLBACK_FAILED
        assert "deleted the service" in head.because

    async def test_an_abort_while_ecs_rolls_back_by_itself_ends_at_the_good_revision(self) -> None:
        world = World()
        await running_with_native_breaker(world)
        crashing(world, "bad")
        world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=60))
        deployment = await world.push(web("web:bad", {}, **NATIVE_BREAKER))
        await world.run_until(deployment, "follow")
        while not (await _newest(world)).startswith("ROLLBACK"):
            await world.step()
        await world.command(deployment, CommandKind.ABORT)
        head = await world.run(deployment)
        await world.pass_time(180)
        assert head.state is State.CANCELLED, head.because
        assert world.images() == ["web:1", "web:1"]


async def _newest(world: World) -> str:
    listed = world.ecs_call("ListServiceDeployments", cluster="demo", service="web")["serviceDeployments"]
    return str(listed[0]["status"])


class TestAfterARevert:
    async def test_scenario_45_a_revert_while_the_rollback_runs_finds_everything_as_wanted(self) -> None:
        world = World()
        await running(world)
        failing = await handed_over(world)
        reverted = await world.push(web(tags=TAGS))

        ends = [(await world.run(one)).state for one in (failing, reverted)]

        assert ends == [State.ROLLED_BACK, State.NO_CHANGE]

    async def test_scenario_45_a_revert_after_a_function_was_rolled_back(self) -> None:
        world = World()
        await serving(world)
        assert (await world.run(await world.push(greet("broken.zip", Timeout=9)))).state is State.ROLLED_BACK
        head = await world.run(await world.push(greet()))
        assert head.state is State.NO_CHANGE

    async def test_scenario_45_a_revert_after_a_rollback_that_failed_deploys_again(self) -> None:
        world = World()
        await running(world)
        crashing(world, "web:")
        await world.run(await world.push(web("web:2", tags=TAGS)))
        world.faults.entries.clear()
        head = await world.run(await world.push(web(tags=TAGS)))
        await world.pass_time(60)
        assert head.state in {State.SUCCEEDED, State.NO_CHANGE}, head.because
        assert world.images() == ["web:1", "web:1"]

    @pytest.mark.parametrize("kept", [False, True], ids=["removed", "kept at 0"])
    async def test_scenario_34_45_a_failed_first_create_is_deployed_by_the_same_commit_again(
        self, *, kept: bool
    ) -> None:
        world = World()
        crashing(world, "web:1")
        wanted = web(settings={**OUR_BREAKER, "deleteNewUponFailure": not kept})
        assert (await world.run(await world.push(wanted))).state is State.ROLLED_BACK
        world.faults.entries.clear()
        head = await world.run(await world.push(wanted, forced=True))
        await world.pass_time(60)
        assert head.state is State.SUCCEEDED, head.because
        assert world.images() == ["web:1", "web:1"]


async def ended_after(world: World, deployment: str, kind: CommandKind) -> Deployment:
    await world.command(deployment, kind)
    head = await world.run(deployment)
    await world.pass_time(180)
    return head


class TestAbortAndSupersede:
    @pytest.mark.parametrize("phase", ["register", "apply", "follow"])
    async def test_an_abort_in_any_phase_of_an_update_leaves_the_good_revision(self, phase: str) -> None:
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=60))
        deployment = await world.push(web("web:2", tags=TAGS))
        await abort_in(world, deployment, phase)
        head = await world.run(deployment)
        await world.pass_time(180)
        assert head.state is State.CANCELLED, head.because
        assert world.images() == ["web:1", "web:1"]

    @pytest.mark.parametrize("phase", ["register", "apply", "follow"])
    async def test_an_abort_in_any_phase_of_a_creation_leaves_nothing(self, phase: str) -> None:
        world = World()
        deployment = await world.push(web())
        await abort_in(world, deployment, phase)
        head = await world.run(deployment)
        await world.pass_time(180)
        assert head.state is State.CANCELLED, head.because
        service = world.service()
        assert service is None or service["status"] == "INACTIVE"

    async def test_an_abort_in_the_line_touches_nothing(self) -> None:
        world = World()
        await running(world)
        active = await world.push(web("web:2", tags=TAGS))
        await world.run_until(active, "follow")
        waiting = await world.push(web("web:3", tags=TAGS))
        assert (await ended_after(world, waiting, CommandKind.ABORT)).state is State.CANCELLED
        assert (await world.run(active)).state is State.SUCCEEDED
        assert world.images() == ["web:2", "web:2"]

    async def test_a_superseded_update_is_replaced_in_flight(self) -> None:
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=600))
        first = await world.push(web("web:2", tags=TAGS))
        await world.run_until(first, "follow")
        second = await world.push(web("web:3", tags=TAGS))
        await world.command(first, CommandKind.SUPERSEDE)

        heads = [await world.run(one) for one in (first, second)]
        await world.pass_time(60)

        assert [head.state for head in heads] == [State.SUPERSEDED, State.SUCCEEDED]
        assert world.images() == ["web:3", "web:3"]
        assert world.aws.mutations.count(UPDATE) == 2

    async def test_a_failure_after_a_supersession_goes_back_to_what_was_last_good(self) -> None:
        world = World()
        await running(world)
        crashing(world, "bad")
        world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=600))
        first = await world.push(web("web:2", tags=TAGS, healthCheckGracePeriodSeconds=9))
        await world.run_until(first, "follow")
        second = await world.push(web("web:bad", tags=TAGS))
        await world.command(first, CommandKind.SUPERSEDE)
        assert (await world.run(second)).state is State.ROLLED_BACK
        await world.pass_time(60)
        assert world.images() == ["web:1", "web:1"]

    async def test_a_superseded_function_is_undone_before_the_next_one_starts(self) -> None:
        world = World()
        await serving(world)
        first = await world.push(greet("greet-2.zip"))
        await world.run_until(first, "settle")
        second = await world.push(greet("greet-3.zip"))
        await world.command(first, CommandKind.SUPERSEDE)

        heads = [await world.run(one) for one in (first, second)]

        assert [head.state for head in heads] == [State.SUPERSEDED, State.SUCCEEDED]
        assert heads[0].ended_at is not None
        assert heads[1].started_at is not None
        assert heads[0].ended_at <= heads[1].started_at


class TestTheSameRevisionAgain:
    """A forced deployment of equal files fails: only ECS knows which images the tasks before it resolved."""

    @pytest.mark.parametrize("ending", [State.ROLLED_BACK, State.CANCELLED])
    async def test_ecs_is_told_to_go_back_by_itself(self, ending: State) -> None:
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=7200))
        settings = {"stabilityCheck": {"timeout": 60}}
        deployment = await world.push(web(settings=settings, tags=TAGS), forced=True)
        await world.run_until(deployment, "follow")
        if ending is State.CANCELLED:
            await world.command(deployment, CommandKind.ABORT)

        head = await world.run(deployment)
        await world.pass_time(60)

        assert head.state is ending, head.because
        assert world.aws.mutations[-2:] == [UPDATE, STOP]
        assert await _newest(world) == "ROLLBACK_SUCCESSFUL"
        assert len(live(world)["deployments"]) == 1
        assert world.images() == ["web:1", "web:1"]

    async def test_what_ecs_has_given_up_already_is_started_anew_and_bounded(self) -> None:
        world = World()
        native = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
        await ended(world, web(tags=TAGS, deploymentConfiguration=native))
        crashing(world, "web:1")
        wanted = web(settings={}, tags=TAGS, deploymentConfiguration=native)
        head = await world.run(await world.push(wanted, forced=True))
        assert head.state is State.ROLLBACK_FAILED, head.because
        assert "tasks of web:1 run" in head.because


async def test_what_was_kept_without_tasks_gets_some_though_the_file_leaves_the_number_out() -> None:
    world = World()
    crashing(world, "web:1")
    service = {name: value for name, value in web().service.items() if name != "desiredCount"}
    wanted = replace(web(settings={**OUR_BREAKER, "deleteNewUponFailure": False}), service=service)
    assert (await world.run(await world.push(wanted))).state is State.ROLLED_BACK
    world.faults.entries.clear()
    head = await world.run(await world.push(replace(wanted, settings=OUR_BREAKER), forced=True))
    await world.pass_time(30)
    assert head.state is State.SUCCEEDED, head.because
    assert world.images() == ["web:1"]
