"""What bounds a rolling deployment: our timeouts and breaker, beside every configuration of ECS's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.ecs_scenarios import CREATE, DELETE, REGISTER, TAGS, UPDATE, running, web
from tests.simulation.world import World

Doc = dict[str, Any]


def native_breaker(*, rollback: bool, **threshold: Any) -> Doc:
    """ECS's own breaker, by default tripped by three failed tasks."""
    rule = {"type": "COUNT", "value": 3, **threshold}
    breaker = {"enable": True, "rollback": rollback, "thresholdConfiguration": rule}
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}}


async def deployed(world: World, settings: Doc, *, fault: Doc, **service: Any) -> Any:
    """A second image that suffers from ``fault``, deployed to its end over a first one that runs."""
    await running(world)
    world.aws.journal.clear()
    world.faults.entries.append(ImageFault(match="web:2", **fault))
    head = await world.run(await world.push(web("web:2", settings, tags=TAGS, **service)))
    await world.pass_time(60)
    return head


class TestTimeouts:
    @pytest.mark.parametrize(
        ("stability", "ends"),
        [
            pytest.param({"timeout": 200}, State.SUCCEEDED, id="in time"),
            pytest.param({"timeout": 60}, State.ROLLED_BACK, id="too late"),
            pytest.param({"timeout": 60, "timeoutPerTask": 100}, State.SUCCEEDED, id="in time per task"),
            pytest.param({"timeout": 60, "timeoutPerTask": 40}, State.ROLLED_BACK, id="too late per task"),
        ],
    )
    async def test_the_longer_of_both_timeouts_counts(self, stability: Doc, ends: State) -> None:
        world = World()
        fault = {"kind": "slow_start", "after_seconds": 120}
        head = await deployed(world, {"stabilityCheck": stability}, fault=fault)
        assert head.state is ends, head.because

    async def test_the_reason_names_the_time_and_the_tasks(self) -> None:
        world = World()
        settings = {"stabilityCheck": {"timeout": 60, "timeoutPerTask": 40}}
        head = await deployed(world, settings, fault={"kind": "slow_start", "after_seconds": 600})
        assert head.cause is not None
        assert head.cause.startswith("The service is not stable after 80 s: 0 of 2 new tasks run")

    async def test_a_first_create_that_stalls_ends_by_our_timeout(self) -> None:
        """ECS rolls no first creation back, and may go on for hours."""
        world = World()
        world.faults.entries.append(ImageFault(match="web", kind="slow_start", after_seconds=7200))
        settings = {"stabilityCheck": {"timeout": 120}}
        head = await world.run(await world.push(web(settings=settings)), within=timedelta(minutes=10))
        assert head.state is State.ROLLED_BACK
        assert "not stable after 120 s" in (head.cause or "")
        assert world.aws.mutations == [REGISTER, CREATE, DELETE]


class TestOurBreaker:
    @pytest.mark.parametrize(
        ("breaker", "count", "threshold"),
        [
            pytest.param({}, 2, 5, id="by default"),
            pytest.param({"failureThreshold": 2}, 2, 2, id="a count"),
            pytest.param({"failureThresholdPercent": 50.0}, 4, 2, id="a percentage"),
            pytest.param(
                {"failureThreshold": 1, "failureThresholdPercent": 50.0}, 4, 1, id="the smaller one"
            ),
            pytest.param({"failureThresholdPercent": 20.0}, 2, 1, id="rounded up"),
        ],
    )
    async def test_it_trips_at_the_smaller_threshold(self, breaker: Doc, count: int, threshold: int) -> None:
        world = World()
        settings = {"gmDeploymentCircuitBreaker": breaker, "stabilityCheck": {"timeout": 900}}
        head = await deployed(world, settings, fault={"kind": "crash"}, desiredCount=count)
        assert head.state is State.ROLLED_BACK
        assert f"and the threshold is {threshold}" in (head.cause or "")

    async def test_failures_that_ecs_forgets_with_each_healthy_task_still_count(self) -> None:
        """One task at a time: two crash, the third is healthy and sets ECS's count to 0, the rest crash."""
        world = World()
        await running(world)
        crash = ImageFault(match="web:2", kind="crash")
        world.faults.entries.append(crash)
        settings = {
            "gmDeploymentCircuitBreaker": {"failureThreshold": 4},
            "stabilityCheck": {"timeout": 3600},
        }
        limits = {"maximumPercent": 150, "minimumHealthyPercent": 100}
        deployment = await world.push(web("web:2", settings, tags=TAGS, deploymentConfiguration=limits))
        await world.run_until(deployment, "follow")

        counts = [await failures_reach(world, 2)]
        world.faults.entries.clear()
        counts.append(await failures_reach(world, 0))
        world.faults.entries.append(crash)
        head = await world.run(deployment)

        assert counts == [2, 0]
        assert head.state is State.ROLLED_BACK
        assert "The circuit breaker tripped: 4 new tasks failed" in (head.cause or "")

    @pytest.mark.parametrize("after", [pytest.param(seconds, id=f"{seconds} s") for seconds in (0.5, 1)])
    async def test_tasks_that_run_and_then_crash_count_though_ecs_counts_none(self, after: float) -> None:
        """One task at a time, each of which ECS took for good: its failedTasks stays 0."""
        world = World()
        limits = {"maximumPercent": 100, "minimumHealthyPercent": 75}
        await world.run(await world.push(web(desiredCount=4, deploymentConfiguration=limits)))
        await world.pass_time(30)
        world.faults.entries.append(ImageFault(match="web:2", kind="crash", after_seconds=after))
        settings = {
            "gmDeploymentCircuitBreaker": {"failureThreshold": 3},
            "stabilityCheck": {"timeout": 3600},
        }

        head = await world.run(
            await world.push(web("web:2", settings, desiredCount=4, deploymentConfiguration=limits))
        )

        assert head.state is State.ROLLED_BACK, head.because
        assert "The circuit breaker tripped" in (head.cause or "")
        assert "exit code 1" in (head.cause or "")


async def failures_reach(world: World, count: int) -> int:
    """Let time go on until ECS counts so many failed tasks."""
    while (failed := primary(world)["failedTasks"]) != count:
        await world.step()
    return int(failed)


def primary(world: World) -> Doc:
    service = world.service()
    assert service is not None
    return next(one for one in service["deployments"] if one["status"] == "PRIMARY")


class TestBesideTheBreakerOfEcs:
    async def test_scenario_42_a_rollback_by_ecs_is_reported_as_failure(self) -> None:
        world = World()
        head = await deployed(world, {}, fault={"kind": "crash"}, **native_breaker(rollback=True))
        assert head.state is State.ROLLED_BACK
        assert "ECS rolled the deployment back" in head.because
        assert world.aws.mutations == [REGISTER, UPDATE]
        assert world.images() == ["web:1", "web:1"]

    async def test_scenario_42_without_rollback_ecs_stops_it_and_we_go_back(self) -> None:
        world = World()
        head = await deployed(world, {}, fault={"kind": "crash"}, **native_breaker(rollback=False))
        assert head.state is State.ROLLED_BACK
        assert "ECS stopped the deployment" in (head.cause or "")
        assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]
        assert world.images() == ["web:1", "web:1"]

    async def test_scenario_42_a_rollback_of_ecs_that_fails_too_is_told(self) -> None:
        world = World()
        await running(world)
        world.faults.entries.append(ImageFault(match="web:", kind="crash"))
        wanted = web("web:2", {}, tags=TAGS, **native_breaker(rollback=True))
        # The tasks that run must go before the rollback has to start any.
        deployment = await world.push(wanted)
        await world.run_until(deployment, "follow")
        tasks = world.ecs_call("ListTasks", cluster="demo", serviceName="web")["taskArns"]
        for task in tasks:
            world.ecs_call("StopTask", cluster="demo", task=task, reason="gone")

        head = await world.run(deployment)

        assert head.state is State.ROLLBACK_FAILED
        assert "ECS could not roll the deployment back" in head.because

    async def test_scenario_42_a_first_create_is_removed_though_ecs_would_roll_back(self) -> None:
        world = World()
        world.faults.entries.append(ImageFault(match="web", kind="crash"))
        head = await world.run(await world.push(web(settings={}, **native_breaker(rollback=True))))
        assert head.state is State.ROLLED_BACK
        assert world.aws.mutations == [REGISTER, CREATE, DELETE]

    async def test_ours_is_first_where_it_is_stricter(self) -> None:
        world = World()
        settings = {"gmDeploymentCircuitBreaker": {"failureThreshold": 2}}
        head = await deployed(
            world, settings, fault={"kind": "crash"}, **native_breaker(rollback=True, value=50)
        )
        assert head.state is State.ROLLED_BACK
        assert "The circuit breaker tripped: 2 new tasks failed" in (head.cause or "")
