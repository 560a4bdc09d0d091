"""How fast a worker ticks, beside a bare loop that makes the same calls of stores and AWS."""

from __future__ import annotations

import asyncio

from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.domain.states import Worker
from gitmoxi_local.aws_model.base import ImageFault
from tests.benchmark.measuring import Measured, compare
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.ecs_scenarios import web
from tests.simulation.world import World


def measure(ticks: int = 500) -> Measured:
    """Looks at one deployment that is under way; all stores are in memory, AWS is a model in this process."""
    with asyncio.Runner() as runner:
        world, deployment = runner.run(_under_way())
        ticker = world.process(Worker.ECS_DEPLOYER).ticker
        leases = MemoryLeaseStore(world.ledger, world.clock)

        async def ours() -> None:
            for _ in range(ticks):
                report = await ticker.tick(deployment, None)
                if report.outcome != "waits":
                    raise AssertionError(f"a tick was to wait on, not {report.outcome}: {report.because}")

        async def bare() -> None:
            for _ in range(ticks):
                await _bare(world, leases, deployment)

        return compare(
            "tick.look",
            lambda: runner.run(ours()),
            lambda: runner.run(bare()),
            compared_with="the same calls without a decision",
            unit="ticks",
            count=ticks,
        )


async def _under_way() -> tuple[World, str]:
    world = World(events=False)
    world.faults.entries.append(ImageFault(match="web:1", kind="slow_start", after_seconds=1e6))
    deployment = await world.push(web(settings={"stabilityCheck": {"timeout": 86400}}))
    await world.run_until(deployment, "follow")
    await world.pass_time(60)
    return world, deployment


async def _bare(world: World, leases: MemoryLeaseStore, deployment: str) -> None:
    await world.ledger.deployment(deployment)
    await leases.take(ECS_TARGET, owner="bare", nonce="bare", seen=None)
    head = await world.ledger.deployment(deployment)
    assert head is not None
    assert head.desired is not None
    await world.ledger.target(ECS_TARGET)
    await world.ledger.commands(head.id, head.command_cursor)
    await world.bodies.get(head.desired)
    client = await world.aws.client("ecs")
    await client.describe_services(cluster="demo", services=["web"], include=["TAGS"])
    await leases.release(ECS_TARGET, nonce="bare")
