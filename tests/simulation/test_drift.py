"""Drift: what somebody changes by hand is seen, told once, and vanishes when it is put back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.contracts.messages import TargetDrifted, TargetSettled
from gitmoxi.domain.drift import RENEWED_AFTER, DriftVerdict
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.drift_desk import PERIOD, DriftDesk, register
from tests.simulation.ecs_scenarios import OUR_BREAKER, TAGS, running, web
from tests.simulation.lambda_scenarios import CONFIGURATION, greet, serving
from tests.simulation.world import World


async def a_world() -> tuple[World, DriftDesk]:
    """A service that runs as committed."""
    world = World()
    await running(world)
    return world, DriftDesk(world)


def by_hand(world: World, **changes: object) -> None:
    world.ecs_call("UpdateService", cluster="demo", service="web", **changes)


async def test_what_lives_as_it_was_deployed_has_not_drifted() -> None:
    world, desk = await a_world()
    world.aws.journal.clear()

    drift = await desk.look()

    assert (drift.verdict, drift.count, drift.against) == (DriftVerdict.NONE, 0, "d-1")
    assert drift.checked_at == world.clock.now()
    assert desk.facts() == []
    assert world.aws.mutations == []


async def test_a_change_by_hand_is_drift_that_is_told_once_and_its_end_too() -> None:
    world, desk = await a_world()
    await desk.look()
    by_hand(world, desiredCount=5)

    drift = await desk.look()
    await desk.look()

    assert (drift.verdict, drift.where) == (DriftVerdict.DIFFERS, ("service desiredCount",))
    assert (drift.differences[0].before, drift.differences[0].after) == ("5", "2")
    assert drift.because == "It differs in 1 place from what its last good deployment left."
    [fact] = desk.facts()
    assert isinstance(fact, TargetDrifted)
    assert (fact.target, fact.prefix, fact.places) == (ECS_TARGET.id, "prod/web", ("service desiredCount",))
    assert [told.verdict for told in desk.told] == [DriftVerdict.DIFFERS]

    by_hand(world, desiredCount=2)
    after = await desk.look()

    assert (after.verdict, after.differences) == (DriftVerdict.NONE, ())
    assert isinstance(desk.facts()[-1], TargetSettled)
    assert len(desk.facts()) == 2


async def test_another_image_by_hand_is_drift_of_the_task_definition() -> None:
    world, desk = await a_world()
    live = world.ecs_call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    [container] = live["containerDefinitions"]
    document = {
        name: live[name] for name in ("family", "networkMode", "requiresCompatibilities", "cpu", "memory")
    }
    world.ecs_call(
        "RegisterTaskDefinition", **document, containerDefinitions=[{**container, "image": "web:hotfix"}]
    )
    by_hand(world, taskDefinition="web:2")

    drift = await desk.look()

    assert drift.verdict is DriftVerdict.DIFFERS
    assert "task definition containerDefinitions[web].image" in drift.where


async def test_a_service_that_was_deleted_by_hand_is_gone() -> None:
    world, desk = await a_world()
    world.ecs_call("DeleteService", cluster="demo", service="web", force=True)

    drift = await desk.look()

    assert drift.verdict is DriftVerdict.GONE
    assert "does not exist any more, and no deployment deleted it" in drift.because
    [fact] = desk.facts()
    assert isinstance(fact, TargetDrifted)
    assert fact.gone


async def test_a_cluster_that_was_deleted_takes_its_services_with_it() -> None:
    world, desk = await a_world()
    world.aws.refusals["DescribeServices"] = ("ClusterNotFoundException", "Cluster not found.")

    assert (await desk.look()).verdict is DriftVerdict.GONE


async def test_a_count_that_autoscaling_set_is_no_drift() -> None:
    world, desk = await a_world()
    world.scale(1, 6)
    by_hand(world, desiredCount=4)

    assert (await desk.look()).verdict is DriftVerdict.NONE


async def test_tags_of_others_are_no_drift_and_ours_that_changed_are() -> None:
    world, desk = await a_world()
    tagged = {"resourceArn": ECS_TARGET.service_arn}
    world.ecs_call("TagResource", **tagged, tags=[{"key": "cost-centre", "value": "7"}])
    assert (await desk.look()).verdict is DriftVerdict.NONE

    world.ecs_call("TagResource", **tagged, tags=[{"key": "team", "value": "bank"}])

    assert (await desk.look()).where == ("tags[team]",)


async def test_what_belongs_to_another_installation_now_cannot_be_compared() -> None:
    world, desk = await a_world()
    owner = [{"key": "gitmoxi:owner", "value": "another"}]
    world.ecs_call("TagResource", resourceArn=ECS_TARGET.service_arn, tags=owner)

    drift = await desk.look()

    assert drift.verdict is DriftVerdict.UNKNOWN
    assert "another" in drift.because
    assert desk.facts() == []


async def test_what_aws_refuses_to_tell_is_unknown_with_its_words_and_ends_no_drift() -> None:
    world, desk = await a_world()
    by_hand(world, desiredCount=5)
    await desk.look()
    world.aws.refusals["DescribeServices"] = ("AccessDeniedException", "You may not look.")

    assert "You may not look." in (await desk.look()).because
    world.aws.refusals.clear()
    by_hand(world, desiredCount=2)
    await desk.look()

    assert [type(fact) for fact in desk.facts()] == [TargetDrifted, TargetSettled]


async def test_a_deployment_under_way_is_no_drift() -> None:
    world, desk = await a_world()
    await desk.look()
    deployment = await world.push(web("web:2", tags=TAGS))
    await world.run_until(deployment, "follow")
    await register(world)
    world.aws.journal.clear()
    world.clock.advance(PERIOD.total_seconds())

    looked = await desk.sweep()

    assert looked is not None
    assert looked.looks == 0
    assert world.aws.journal == []
    assert (await world.run(deployment)).state is State.SUCCEEDED
    assert ((await desk.look()).verdict, desk.facts()) == (DriftVerdict.NONE, [])


async def test_a_deployment_that_begins_during_the_look_is_no_drift() -> None:
    world, desk = await a_world()
    await register(world)
    deployment = await world.push(web("web:2", tags=TAGS))
    head, record = await world.head(deployment), await world.ledger.target(ECS_TARGET)
    assert record.waiting_id == head.id
    forward = world.ledger.targets

    async def before_it_came(targets: list) -> list:  # type: ignore[type-arg]  # whatever a look asks for
        return [
            type(found)(target=found.target, revision=found.revision - 1, last_good=found.last_good)
            for found in await forward(targets)
        ]

    world.ledger.targets = before_it_came  # type: ignore[method-assign,assignment]  # an older read
    world.clock.advance(PERIOD.total_seconds())
    await desk.sweep()

    assert await world.ledger.drifts() == []


async def test_a_rollback_leaves_no_drift() -> None:
    world, desk = await a_world()
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    head = await world.run(await world.push(web("web:bad", OUR_BREAKER, tags=TAGS)))
    assert head.state is State.ROLLED_BACK

    drift = await desk.look()

    assert (drift.verdict, drift.against) == (DriftVerdict.NONE, "d-1")
    last = (await world.ledger.target(ECS_TARGET)).last
    assert last is not None
    assert (last.deployment_id, last.state) == (head.id, State.ROLLED_BACK)


async def test_what_a_failed_deployment_left_is_not_called_a_change_by_hand() -> None:
    world, desk = await a_world()
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    settings = {"gmDeploymentCircuitBreaker": {"failureThreshold": 3, "rollback": False}}
    head = await world.run(await world.push(web("web:bad", settings, tags=TAGS)))
    assert head.state is State.FAILED

    drift = await desk.look()

    assert drift.verdict is DriftVerdict.UNKNOWN
    assert head.id in drift.because
    assert desk.facts() == []


async def test_a_target_that_was_never_deployed_well_is_not_looked_at() -> None:
    world = World()
    world.faults.entries.append(ImageFault(match="bad", kind="crash"))
    head = await world.run(await world.push(web("web:bad", OUR_BREAKER)))
    assert head.state.status == "PROCESSED_ERROR"
    desk = DriftDesk(world)
    await register(world)

    looked = await desk.sweep()

    assert looked is not None
    assert looked.looks == 0
    assert await world.ledger.drifts() == []


async def test_sensitive_values_are_masked_alike_by_every_process() -> None:
    world = World()
    wanted = web(tags=TAGS)
    assert wanted.task_definition is not None
    [container] = wanted.task_definition["containerDefinitions"]
    secret = {"name": "TOKEN", "value": "tip-top-secret"}
    document = {**wanted.task_definition, "containerDefinitions": [{**container, "environment": [secret]}]}
    desired = DesiredEcs(
        target=ECS_TARGET,
        service=wanted.service,
        task_definition=document,
        settings=wanted.settings,
        sensitive_values=("tip-top-secret",),
    )
    await world.run(await world.push(desired))
    live = world.ecs_call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    document = {
        name: live[name] for name in ("family", "networkMode", "requiresCompatibilities", "cpu", "memory")
    }
    world.ecs_call("RegisterTaskDefinition", **document, containerDefinitions=[{**container}])
    by_hand(world, taskDefinition="web:2")

    drift = await DriftDesk(world).look()

    assert drift.verdict is DriftVerdict.DIFFERS
    assert "tip-top-secret" not in str(drift)
    assert "[sensitive]" in str(drift)


async def test_a_function_that_was_changed_by_hand_has_drifted_until_it_is_put_back() -> None:
    world = World()
    await serving(world)
    desk = DriftDesk(world)
    assert (await desk.look()).verdict is DriftVerdict.NONE
    world.functions.call(CONFIGURATION, {"FunctionName": "greet", "Handler": "app.hotfix"})

    drift = await desk.look()

    assert (drift.verdict, drift.where) == (DriftVerdict.DIFFERS, ("function Handler",))
    world.functions.call(CONFIGURATION, {"FunctionName": "greet", "Handler": "app.handler"})
    assert (await desk.look()).verdict is DriftVerdict.NONE


async def test_a_setting_that_no_file_names_is_nobodys_drift() -> None:
    """As in a plan: what is not committed stays as it lives."""
    world = World()
    await serving(world)
    world.functions.call(CONFIGURATION, {"FunctionName": "greet", "MemorySize": 512})

    assert (await DriftDesk(world).look()).verdict is DriftVerdict.NONE


async def test_an_alias_that_was_moved_by_hand_has_drifted() -> None:
    world = World()
    await serving(world)
    await world.run(await world.push(greet("greet-2.zip")))
    desk = DriftDesk(world)
    assert (await desk.look()).verdict is DriftVerdict.NONE
    world.functions.call("UpdateAlias", {"FunctionName": "greet", "Name": "live", "FunctionVersion": "1"})

    assert (await desk.look()).verdict is DriftVerdict.DIFFERS


async def test_a_function_that_was_deleted_by_hand_is_gone() -> None:
    world = World()
    await serving(world)
    world.functions.call("DeleteFunction", {"FunctionName": "greet"})

    assert (await DriftDesk(world).look()).verdict is DriftVerdict.GONE


async def test_a_look_that_finds_nothing_new_is_written_down_once_an_hour() -> None:
    _, desk = await a_world()
    first = await desk.look()

    second = await desk.look()
    assert second == first
    for _ in range(int(RENEWED_AFTER / PERIOD) - 1):
        last = await desk.look()

    assert (last.since, last.checked_at - first.checked_at) == (first.since, RENEWED_AFTER)


async def test_what_nobody_owns_any_more_is_forgotten() -> None:
    world, desk = await a_world()
    await desk.look()
    await world.run(await world.delete(ECS_TARGET))
    await world.run(await world.push(greet()))
    await world.pass_time(PERIOD.total_seconds())

    await desk.sweep()

    assert [drift.target.name for drift in await world.ledger.drifts()] == ["greet"]


async def test_looks_can_be_turned_off() -> None:
    world, _ = await a_world()
    desk = DriftDesk(world, period=timedelta(0))
    await register(world)
    world.aws.journal.clear()

    assert await desk.sweep() is None
    assert world.aws.journal == []


@pytest.mark.parametrize("throttled", [True, False])
async def test_a_look_that_is_throttled_is_made_up_for_at_the_next_sweep(throttled: bool) -> None:
    world, desk = await a_world()
    await register(world)
    world.aws.throttled = lambda: throttled

    looked = await desk.sweep()
    assert looked is not None
    assert looked.put_off == int(throttled)
    world.aws.throttled = lambda: False
    await desk.sweep()

    assert [drift.verdict for drift in await world.ledger.drifts()] == [DriftVerdict.NONE]
