"""A record that cannot be read is set aside: it wakes nobody again, and everything else goes on."""

from __future__ import annotations

from dataclasses import replace

from gitmoxi.domain.deployments import SHARDS, CommandKind
from gitmoxi.domain.states import State, Worker
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.ecs_scenarios import TAGS, running, web
from tests.simulation.world import World

SPOILT = "record.quarantined"


async def spoilt() -> tuple[World, str]:
    """A deployment in mid-way whose record is spoilt."""
    world = World()
    await running(world)
    deployment = await world.push(web("web:2", tags=TAGS))
    await world.run_until(deployment, "follow")
    world.ledger.spoilt.add(deployment)
    await world.pass_time(300)
    return world, deployment


async def test_scenario_18_a_record_that_cannot_be_read_is_told_once_and_wakes_nobody_again() -> None:
    world, deployment = await spoilt()

    told = [entry for entry in await world.ledger.audit(10) if entry.kind == SPOILT]
    due = [
        one.deployment_id
        for shard in range(SHARDS)
        for one in await world.ledger.due(Worker.ECS_DEPLOYER, shard, world.clock.now(), 10)
    ]

    assert [entry.details["deployment"] for entry in told] == [deployment]
    assert "cannot be read" in told[0].summary
    assert "gmctl deployment resume" in told[0].summary
    assert due == []


async def test_scenario_18_other_deployments_go_on() -> None:
    world, _ = await spoilt()
    other = replace(web(serviceName="other"), target=replace(ECS_TARGET, service_name="other"))

    head = await world.run(await world.push(other))

    assert head.state is State.SUCCEEDED, head.because


async def test_scenario_18_once_it_can_be_read_again_a_command_brings_it_to_its_end() -> None:
    world, deployment = await spoilt()

    world.ledger.spoilt.clear()
    await world.command(deployment, CommandKind.RESUME)
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    assert world.images() == ["web:2"] * 2
