"""A repository, an ingestor and planners to run on one ledger, and a deployer that ends deployments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gitmoxi.adapters.memory.alarms import MemoryAlarms
from gitmoxi.adapters.memory.autoscaling import MemoryAutoscaling
from gitmoxi.adapters.memory.evidence import MemoryLogs, MemoryTargetHealth
from gitmoxi.adapters.memory.renderer import InProcessRenderer
from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import Deployment, PlanRecord
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.rendered import RenderedObject, RenderRequest
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget, LambdaTarget
from gitmoxi.ports.leases import LeaseRow
from gitmoxi.strategies.decision import Decision
from gitmoxi.workflow.commits import Scene, commit_decision, commit_start
from gitmoxi.workflow.courier import no_edge
from gitmoxi.workflow.ecs_evidence import EcsEvidence
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi_planner.drift_looks import DriftLooker
from gitmoxi_planner.drifting import DriftRounds
from gitmoxi_planner.looking import Looker
from gitmoxi_planner.plan import CommitPlanned, Planner
from gitmoxi_planner.reading import CommitReader
from gitmoxi_planner.verdicts import Judge
from gitmoxi_planner.wanting import Home
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, Stage
from tests.unit.planner.live import ACCOUNT, OWNER, REGION, LiveEcs, LiveFunctions

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
Doc = dict[str, Any]


@dataclass
class FaultyRenderer(InProcessRenderer):
    """Renders in this process, unless told to fail; counts what it renders."""

    faults: list[Exception] = field(default_factory=list)
    rendered: list[str] = field(default_factory=list)

    async def render(self, request: RenderRequest) -> RenderedObject:
        if self.faults:
            raise self.faults.pop(0)
        self.rendered.append(request.prefix)
        return await super().render(request)


@dataclass
class PlannerStage(Stage):
    """The ingestor's stage with planners on it, and AWS to read."""

    renderer: FaultyRenderer = field(default_factory=FaultyRenderer)
    functions: LiveFunctions = field(default_factory=LiveFunctions)
    delete_limits: DeleteLimits = field(default_factory=DeleteLimits)
    ecs: LiveEcs = field(init=False)
    autoscaling: MemoryAutoscaling = field(default_factory=MemoryAutoscaling)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ecs = LiveEcs(clock=self.clock)

    def planner(self, *, edge: Callable[[str], None] = no_edge) -> Planner:
        """A planner process, with a memory of its own."""
        return Planner(
            ledger=self.ledger,
            reader=self.reader(),
            judge=self.judge(),
            courier=self.courier(edge),
            clock=self.clock,
            ids=self.ids,
            edge=edge,
        )

    def reader(self) -> CommitReader:
        home = Home(account=ACCOUNT, region=REGION)
        return CommitReader(
            ledger=self.ledger,
            bodies=self.bodies,
            renderer=self.renderer,
            home=home,
            delete_limits=self.delete_limits,
        )

    def judge(self) -> Judge:
        looker = Looker(
            ecs=self._ecs_reader(), functions=self._function_reader(), wanted=WantedReader(self.bodies)
        )
        return Judge(ledger=self.ledger, bodies=self.bodies, looker=looker)

    def drift_rounds(self) -> DriftRounds:
        """A planner's looks for drift."""
        return DriftRounds(
            ledger=self.ledger,
            looker=DriftLooker(ecs=self._ecs_reader(), functions=self._function_reader()),
            courier=self.courier(),
            clock=self.clock,
            ids=self.ids,
            period=timedelta(minutes=15),
        )

    def _ecs_reader(self) -> EcsReader:
        return EcsReader(
            ecs=self.ecs,
            bodies=self.bodies,
            evidence=EcsEvidence(ecs=self.ecs, logs=MemoryLogs(), health=MemoryTargetHealth()),
            alarms=MemoryAlarms(),
            autoscaling=self.autoscaling,
            owner=OWNER,
        )

    def _function_reader(self) -> LambdaReader:
        return LambdaReader(functions=self.functions, bodies=self.bodies, owner=OWNER)

    async def ingest(self, changes: Doc) -> int:
        """Commit, push and ingest; the commit's number."""
        self.commit(changes)
        result = await self.push()
        assert result.commit is not None
        return result.commit.seq

    async def plan(self, seq: int) -> CommitPlanned:
        return await self.planner().commit(REPOSITORY, BRANCH, seq)

    async def deploy(self, changes: Doc) -> dict[str, Deployment]:
        """Commit, ingest and plan; the commit's deployments by prefix."""
        seq = await self.ingest(changes)
        await self.plan(seq)
        return await self.of(seq)

    async def of(self, seq: int) -> dict[str, Deployment]:
        """The deployments of commit ``seq`` by prefix; a deletion beside an addition by prefix and change."""
        found: dict[str, Deployment] = {}
        for head in await self.deployments():
            if head.origin.seq == seq:
                prefix = head.origin.prefix
                found[prefix if prefix not in found else f"{prefix} {head.change}"] = head
        return found

    async def plan_of(self, head: Deployment) -> PlanRecord:
        plan = await self.ledger.plan(head.id)
        assert plan is not None
        return plan

    async def start(self, head: Deployment) -> Deployment:
        """As the deployer does it: the deployment takes its target's slot."""
        scene = await self._scene(head)
        commitment = commit_start(scene, None, self.ids)
        await self.ledger.transact(commitment.writes)
        return commitment.deployment

    async def finish(self, head: Deployment, *, to: State = State.SUCCEEDED) -> None:
        """As the deployer does it: the deployment runs to its end."""
        if head.state is State.WAITING:
            head = await self.start(head)
        scene = await self._scene(head)
        good = {"task_definition": "arn"} if to is State.SUCCEEDED else None
        decision = Decision(step="end", because="It ended.", to=to, progress=head.progress, last_good=good)
        await self.ledger.transact(commit_decision(scene, decision, self.ids).writes)

    async def _scene(self, head: Deployment) -> Scene:
        assert head.target is not None
        self.ledger.leases[head.target.id] = LeaseRow(owner="deployer", epoch=1, nonce="n")
        record = await self.ledger.target(head.target)
        waiting = await self.ledger.deployment(record.waiting_id) if record.waiting_id else None
        return Scene(
            deployment=head,
            record=record,
            epoch=1,
            now=self.clock.now(),
            worker=head.owner,
            waiting=waiting,
        )

    async def record(self, name: str) -> TargetRecord:
        return await self.ledger.target(ecs_target(name))

    async def owned(self) -> dict[str, str]:
        """The names of the targets that prefixes own."""
        return {o.prefix: o.target.name for o in await self.ledger.ownerships(REPOSITORY, BRANCH)}


def ecs_target(name: str) -> EcsTarget:
    return EcsTarget(account=ACCOUNT, region=REGION, cluster="prod", service_name=name)


def function_target(name: str) -> LambdaTarget:
    return LambdaTarget(account=ACCOUNT, region=REGION, function_name=name)


def a_service_document(name: str, **changes: Any) -> Doc:
    return {
        "serviceName": name,
        "cluster": "prod",
        "desiredCount": 1,
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
    } | changes


def a_task_definition(name: str, image: str = "web:1", **container: Any) -> Doc:
    return {
        "family": name,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "web", "image": image} | container],
    }


def ecs_files(prefix: str, name: str, image: str = "web:1") -> Doc:
    """The files of an ECS service object."""
    return {
        f"{prefix}_svcdef.json": a_service_document(name),
        f"{prefix}_taskdef.json": a_task_definition(name, image),
    }


def lambda_files(prefix: str, name: str, **settings: Any) -> Doc:
    """The files of a Lambda function object."""
    return {
        f"{prefix}_lambdadef.json": {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
            "Code": {"S3Bucket": "code", "S3Key": f"{name}.zip"},
        },
        f"{prefix}_lambdadepdef.json": {"alias": "live"} | settings,
    }


def gone(files: Doc) -> Doc:
    """The deletion of these files."""
    return dict.fromkeys(files)
