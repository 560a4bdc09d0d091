"""Whole deployments of ECS services: each ends as it has to, and nothing is called in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import CommandKind
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.ecs_scenarios import (
    CREATE,
    DELETE,
    REGISTER,
    SCENARIOS,
    TAGS,
    UPDATE,
    ended,
    made_by_others,
    running,
    web,
)
from tests.simulation.world import World


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in SCENARIOS])
async def test_a_deployment_ends_as_it_has_to(name: str) -> None:
    scenario, world = SCENARIOS[name], World()
    deployment = await scenario.begun(world)

    head = await world.run(deployment)
    await world.pass_time(30)

    assert head.state is scenario.ends, head.because
    assert tuple(world.aws.mutations) == scenario.mutations
    if scenario.images is not None:
        assert tuple(world.images()) == scenario.images
    record = await world.ledger.target(ECS_TARGET)
    assert (record.active_id, record.waiting_id) == (None, None)


async def test_the_slot_goes_from_one_deployment_to_the_next() -> None:
    world = World()
    first = await world.push(web())
    await world.run_until(first, "follow")
    second = await world.push(web("web:2"))

    heads = [await world.run(one) for one in (first, second)]

    assert [head.state for head in heads] == [State.SUCCEEDED, State.SUCCEEDED]
    assert world.aws.mutations == [REGISTER, CREATE, REGISTER, UPDATE]
    assert heads[0].ended_at is not None
    assert heads[1].started_at is not None
    assert heads[0].ended_at <= heads[1].started_at


async def test_going_back_to_an_earlier_image_uses_the_revision_that_is_known() -> None:
    world = World()
    await running(world)
    await ended(world, web("web:2", tags=TAGS))
    world.aws.journal.clear()

    await ended(world, web(tags=TAGS))

    assert world.aws.mutations == [UPDATE]
    assert world.aws.requests(UPDATE)[0]["taskDefinition"].endswith("web:1")


async def test_reverting_a_failed_commit_finds_everything_as_wanted() -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    await world.run(await world.push(web("web:bad", tags=TAGS)))

    head = await world.run(await world.push(web(tags=TAGS)))

    assert head.state is State.NO_CHANGE


async def test_what_failed_and_was_kept_is_deployed_anew_by_the_same_files() -> None:
    """The image was pushed only after the commit: equal documents do not mean that it runs."""
    world = World()
    settings = {"gmDeploymentCircuitBreaker": {"failureThreshold": 9, "rollback": False}}
    native = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    wanted = web("web:2", settings, tags=TAGS, deploymentConfiguration=native)
    await running(world)
    world.faults.entries.append(ImageFault(match="web:2", kind="cannot_pull"))
    failed = await world.run(await world.push(wanted))
    assert failed.state is State.FAILED
    assert "The image web:2 does not exist" in failed.because
    world.faults.entries.clear()

    head = await world.run(await world.push(wanted))
    await world.pass_time(30)

    assert head.state is State.SUCCEEDED
    assert world.images() == ["web:2", "web:2"]
    record = await world.ledger.target(ECS_TARGET)
    assert record.last_good is not None
    assert record.last_good.deployment_id == head.id


async def test_a_failure_says_what_the_tasks_said() -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="web:2", kind="cannot_pull"))

    head = await world.run(await world.push(web("web:2", tags=TAGS)))

    assert head.state is State.ROLLED_BACK
    assert head.cause is not None
    assert "The image web:2 does not exist" in head.cause
    assert "back at its last good revision" in head.because


async def test_somebody_elses_update_in_mid_deployment_is_left_alone() -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=60))
    deployment = await world.push(web("web:2", tags=TAGS))
    await world.run_until(deployment, "follow")

    world.ecs_call(
        "UpdateService", cluster="demo", service="web", forceNewDeployment=True, taskDefinition="web:1"
    )
    head = await world.run(deployment)
    await world.pass_time(30)

    assert head.state is State.FAILED
    assert "Somebody else updated the service" in head.because
    assert world.images() == ["web:1", "web:1"]
    assert world.aws.mutations.count(UPDATE) == 1


async def test_somebody_elses_deletion_in_mid_deployment_is_told() -> None:
    world = World()
    await running(world)
    deployment = await world.push(web("web:2", tags=TAGS))
    await world.run_until(deployment, "follow")

    world.ecs_call("DeleteService", cluster="demo", service="web", force=True)
    head = await world.run(deployment)

    assert head.state is State.FAILED
    assert "deleted the service" in head.because


async def test_a_service_that_others_made_while_we_waited_is_never_removed_by_a_rollback() -> None:
    """The planner saw no service, so the plan says create; then somebody was faster."""
    world = World()
    deployment = await world.push(web("web:bad"))
    await made_by_others_at_once(world)
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))

    head = await world.run(deployment)
    await world.pass_time(30)

    assert head.state is State.ROLLED_BACK
    assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]
    assert world.images() == ["web:1", "web:1"]


async def made_by_others_at_once(world: World) -> None:
    service = web().service
    world.ecs_call("RegisterTaskDefinition", **(web().task_definition or {}))
    world.ecs_call("CreateService", **service, taskDefinition="web:1")


async def test_an_adopted_service_gets_no_tag_of_ours_and_a_warning() -> None:
    world = World()
    await made_by_others(world)

    deployment = await world.push(web("web:2", tags=TAGS))
    await world.run(deployment)

    plan = await world.ledger.plan(deployment)
    assert plan is not None
    assert any("it is updated, but never deleted" in warning.text for warning in plan.warnings)
    service = world.service()
    assert service is not None
    assert {tag["key"] for tag in service["tags"]} == {"team"}

    refused = await world.run(await world.delete(ECS_TARGET))
    assert refused.state is State.FAILED
    assert OWNER_TAG in refused.because


async def test_another_installations_service_is_not_deleted() -> None:
    world = World()
    await running(world)
    world.ecs_call(
        "TagResource", resourceArn=ECS_TARGET.service_arn, tags=[{"key": OWNER_TAG, "value": "others"}]
    )

    head = await world.run(await world.delete(ECS_TARGET))

    assert head.state is State.FAILED
    assert DELETE not in world.aws.mutations


async def test_a_rollback_to_a_revision_that_is_unhealthy_too_is_bounded() -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="web:", kind="crash"))

    head = await world.run(await world.push(web("web:2", tags=TAGS)), within=timedelta(minutes=15))

    assert head.state is State.ROLLBACK_FAILED
    assert "circuit breaker tripped" in head.because


async def test_a_service_that_is_created_again_waits_until_the_old_one_is_gone() -> None:
    world = World()
    await running(world)
    await world.run(await world.delete(ECS_TARGET))
    await ended(world, web())
    assert world.aws.mutations[-3:] == [DELETE, REGISTER, CREATE]


async def test_scenario_11_a_service_that_is_not_described_yet_is_not_created_again() -> None:
    world = World()
    created_at: list[float] = []

    def hide(operation: str) -> dict[str, object] | None:
        if not created_at and CREATE in world.aws.mutations:
            created_at.append(world.clock.monotonic())
        stale = created_at and world.clock.monotonic() - created_at[0] < 30
        return {"services": [], "failures": []} if operation == "DescribeServices" and stale else None

    deployment = await world.push(web())
    world.aws.hide = hide

    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED
    assert world.aws.mutations == [REGISTER, CREATE]


async def test_an_abort_brings_the_service_back() -> None:
    world = World()
    await running(world)
    world.faults.entries.append(ImageFault(match="web:2", kind="slow_start", after_seconds=60))
    deployment = await world.push(web("web:2", tags=TAGS))
    await world.run_until(deployment, "follow")

    await world.command(deployment, CommandKind.ABORT)
    head = await world.run(deployment)
    await world.pass_time(30)

    assert (head.state, head.cause) == (State.CANCELLED, "Aborted by ann.")
    assert world.images() == ["web:1", "web:1"]


async def test_a_refused_update_changes_nothing_and_masks_what_is_sensitive() -> None:
    world = World()
    await running(world)
    world.aws.refusals["UpdateService"] = ("InvalidParameterException", "the value s3cr3t-value is wrong")
    wanted = replace(web("web:2", tags=TAGS), sensitive_values=("s3cr3t-value",))

    head = await world.run(await world.push(wanted))

    assert head.state is State.FAILED
    assert "InvalidParameterException" in head.because
    texts = [head.because, head.cause or "", *(step.because for step in await world.ledger.steps(head.id))]
    assert not [text for text in texts if "s3cr3t-value" in text]
    assert not [fact for fact in world.facts if "s3cr3t-value" in fact.detail]


async def test_what_is_read_while_a_deployment_is_followed() -> None:
    world = World()
    world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=120))
    deployment = await world.push(web())
    await world.run_until(deployment, "follow")
    await world.pass_time(20)
    world.aws.journal.clear()

    await world.pass_time(35)

    assert set(world.aws.reads) <= {"DescribeServices"}
    assert len(world.aws.reads) <= 2
