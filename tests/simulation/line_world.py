"""From pushes to ends: the real ingestor, planner and movers on simple targets and a fake clock."""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.contracts.messages import (
    CommandGiven,
    CommitIngested,
    DeploymentPlanned,
    RollbackRequested,
    SlotFreed,
    Tick,
)
from gitmoxi.domain.deployments import Command, CommandKind, Deployment
from gitmoxi.domain.states import Worker
from gitmoxi.errors import RetryableError
from gitmoxi.ports.ledger import OutboxEvent, PutCommand
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.lease_keeper import LeaseKeeper, LeaseTimes
from gitmoxi.workflow.mover import Mover
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi.workflow.ticker import Ticker
from gitmoxi_planner.verdicts import Judge
from tests.simulation.simple_targets import SimpleConductor, SimpleLooker, SimpleTargets
from tests.unit.ingestor.stage import BRANCH, a_push
from tests.unit.planner.stage import PlannerStage

MOVERS = (Worker.ECS_DEPLOYER, Worker.ROLLBACK)
SWEEP_EVERY, RETRY_AFTER = 60.0, 5.0
WAKES = {kind.DETAIL_TYPE for kind in (DeploymentPlanned, SlotFreed, RollbackRequested)}


@dataclass(order=True)
class Letter:
    """A message that ``worker`` gets at ``at``; None is the sweeper's schedule."""

    at: float
    number: int
    worker: Worker = field(compare=False)
    body: Tick | CommitIngested | None = field(compare=False)


@dataclass
class LineWorld(PlannerStage):
    """A repository, its pushes, and every worker behind them.

    Attributes:
        disorder: duplicates messages, and delays them by up to 20 s.
        stopped: messages stay in the queues while it is set: all services are down.
        delivered: every message that a worker got.
        movers: the workers behind the planner.
    """

    disorder: Random | None = None
    stopped: bool = False
    delivered: list[Letter] = field(default_factory=list)
    targets: SimpleTargets = field(default_factory=SimpleTargets)
    movers: tuple[Worker, ...] = MOVERS

    def __post_init__(self) -> None:
        super().__post_init__()
        self._queue: list[Letter] = []
        self._number = 0
        self._planner = self.planner()
        self._tickers = {worker: self._ticker(worker) for worker in self.movers}
        for worker in (*self.movers, Worker.PLANNER):
            self._send(worker, None, SWEEP_EVERY)

    def courier(self, edge: Any = None) -> Courier:
        return Courier(ledger=self.ledger, publisher=self)

    def judge(self) -> Judge:
        return Judge(ledger=self.ledger, bodies=self.bodies, looker=SimpleLooker(targets=self.targets))

    def _ticker(self, worker: Worker) -> Ticker[Any]:
        keeper = LeaseKeeper(
            store=MemoryLeaseStore(self.ledger, self.clock),
            clock=self.clock,
            ids=self.ids,
            times=LeaseTimes(),
            owner=worker,
        )
        conductor = SimpleConductor(
            targets=self.targets, bodies=self.bodies, ledger=self.ledger, worker=worker
        )
        mover: Mover[Any] = Mover(
            worker=worker,
            ledger=self.ledger,
            bodies=self.bodies,
            courier=self.courier(),
            ids=self.ids,
            conductor_of=lambda _: conductor,
        )
        return Ticker(
            worker=worker, ledger=self.ledger, leases=keeper, waker=self, clock=self.clock, mover=mover
        )

    # -- What people do ------------------------------------------------------------------------------

    async def pushed(self, changes: dict[str, Any], *, branch: str = BRANCH) -> int:
        """Commit and push; the commit's number, or 0 where nothing was new."""
        self.commit(changes, branch=branch)
        return await self.push_again(branch=branch)

    async def push_again(self, **said: Any) -> int:
        """The webhook alone."""
        result = await self.ingestor().push(a_push(**said))
        return result.commit.seq if result.commit is not None else 0

    async def command(self, head: Deployment, kind: CommandKind) -> None:
        """As the API does it: append, and tell the owner."""
        command = Command(id=self.ids.ulid(), deployment_id=head.id, kind=kind, by="ann", at=self.clock.now())
        await self.ledger.transact([PutCommand(command=command)])
        self._send(head.owner, Tick(deployment_id=head.id, version=None, worker=head.owner), 0.0)

    # -- Messages and time ---------------------------------------------------------------------------

    async def publish(self, events: Sequence[OutboxEvent]) -> None:
        for event in events:
            detail = json.loads(event.detail)
            if event.detail_type == CommitIngested.DETAIL_TYPE:
                self._send(Worker.PLANNER, CommitIngested(**detail), 0.0)
            elif event.detail_type == CommandGiven.DETAIL_TYPE:
                tick = Tick(deployment_id=detail["deployment_id"], version=None, worker=detail["worker"])
                self._send(tick.worker, tick, 0.0)
            elif event.detail_type in WAKES:
                tick = Tick(**{name: detail[name] for name in ("deployment_id", "version", "worker")})
                self._send(tick.worker, tick, 0.0)

    async def redrive(self) -> None:
        """Send every message once more that was ever delivered."""
        for letter in list(self.delivered):
            self._send(letter.worker, letter.body, 0.0)

    async def wake(self, tick: Tick, *, delay_seconds: float) -> None:
        self._send(tick.worker, tick, min(delay_seconds, 900.0))

    def _send(self, worker: Worker, body: Tick | CommitIngested | None, delay: float) -> None:
        delays = [delay]
        if self.disorder is not None and body is not None:
            delays = [delay + self.disorder.uniform(0, 20) for _ in range(self.disorder.choice([1, 1, 2]))]
        for seconds in delays:
            self._number += 1
            at = self.clock.monotonic() + seconds
            heapq.heappush(self._queue, Letter(at=at, number=self._number, worker=worker, body=body))

    async def pass_time(self, seconds: float) -> None:
        """Let everything happen that happens within ``seconds``."""
        end = self.clock.monotonic() + seconds
        while not self.stopped and self._queue[0].at <= end:
            await self._step()
        self.clock.advance(max(0.0, end - self.clock.monotonic()))

    async def settled(self, *, within: timedelta = timedelta(hours=6)) -> list[Deployment]:
        """Let time go on until nothing is left to do; all deployments, by number and prefix."""
        deadline = self.clock.monotonic() + within.total_seconds()
        while open_ones := [head for head in await self.deployments() if not head.state.terminal]:
            assert self.clock.monotonic() < deadline, [
                (head.id, head.state, head.because) for head in open_ones
            ]
            await self.pass_time(SWEEP_EVERY)
        return await self.deployments()

    async def _step(self) -> None:
        letter = heapq.heappop(self._queue)
        self.clock.advance(max(0.0, letter.at - self.clock.monotonic()))
        if letter.body is None:
            sweeper = Sweeper(worker=letter.worker, ledger=self.ledger, waker=self, courier=self.courier())
            await sweeper.sweep(self.clock.now())
            self._send(letter.worker, None, SWEEP_EVERY)
            return
        self.delivered.append(letter)
        if letter.worker is Worker.PLANNER:
            await self._plan(letter.body)
        else:
            assert isinstance(letter.body, Tick)
            await self._tickers[letter.worker].tick(letter.body.deployment_id, letter.body.version)

    async def _plan(self, body: Tick | CommitIngested) -> None:
        """As the planner's handlers do it: what cannot be planned now is sent again."""
        try:
            if isinstance(body, Tick):
                await self._planner.deployment(body.deployment_id)
            else:
                await self._planner.commit(body.repository_id, body.branch, body.seq)
        except RetryableError:
            self._send(Worker.PLANNER, body, RETRY_AFTER)


def service(prefix: str, name: str, image: str, **settings: str) -> dict[str, Any]:
    """The files of a simple service."""
    document = {"serviceName": name, "cluster": "prod", "desiredCount": 1, "taskDefinition": image}
    return {f"{prefix}_svcdef.json": document, f"{prefix}_depdef.json": settings}
