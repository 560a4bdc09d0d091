"""A toy cloud with one kind of deployment, to see the tick itself: three counted calls, each with marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.messaging import MemoryPublisher, MemoryWaker
from gitmoxi.domain.deployments import Deployment, Intent, ObjectChange, Origin, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import EcsTarget, TargetKind
from gitmoxi.ports.ledger import CreateDeployment, PutTarget
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import changed, fail_refused
from gitmoxi.workflow.courier import Courier, no_edge
from gitmoxi.workflow.lease_keeper import LeaseKeeper, LeaseTimes
from gitmoxi.workflow.mover import Mover
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi.workflow.ticker import Ticker

TARGET = EcsTarget(account="000000000000", region="eu-west-1", cluster="prod", service_name="web")
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALLS = ("first", "second", "third")


class KilledError(BaseException):
    """The process died; a BaseException, so that nothing of ours can handle it."""


@dataclass
class Cloud:
    """What was called, by action id, and what the next calls raise."""

    made: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    reply_lost: set[str] = field(default_factory=set)

    def call(self, name: str, action_id: str) -> None:
        if self.faults.get(name):
            raise self.faults[name].pop(0)
        self.made.append((name, action_id))


class ToyConductor:
    """Makes the three calls one after the other, waiting ``pause`` after the second."""

    def __init__(self, cloud: Cloud, pause: timedelta = timedelta(0)) -> None:
        self.cloud = cloud
        self.pause = pause
        self.observed = 0

    async def observe(self, deployment: Deployment, record: TargetRecord) -> int:
        self.observed += 1
        return len(self.cloud.made)

    def decide(
        self, deployment: Deployment, record: TargetRecord, observation: int, now: datetime
    ) -> Decision:
        progress = deployment.progress
        failed = next((i.error for i in deployment.intents if i.error), None)
        if failed is not None:
            return fail_refused(deployment, failed)
        number = int(progress.phase) if progress.phase != "start" else 0
        if number == 2 and progress.since is not None and now - progress.since < self.pause:
            return Decision(
                step="wait",
                because="The pause is not over.",
                to=State.RUNNING,
                progress=progress,
                look_again=self.pause,
                quiet=True,
            )
        if number == len(CALLS):
            return Decision(
                step="finish",
                because="All calls are made.",
                to=State.SUCCEEDED,
                progress=progress,
                last_good={},
            )
        after = changed(replace(progress, phase=str(number + 1), since=now))
        return Decision(
            step=CALLS[number],
            because=f"{number} calls are made.",
            to=State.RUNNING,
            progress=after,
            actions=(Action(call=CALLS[number]),),
        )

    async def before(self, deployment: Deployment) -> bytes:
        return b"before"

    async def act(self, deployment: Deployment, intent: Intent) -> dict[str, str]:
        self.cloud.call(intent.call, intent.action_id)
        if intent.call in self.cloud.reply_lost:
            self.cloud.reply_lost.discard(intent.call)
            raise self.cloud.faults.pop(f"{intent.call} reply")[0]
        return {}

    async def find_effect(self, deployment: Deployment, intent: Intent) -> dict[str, str] | None:
        return {} if (intent.call, intent.action_id) in self.cloud.made else None


@dataclass
class Stage:
    """Everything that outlives a process, and processes to run on it."""

    clock: FakeClock = field(default_factory=FakeClock)
    ids: SequentialIds = field(default_factory=SequentialIds)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    bodies: MemoryBodyStore = field(default_factory=MemoryBodyStore)
    publisher: MemoryPublisher = field(default_factory=MemoryPublisher)
    waker: MemoryWaker = field(default_factory=MemoryWaker)
    cloud: Cloud = field(default_factory=Cloud)
    pause: timedelta = timedelta(0)

    def worker(
        self,
        name: str = "one",
        *,
        worker: Worker = Worker.ECS_DEPLOYER,
        edge: Callable[[str], None] = no_edge,
    ) -> Ticker[int]:
        """A worker process, with a memory of its own."""
        courier = Courier(ledger=self.ledger, publisher=self.publisher, edge=edge)
        store = MemoryLeaseStore(self.ledger, self.clock)
        keeper = LeaseKeeper(store=store, clock=self.clock, ids=self.ids, times=LeaseTimes(), owner=name)
        conductor = ToyConductor(self.cloud, self.pause)
        mover = Mover(
            worker=worker,
            ledger=self.ledger,
            bodies=self.bodies,
            courier=courier,
            ids=self.ids,
            conductor_of=lambda _: conductor,
            edge=edge,
        )
        return Ticker(
            worker=worker, ledger=self.ledger, leases=keeper, waker=self.waker, clock=self.clock, mover=mover
        )

    def sweeper(self, worker: Worker = Worker.ECS_DEPLOYER) -> Sweeper:
        courier = Courier(ledger=self.ledger, publisher=self.publisher)
        return Sweeper(worker=worker, ledger=self.ledger, waker=self.waker, courier=courier)

    async def place(self, name: str, *, seq: int = 1, active: str | None = None) -> Deployment:
        """A planned deployment in the target's line."""
        deployment = waiting_deployment(name, seq)
        record = await self.ledger.target(TARGET)
        placed = replace(record, revision=record.revision + 1, waiting_id=name, last_seq=seq)
        if active is not None:
            placed = replace(placed, active_id=active)
        await self.ledger.transact(
            [
                CreateDeployment(deployment=deployment),
                PutTarget(record=placed, expected_revision=record.revision),
            ]
        )
        return deployment

    async def head(self, name: str) -> Deployment:
        deployment = await self.ledger.deployment(name)
        assert deployment is not None
        return deployment


def waiting_deployment(name: str, seq: int) -> Deployment:
    return Deployment(
        id=name,
        version=1,
        state=State.WAITING,
        owner=Worker.ECS_DEPLOYER,
        kind=TargetKind.ECS,
        change=ObjectChange.ADDED,
        origin=Origin(
            repository_id="r-1",
            repository_url="https://git.example/web",
            branch="main",
            commit_sha="a" * 40,
            seq=seq,
            prefix="prod/web",
        ),
        created_at=START,
        updated_at=START,
        because="Planned.",
        target=TARGET,
        verb=Verb.UPDATE,
        progress=Progress(),
        next_at=START,
    )
