"""A whole installation in one process: real workers on memory stores and modelled AWS, on a fake clock."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from gitmoxi.adapters.aws.alarms import AwsAlarms
from gitmoxi.adapters.aws.autoscaling import AwsAutoscaling
from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.evidence import MemoryLogs, MemoryTargetHealth
from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.contracts.messages import CommandGiven, DeploymentPlanned, RollbackRequested, SlotFreed, Tick
from gitmoxi.domain.deployments import (
    Command,
    CommandKind,
    Deployment,
)
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import Target, TargetKind
from gitmoxi.errors import RetryableError
from gitmoxi.ports.ledger import OutboxEvent, PutCommand
from gitmoxi.runtime.aws_events import ALARM_EVENT, alarm_of, ecs_target_of
from gitmoxi.strategies.ecs_events import EcsEvent
from gitmoxi.workflow.conductor import Conductor
from gitmoxi.workflow.courier import Courier, Edge
from gitmoxi.workflow.ecs_conductors import EcsConductor, EcsRollbackConductor
from gitmoxi.workflow.ecs_evidence import EcsEvidence
from gitmoxi.workflow.ecs_hands import EcsHands
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_conductors import LambdaConductor, LambdaRollbackConductor
from gitmoxi.workflow.lambda_hands import LambdaHands
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi.workflow.lease_keeper import LeaseKeeper, LeaseTimes
from gitmoxi.workflow.mover import Mover
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi.workflow.ticker import Ticker
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi_local.aws_model.base import AwsEvent
from gitmoxi_planner.looking import Looker
from tests.simulation.cloud import Cloud
from tests.simulation.planning_desk import PlanningDesk

Doc = dict[str, Any]
Store = TypeVar("Store")

OWNER = "gitmoxi-test"
MOVERS = (Worker.ECS_DEPLOYER, Worker.LAMBDA_DEPLOYER, Worker.ROLLBACK)

VISIBLE_AGAIN = 30.0
"""Seconds until the queue gives a message again that nobody deleted."""

SWEEP_EVERY = 60.0


class KilledError(BaseException):
    """The process died; a BaseException, so that nothing of ours can handle it."""


@dataclass(order=True)
class Message:
    """Something that a worker gets at ``at``; ``body`` None is the sweeper's schedule."""

    at: float
    number: int
    worker: Worker = field(compare=False)
    body: Tick | AwsEvent | None = field(compare=False)


class MortalLeases(MemoryLeaseStore):
    """The leases as one process sees them: a dead one releases nothing."""

    dead = False

    async def release(self, target: Target, *, nonce: str) -> None:
        if not self.dead:
            await super().release(target, nonce=nonce)


@dataclass(eq=False)
class Process:
    """One worker process: what dies with it."""

    ticker: Ticker[Any]


class World(Cloud):
    """Everything that outlives a process, and the processes that run on it.

    Attributes:
        edges: the I/O edges that were passed, in order.
        kill_at: the number of the edge (from 1) at which the process dies, once; then ``killed`` is set.
        redelivers: whether the message in a dying process's hand comes again, or only the sweeper helps.
        rivals: processes of each worker; each gets every message, all at once.
        disorder: duplicates messages and delays them by up to 20 s, so that they overtake each other.
        collect_seconds: how long reads of AWS wait for company; 0 is one turn of the loop.
        events: whether AWS's events reach the workers; without them there is polling only.
    """

    def __init__(
        self,
        *,
        kill_at: int | None = None,
        redelivers: bool = True,
        rivals: int = 1,
        disorder: Random | None = None,
        clock: FakeClock | None = None,
        collect_seconds: float = 0,
        events: bool = True,
    ) -> None:
        self.events = events
        self.clock = clock or FakeClock()
        self.ids = SequentialIds()
        self.ledger = MemoryLedger()
        self.bodies = MemoryBodyStore()
        self.logs = MemoryLogs()
        self.target_health = MemoryTargetHealth()
        self.kill_at = kill_at
        self.redelivers = redelivers
        self.disorder = disorder
        self.killed = False
        self.edges: list[str] = []
        self.facts: list[OutboxEvent] = []
        self._queue: list[Message] = []
        self._number = 0
        super().__init__(self.clock, self._on_aws_event)
        self.alarms.watchers.append(self._on_alarm)
        limits = RateLimits(self.clock)
        ecs = AwsEcs(self.aws, limits, collect_seconds=collect_seconds)
        functions = AwsLambda(self.aws, limits)
        evidence = EcsEvidence(ecs=ecs, logs=self.logs, health=self.target_health)
        self._ecs_reader = EcsReader(
            ecs=ecs,
            bodies=self.bodies,
            evidence=evidence,
            alarms=AwsAlarms(self.aws, limits),
            autoscaling=AwsAutoscaling(self.aws, limits, collect_seconds=collect_seconds),
            owner=OWNER,
        )
        self._lambda_reader = LambdaReader(functions=functions, bodies=self.bodies, owner=OWNER)
        self._ecs_hands = EcsHands(ecs=ecs, owner=OWNER)
        self._lambda_hands = LambdaHands(functions=functions, owner=OWNER)
        courier = Courier(ledger=self.ledger, publisher=self)
        looker = Looker(ecs=self._ecs_reader, functions=self._lambda_reader, wanted=WantedReader(self.bodies))
        desk = PlanningDesk(
            ledger=self.ledger,
            bodies=self.bodies,
            looker=looker,
            courier=courier,
            clock=self.clock,
            ids=self.ids,
        )
        self.push, self.delete = desk.push, desk.delete
        self._processes = {worker: [self.process(worker) for _ in range(rivals)] for worker in MOVERS}
        for worker in MOVERS:
            self._send(worker, None, SWEEP_EVERY)

    def _on_aws_event(self, event: AwsEvent) -> None:
        for worker in (Worker.ECS_DEPLOYER, Worker.ROLLBACK) if self.events else ():
            self._send(worker, event, 0.0)

    def _on_alarm(self, account: str, region: str, name: str) -> None:
        self._on_aws_event(
            AwsEvent(
                source="aws.cloudwatch",
                detail_type=ALARM_EVENT,
                detail={"alarmName": name, "state": {"value": "ALARM"}},
                resources=[f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"],
                time=self.clock.now(),
                account=account,
                region=region,
            )
        )

    # -- Our own processes ---------------------------------------------------------------------------

    def process(self, worker: Worker) -> Process:
        """A fresh process with a memory of its own."""
        store, ledger = MortalLeases(self.ledger, self.clock), self.reached(self.ledger)
        self._number += 1
        keeper = LeaseKeeper(
            store=self.reached(store),
            clock=self.clock,
            ids=self.ids,
            times=LeaseTimes(),
            owner=f"{worker}-{self._number}",
        )
        conductors, edge = self._conductors(worker, ledger), self._edge(store)
        mover: Mover[Any] = Mover(
            worker=worker,
            ledger=ledger,
            bodies=self.bodies,
            courier=Courier(ledger=ledger, publisher=self, edge=edge),
            ids=self.ids,
            conductor_of=lambda deployment: conductors[deployment.kind],
            edge=edge,
        )
        ticker = Ticker(
            worker=worker, ledger=ledger, leases=keeper, waker=self, clock=self.clock, mover=mover
        )
        return Process(ticker=ticker)

    def reached(self, store: Store) -> Store:
        """A store of the database as our processes reach it; worlds with worse databases override this."""
        return store

    def _conductors(self, worker: Worker, ledger: MemoryLedger) -> dict[TargetKind, Conductor[Any]]:
        back = worker is Worker.ROLLBACK
        ecs, functions = (
            (EcsRollbackConductor, LambdaRollbackConductor) if back else (EcsConductor, LambdaConductor)
        )
        return {
            TargetKind.ECS: ecs(reader=self._ecs_reader, hands=self._ecs_hands, ledger=ledger),
            TargetKind.LAMBDA: functions(reader=self._lambda_reader, hands=self._lambda_hands, ledger=ledger),
        }

    def _edge(self, leases: MortalLeases) -> Edge:
        def edge(name: str) -> None:
            self.edges.append(name)
            if len(self.edges) == self.kill_at:
                self.killed = leases.dead = True
                raise KilledError

        return edge

    async def wake(self, tick: Tick, *, delay_seconds: float) -> None:
        """SQS ``SendMessage`` to the worker's own queue."""
        self._send(tick.worker, tick, min(delay_seconds, 900.0))

    async def publish(self, events: Sequence[OutboxEvent]) -> None:
        """EventBridge: what is for a worker goes to its queue."""
        for event in events:
            self.facts.append(event)
            if event.detail_type in {
                DeploymentPlanned.DETAIL_TYPE,
                SlotFreed.DETAIL_TYPE,
                RollbackRequested.DETAIL_TYPE,
            }:
                detail = json.loads(event.detail)
                tick = Tick(
                    deployment_id=detail["deployment_id"], version=detail["version"], worker=detail["worker"]
                )
                self._send(tick.worker, tick, 0.0)
            elif event.detail_type == CommandGiven.DETAIL_TYPE:
                given = CommandGiven.model_validate_json(event.detail)
                tick = Tick(deployment_id=given.deployment_id, version=None, worker=given.worker)
                self._send(tick.worker, tick, 0.0)

    def _send(self, worker: Worker, body: Tick | AwsEvent | None, delay: float) -> None:
        delays = [delay]
        if self.disorder is not None and body is not None:
            delays = [delay + self.disorder.uniform(0, 20) for _ in range(self.disorder.randint(1, 3))]
        for seconds in delays:
            self._number += 1
            at = self.clock.monotonic() + seconds
            heapq.heappush(self._queue, Message(at=at, number=self._number, worker=worker, body=body))

    async def command(self, deployment_id: str, kind: CommandKind) -> None:
        """What the API does: append the command and wake the owner."""
        head = await self.head(deployment_id)
        command = Command(
            id=self.ids.ulid(), deployment_id=deployment_id, kind=kind, by="ann", at=self.clock.now()
        )
        await self.ledger.transact([PutCommand(command=command)])
        await self.wake(Tick(deployment_id=head.id, version=None, worker=head.owner), delay_seconds=0)

    # -- Time ------------------------------------------------------------------------------------------

    async def head(self, deployment_id: str) -> Deployment:
        deployment = await self.ledger.deployment(deployment_id)
        assert deployment is not None
        return deployment

    async def run(self, deployment_id: str, *, within: timedelta = timedelta(hours=1)) -> Deployment:
        """Let time go on until the deployment has ended."""
        deadline = self.clock.monotonic() + within.total_seconds()
        while not (head := await self.head(deployment_id)).state.terminal:
            assert self.clock.monotonic() < deadline, f"{head.state} {head.progress}: {head.because}"
            await self.step()
        return head

    async def run_until(self, deployment_id: str, phase: str) -> Deployment:
        """Let time go on until the deployment is in ``phase``."""
        while (head := await self.head(deployment_id)).progress.phase != phase:
            assert not head.state.terminal, f"{head.state}: {head.because}"
            await self.step()
        return head

    async def pass_time(self, seconds: float) -> None:
        """Let everything happen that happens within ``seconds``."""
        end = self.clock.monotonic() + seconds
        while self._next() <= end:
            await self.step()
        self.clock.advance(max(0.0, end - self.clock.monotonic()))
        self.model.advance()

    def _next(self) -> float:
        due = self.model.advance()
        in_model = (due - self.clock.now()).total_seconds() if due is not None else float("inf")
        return min(self._queue[0].at, self.clock.monotonic() + in_model)

    async def step(self) -> None:
        """The next thing that happens: in AWS, or a message that is delivered."""
        moment = self._next()
        self.clock.advance(max(0.0, moment - self.clock.monotonic()))
        if self._queue[0].at <= moment:
            await self._deliver(heapq.heappop(self._queue))
        else:
            self.model.advance()

    async def _deliver(self, message: Message) -> None:
        if message.body is None:
            await self._sweep(message.worker)
            return
        processes = self._processes[message.worker]
        await asyncio.gather(*(self._take(one, message.worker, message.body) for one in processes))

    async def _take(self, process: Process, worker: Worker, body: Tick | AwsEvent) -> None:
        try:
            await self._handle(process.ticker, body)
        except KilledError:
            self._replace(process, worker)
            if self.redelivers:
                self._send(worker, body, VISIBLE_AGAIN)
        except RetryableError:
            self._send(worker, body, VISIBLE_AGAIN)

    def _replace(self, process: Process, worker: Worker) -> None:
        """Another process takes over."""
        processes = self._processes[worker]
        processes[processes.index(process)] = self.process(worker)

    async def _handle(self, ticker: Ticker[Any], body: Tick | AwsEvent) -> None:
        if isinstance(body, Tick):
            await ticker.tick(body.deployment_id, body.version)
            return
        headers = {"account": body.account, "region": body.region, "resources": list(body.resources)}
        if body.detail_type == ALARM_EVENT:
            alarm = alarm_of(headers)
            assert alarm is not None
            for deployment_id in await self.ledger.watchers(alarm):
                await ticker.tick(deployment_id, None)
            return
        target = ecs_target_of(body.detail_type, body.detail, headers)
        record = await self.reached(self.ledger).target(target) if target is not None else None
        if record is not None and record.active_id is not None:
            event = EcsEvent(kind=body.detail_type, detail=body.detail)
            await ticker.tick(record.active_id, None, event=event)

    async def _sweep(self, worker: Worker) -> None:
        ledger = self.reached(self.ledger)
        courier = Courier(ledger=ledger, publisher=self)
        sweeper = Sweeper(worker=worker, ledger=ledger, waker=self, courier=courier)
        with suppress(RetryableError):  # the schedule asks again
            await sweeper.sweep(self.clock.now())
        self._send(worker, None, SWEEP_EVERY)
