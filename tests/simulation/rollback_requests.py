"""What people ask for: a recorded revision, as the planner puts it into the line, and an end at a moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.deployments import Command, CommandKind, ObjectChange, Progress, Verb
from gitmoxi.domain.states import State, Worker
from gitmoxi.ports.ledger import CreateDeployment, PutTarget
from tests.simulation.world import World


async def ask_for(world: World, restores: str) -> str:
    """The id of the requested rollback, which waits for its target's slot."""
    recorded = await world.head(restores)
    assert recorded.target is not None
    record = await world.ledger.target(recorded.target)
    head = replace(
        recorded,
        id=f"r-{restores}-{world.ids.ulid()}",
        version=1,
        state=State.WAITING,
        owner=Worker.ROLLBACK,
        change=ObjectChange.REQUESTED,
        verb=Verb.ROLLBACK,
        because="Asked for.",
        before=None,
        progress=Progress(),
        intents=(),
        cause=None,
        ending=State.SUCCEEDED,
        restores=restores,
        requested_by="ann",
        created_at=world.clock.now(),
        updated_at=world.clock.now(),
        next_at=world.clock.now(),
        started_at=None,
        ended_at=None,
    )
    placed = replace(record, waiting_id=head.id, revision=record.revision + 1)
    await world.ledger.transact(
        [
            CreateDeployment(deployment=head),
            PutTarget(record=placed, expected_revision=record.revision),
        ]
    )
    await world.wake(Tick(deployment_id=head.id, version=1, worker=Worker.ROLLBACK), delay_seconds=0)
    return head.id


def asking_for(restores: str) -> Callable[[World], Awaitable[str]]:
    """A scenario's push: the request for what the deployment ``restores`` deployed."""

    async def ask(world: World) -> str:
        return await ask_for(world, restores)

    return ask


async def abort_in(world: World, deployment: str, phase: str) -> None:
    """Abort as soon as the record says ``phase``, even within a tick: the next look finds the command."""
    answered, given = world.ledger.commands, list[bool]()

    async def commands(deployment_id: str, after: str) -> list[Command]:
        head = await world.head(deployment)
        if head.progress.phase == phase and not given:
            given.append(True)
            await world.command(deployment, CommandKind.ABORT)
        return await answered(deployment_id, after)

    world.ledger.commands = commands  # type: ignore[method-assign]  # the API's call, at this very moment
