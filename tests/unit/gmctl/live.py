"""A real API on a loopback port, over stores in memory, in which a push plays a story."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from fastapi import FastAPI

from gitmoxi.adapters.codec import encode
from gitmoxi.contracts.messages import DeploymentRequested, DryRunRequested, Push
from gitmoxi.domain.deployments import Deployment, Step
from gitmoxi.domain.dryruns import DryRunReport, DryRunState
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.records import PushOutcome, PushRecord
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import CreateDeployment, OutboxEvent, PutDryRun
from gitmoxi_api.server import ApiServer, address_of, listen
from tests.unit.api.stage import SHA, T0, FaultyLedger, FaultyPublisher, Stage, a_deployment

Story = Callable[["World", Push], Awaitable[None]]
Move = Callable[[], Awaitable[None]]


class PlayingLedger(FaultyLedger):
    """Before each look at several deployments, or at a push, the next move is made.

    So every look of a client finds the world one step further, whatever the machine is busy with. What is in
    ``between`` happens after a deployment's head was read, and before its steps are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[Move] = []
        self.between: list[Move] = []

    async def steps(self, deployment_id: str) -> list[Step]:
        if self.between:
            await self.between.pop(0)()
        return await super().steps(deployment_id)

    async def deployments(self, deployment_ids: Sequence[str]) -> list[Deployment]:
        await self._play()
        return await super().deployments(deployment_ids)

    async def push(self, delivery_id: str) -> PushRecord | None:
        await self._play()
        return await super().push(delivery_id)

    async def _play(self) -> None:
        if self.moves:
            await self.moves.pop(0)()


class PlayingPublisher(FaultyPublisher):
    """Gives every push to the story, and every dry run to those who answer it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Callable[[str], Awaitable[None]] | None = None
        self.told: Callable[[Push], Awaitable[None]] | None = None
        self.requested: Callable[[DeploymentRequested], Awaitable[None]] | None = None

    async def publish(self, events: Sequence[OutboxEvent]) -> None:
        await super().publish(events)
        for event in events:
            if event.detail_type == Push.DETAIL_TYPE and self.told is not None:
                await self.told(Push.model_validate_json(event.detail))
            if event.detail_type == DeploymentRequested.DETAIL_TYPE and self.requested is not None:
                await self.requested(DeploymentRequested.model_validate_json(event.detail))
            if event.detail_type == DryRunRequested.DETAIL_TYPE and self.asked is not None:
                await self.asked(DryRunRequested.model_validate_json(event.detail).dryrun_id)


@dataclass
class World(Stage):
    """What the API stands on, and the moves that the world makes by itself."""

    ledger: PlayingLedger = field(default_factory=PlayingLedger)
    publisher: PlayingPublisher = field(default_factory=PlayingPublisher)

    def tell(self, story: Story) -> None:
        """From now on every push is answered by ``story``."""
        self.publisher.told = lambda push: story(self, push)

    def make(self, *states: tuple[State, str]) -> None:
        """From now on every request is planned, and its deployment goes through these states."""

        async def made(asked: DeploymentRequested) -> None:
            assert asked.deployment_id is not None
            restored = await self.ledger.deployment(asked.deployment_id)
            assert restored is not None
            head = replace(
                a_deployment(asked.new_deployment_id, state=State.RECEIVED, target=restored.target),
                restores=restored.id,
                requested_by=asked.by,
            )
            await self.ledger.transact([CreateDeployment(deployment=head)])
            await self.plan(head)
            for state, because in states:
                head = await self.move(head, state, because)

        self.publisher.requested = made

    def report(self, report: DryRunReport | str) -> None:
        """From now on every dry run is planned so, or fails for the reason that is given."""

        async def answer(dry_run_id: str) -> None:
            asked = await self.ledger.dry_run(dry_run_id)
            assert asked is not None
            if isinstance(report, str):
                done = replace(asked, state=DryRunState.FAILED, because=report)
            else:
                body = await self.bodies.put(encode(report).encode())
                done = replace(asked, state=DryRunState.PLANNED, sha=SHA, message="Add a job", report=body)
            await self.ledger.transact([PutDryRun(dry_run=done, expected_state=DryRunState.RECEIVED)])

        self.publisher.asked = answer

    async def answer(self, push: Push, outcome: PushOutcome, because: str) -> None:
        """What the ingestor says when nothing comes of a push."""
        assert push.delivery_id is not None
        record = PushRecord(
            delivery_id=push.delivery_id,
            repository=push.repository,
            branch=push.branch,
            at=T0,
            outcome=outcome,
            because=because,
        )
        await self.ledger.put_push(record)


def deploying(*explanations: Explanation, **ends: State) -> Story:
    """A push that leads to a deployment for each name, which runs and then ends so; None goes on for ever.

    What ends tells the ``explanations``.
    """

    async def story(world: World, push: Push) -> None:
        heads = {
            name: a_deployment(f"d-{name}", state=State.RECEIVED, prefix=f"prod/{name}", target=None)
            for name in ends
        }
        await world.ingest(*heads.values(), delivery_id=str(push.delivery_id))

        async def run() -> None:
            for name, head in heads.items():
                await world.plan(head)
                heads[name] = await world.move(head, State.RUNNING, f"{name}: one of two tasks runs.")

        async def end() -> None:
            for name, state in ends.items():
                if state.terminal or state is State.HELD:
                    await world.move(heads[name], state, f"{name} ended as {state}.", *explanations)

        async def nothing() -> None:
            """The first look is for the push itself."""

        world.ledger.moves += [nothing, run, end]

    return story


class LiveApi:
    """Serves an application from a thread of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._listener = listen("127.0.0.1", 0)
        self.address = address_of(self._listener)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="live API")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20), "the API does not start"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._listener.close()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await ApiServer(self._app, self._listener, self._ready.set).run(self._stop)
