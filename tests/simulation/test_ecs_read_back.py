"""Updates whose end is read from the service itself, and changes that somebody else makes meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import TAGS, UPDATE, running, web
from tests.simulation.world import World

Doc = dict[str, Any]

ADOPT: Doc = {"onForeignChange": "adopt"}

QUIET_CHANGES = [
    pytest.param({"desiredCount": 3}, id="desiredCount"),
    pytest.param(
        {"deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 50}},
        id="deploymentConfiguration",
    ),
    pytest.param(
        {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}},
        id="circuit breaker",
    ),
    pytest.param({"placementStrategy": [{"type": "random"}]}, id="placementStrategy"),
    pytest.param({"placementConstraints": [{"type": "distinctInstance"}]}, id="placementConstraints"),
    pytest.param({"healthCheckGracePeriodSeconds": 60}, id="grace period"),
    pytest.param({"availabilityZoneRebalancing": "DISABLED"}, id="AZ rebalancing"),
    pytest.param({"enableExecuteCommand": True}, id="enableExecuteCommand"),
    pytest.param({"propagateTags": "SERVICE"}, id="propagateTags"),
    pytest.param({"enableECSManagedTags": True}, id="managed tags"),
]


def on_instances(**service: Any) -> DesiredEcs:
    """The service on container instances, where tasks can be placed by rules."""
    return web(tags=TAGS, launchType="EC2", **service)


@pytest.mark.parametrize("change", QUIET_CHANGES)
async def test_scenario_47_a_change_that_starts_no_deployment_ends_when_it_reads_back(change: Doc) -> None:
    world = World()
    await world.run(await world.push(on_instances()))
    await world.pass_time(30)
    world.aws.journal.clear()

    head = await world.run(await world.push(on_instances(**change)))

    assert head.state is State.SUCCEEDED, head.because
    assert "The changed fields read back as wanted" in head.because
    [request] = world.aws.requests(UPDATE)
    assert set(request) == {"cluster", "service", *change}
    live = world.service()
    assert live is not None
    configuration = change.get("deploymentConfiguration", {})
    assert configuration.items() <= live["deploymentConfiguration"].items()
    assert {
        name: live[name] for name in change if name != "deploymentConfiguration"
    }.items() <= change.items()


async def with_old_answers(world: World, seconds: float, settings: Doc) -> str:
    """A deployment whose update shows in DescribeServices only ``seconds`` later."""
    await running(world)
    old = world.ecs_call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])
    world.aws.journal.clear()
    updated_at: list[float] = []

    def hide(operation: str) -> Doc | None:
        if not updated_at and UPDATE in world.aws.mutations:
            updated_at.append(world.clock.monotonic())
        stale = updated_at and world.clock.monotonic() - updated_at[0] < seconds
        return old if operation == "DescribeServices" and stale else None

    world.aws.hide = hide
    return await world.push(web(settings=settings, tags=TAGS, healthCheckGracePeriodSeconds=60))


async def test_scenario_11_47_a_field_is_not_taken_for_changed_before_ecs_answers_it() -> None:
    """The answers lag behind for 40 s; all tasks run, and still it is not over."""
    world = World()
    deployment = await with_old_answers(world, 40, {})

    await world.run_until(deployment, "follow")
    await world.pass_time(20)

    head = await world.head(deployment)
    assert (head.state, head.because) == (
        State.RUNNING,
        "ECS took the update; it still answers: healthCheckGracePeriodSeconds is 0 where 60 is committed.",
    )
    assert (await world.run(deployment)).state is State.SUCCEEDED


async def test_a_field_that_ecs_never_shows_as_asked_ends_in_time_and_is_named() -> None:
    world = World()
    deployment = await with_old_answers(world, 150, {"stabilityCheck": {"timeout": 120}})

    head = await world.run(deployment)

    assert head.state is State.ROLLED_BACK
    assert head.cause == (
        "ECS took the update, but 120 s later healthCheckGracePeriodSeconds is 0 where 60 is committed."
    )


async def in_mid_deployment(world: World, settings: Doc, **service: Any) -> str:
    """A deployment of a slow image that is under way."""
    await running(world)
    world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=90))
    deployment = await world.push(web("web:2", settings, tags=TAGS, **service))
    await world.run_until(deployment, "follow")
    await world.pass_time(35)
    return deployment


async def ended(world: World, deployment: str) -> Deployment:
    head = await world.run(deployment)
    await world.pass_time(30)
    return head


async def test_the_same_files_over_a_deployment_that_failed_and_goes_on_are_no_success() -> None:
    """Rollback is off and ECS has no breaker: it starts bad tasks for ever, with documents that are equal."""
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    kept = {"gmDeploymentCircuitBreaker": {"failureThreshold": 3, "rollback": False}}
    first = await world.push(web("web:bad", kept, tags=TAGS))
    await world.run_until(first, "follow")
    second = await world.push(web("web:bad", kept, tags=TAGS))

    heads = [await world.run(one) for one in (first, second)]

    assert [head.state for head in heads] == [State.FAILED, State.FAILED]
    assert "The circuit breaker tripped" in heads[1].because


class TestForeignChanges:
    async def test_scenario_38_46_an_update_by_others_stops_ours_and_is_left_alone(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, {})

        world.ecs_call(
            "UpdateService", cluster="demo", service="web", forceNewDeployment=True, taskDefinition="web:1"
        )
        head = await ended(world, deployment)

        assert head.state is State.FAILED
        assert "Somebody else updated the service" in head.because
        assert "The other change is left alone" in head.because
        assert f"gmctl deployment retry {head.id}" in head.because
        assert world.images() == ["web:1", "web:1"]
        assert world.aws.mutations.count(UPDATE) == 1

    async def test_scenario_38_46_with_adopt_what_is_committed_is_applied_again(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, ADOPT)

        world.ecs_call("UpdateService", cluster="demo", service="web", taskDefinition="web:1")
        head = await ended(world, deployment)

        assert head.state is State.SUCCEEDED, head.because
        assert world.images() == ["web:2", "web:2"]
        assert world.aws.mutations.count(UPDATE) == 2
        steps = [step.name for step in await world.ledger.steps(deployment)]
        assert steps.count("apply again") == 1

    async def test_scenario_46_with_adopt_a_second_change_by_others_stops_it(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, ADOPT)
        for _ in range(2):
            world.ecs_call("UpdateService", cluster="demo", service="web", taskDefinition="web:1")
            await world.pass_time(20)

        head = await ended(world, deployment)

        assert head.state is State.FAILED
        assert "was applied again once already" in head.because
        assert world.images() == ["web:1", "web:1"]

    async def test_scenario_46_with_adopt_an_equal_update_by_others_is_followed(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, ADOPT)

        world.ecs_call("UpdateService", cluster="demo", service="web", forceNewDeployment=True)
        head = await ended(world, deployment)

        assert head.state is State.SUCCEEDED, head.because
        assert world.aws.mutations.count(UPDATE) == 1
        record = await world.ledger.target(head.target) if head.target is not None else None
        assert record is not None
        assert record.last_good is not None
        assert record.last_good.values["task_definition"].endswith("web:2")

    async def test_scenario_38_a_field_that_others_change_meanwhile_is_found_at_the_end(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, {}, healthCheckGracePeriodSeconds=60)

        world.ecs_call("UpdateService", cluster="demo", service="web", healthCheckGracePeriodSeconds=7)
        head = await ended(world, deployment)

        assert head.state is State.FAILED
        assert "healthCheckGracePeriodSeconds is 7 where 60 is committed" in head.because
        service = world.service()
        assert service is not None
        assert service["healthCheckGracePeriodSeconds"] == 7
        assert world.aws.mutations.count(UPDATE) == 1

    async def test_scenario_38_with_adopt_such_a_field_is_set_again(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, ADOPT, healthCheckGracePeriodSeconds=60)

        world.ecs_call("UpdateService", cluster="demo", service="web", healthCheckGracePeriodSeconds=7)
        head = await ended(world, deployment)

        assert head.state is State.SUCCEEDED, head.because
        assert world.aws.mutations.count(UPDATE) == 2
        service = world.service()
        assert service is not None
        assert service["healthCheckGracePeriodSeconds"] == 60

    async def test_a_count_that_autoscaling_changes_meanwhile_is_no_failure(self) -> None:
        world = World()
        deployment = await in_mid_deployment(world, {})

        world.ecs_call("UpdateService", cluster="demo", service="web", desiredCount=4)
        head = await ended(world, deployment)

        assert head.state is State.SUCCEEDED
        assert "desiredCount is 4 where 2 is committed" in head.because
        assert world.images() == ["web:2"] * 4
