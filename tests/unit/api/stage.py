"""An API over stores in memory, and small records to put into them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from fastapi import FastAPI

from gitmoxi.adapters.codec import encode
from gitmoxi.adapters.memory.aws_account import MemoryAwsAccount
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.dead_letters import MemoryDeadLetters
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.messaging import MemoryPublisher
from gitmoxi.adapters.memory.reachability import MemoryReachability
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.adapters.memory.service_logs import MemoryServiceLogs
from gitmoxi.domain.deployments import (
    Deployment,
    Intent,
    ObjectChange,
    Origin,
    PlannedCall,
    PlannedDifference,
    PlannedWarning,
    PlanRecord,
    Progress,
    Risk,
    Step,
    Verb,
)
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.records import (
    Commit,
    CommitStatus,
    Manifest,
    ManifestObject,
    PushOutcome,
    PushRecord,
    Repository,
)
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, TargetKind
from gitmoxi.ports.aws_account import Caller
from gitmoxi.ports.ledger import CreateDeployment, PutCommit, PutPlan, PutStep, UpdateDeployment, Write
from gitmoxi_api.app import create_app
from gitmoxi_api.operating import Operating
from gitmoxi_api.options import ApiOptions

URL = "https://git.example.com/team/shop"
REPOSITORY = repository_id(URL)
SHA = "4f1c0de9a7b35d2846e0f9b1c2d3e4f5a6b7c8d9"
CLOCK = FakeClock()
T0 = CLOCK.now()
ECS = EcsTarget(account="111122223333", region="eu-west-1", cluster="prod", service_name="web")
FUNCTION = LambdaTarget(account="111122223333", region="eu-west-1", function_name="resize")


class Meter:
    """Metrics that are only noted."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str]] = []

    def count(self, name: str, value: int = 1, *, outcome: str, **properties: str) -> None:
        self.noted.append((name, outcome))

    def duration(self, name: str, seconds: float, *, outcome: str, **properties: str) -> None:
        self.noted.append((name, outcome))


class FaultyLedger(MemoryLedger):
    """A ledger whose every read of a repository raises ``fault``, if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None

    async def repository(self, repository_id: str) -> Repository | None:
        if self.fault is not None:
            raise self.fault
        return await super().repository(repository_id)


class FaultyPublisher(MemoryPublisher):
    """A publisher that raises ``fault``, if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None

    async def publish(self, events: Any) -> None:
        if self.fault is not None:
            raise self.fault
        await super().publish(events)


@dataclass
class Stage:
    """The application with everything behind it."""

    ledger: FaultyLedger = field(default_factory=FaultyLedger)
    reachability: MemoryReachability = field(default_factory=MemoryReachability)
    bodies: MemoryBodyStore = field(default_factory=MemoryBodyStore)
    publisher: FaultyPublisher = field(default_factory=FaultyPublisher)
    clock: FakeClock = field(default_factory=FakeClock)
    ids: SequentialIds = field(default_factory=SequentialIds)
    meter: Meter = field(default_factory=Meter)
    logs: MemoryServiceLogs = field(default_factory=MemoryServiceLogs)
    secrets: MemorySecrets = field(default_factory=MemorySecrets)
    account: MemoryAwsAccount = field(
        default_factory=lambda: MemoryAwsAccount(
            Caller(account="111122223333", arn="arn:aws:sts::111122223333:assumed-role/api/i", server_time=T0)
        )
    )
    outputs: dict[str, str] = field(default_factory=lambda: {"BusName": "gitmoxi"})
    current_outputs: dict[str, str] | Exception | None = None
    mode: str = "aws"
    workers: tuple[Worker, ...] = tuple(Worker)
    dead_letters: MemoryDeadLetters = field(init=False)

    def __post_init__(self) -> None:
        self.dead_letters = MemoryDeadLetters(self.clock)

    def app(
        self,
        *,
        allow_file: bool = True,
        loopback_only: bool = True,
        max_streams: int = 0,
        webhook_hosts: tuple[str, ...] = (),
    ) -> FastAPI:
        return create_app(
            ledger=self.ledger,
            reachability=self.reachability,
            bodies=self.bodies,
            publisher=self.publisher,
            clock=self.clock,
            ids=self.ids,
            metrics=self.meter,
            operating=self.operating(),
            options=ApiOptions(
                allow_file=allow_file,
                loopback_only=loopback_only,
                max_streams=max_streams,
                webhook_hosts=webhook_hosts,
            ),
        )

    def client(self) -> httpx.AsyncClient:
        """A client that speaks to the application as it is set up now, without a network."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app()), base_url="http://127.0.0.1:8080"
        )

    def operating(self) -> Operating:
        async def current() -> dict[str, str]:
            if isinstance(self.current_outputs, Exception):
                raise self.current_outputs
            return self.outputs if self.current_outputs is None else self.current_outputs

        return Operating(
            dead_letters=self.dead_letters,
            logs=self.logs,
            secrets=self.secrets,
            account=self.account,
            workers=self.workers,
            outputs=self.outputs,
            current_outputs=current,
            mode=self.mode,
        )

    async def register(self, **changes: Any) -> Repository:
        repository = replace(
            Repository(id=REPOSITORY, url=URL, branches=("main",), registered_at=T0), **changes
        )
        known = await MemoryLedger.repository(self.ledger, repository.id)
        stored = 0 if known is None else known.revision
        repository = replace(repository, revision=stored + 1)
        await self.ledger.put_repository(repository, expected_revision=stored)
        return repository

    async def ingest(
        self,
        *deployments: Deployment,
        delivery_id: str = "delivery-1",
        seq: int = 7,
        branch: str = "main",
    ) -> Commit:
        """A commit that was taken in with these deployments, and the answer to its push."""
        objects = tuple(
            ManifestObject(
                prefix=item.origin.prefix,
                kind=item.kind,
                change=item.change,
                deployment_id=item.id,
                files=(f"{item.origin.prefix}_svcdef.json",),
            )
            for item in deployments
        )
        manifest = Manifest(
            objects=objects,
            relevant_files=tuple(path for item in objects for path in item.files),
            warnings=("dev/cache has no definition file: nothing is deployed",),
        )
        commit = a_commit(
            seq=seq,
            status=CommitStatus.INGESTED,
            manifest=await self.bodies.put(encode(manifest).encode()),
            deployment_count=len(objects),
            branch=branch,
        )
        writes: list[Write] = [PutCommit(commit=commit)]
        for item in deployments:
            writes += [CreateDeployment(deployment=item), PutStep(step=a_step(item))]
        await self.ledger.transact(writes)
        await self.ledger.put_push(
            PushRecord(
                delivery_id=delivery_id,
                repository=URL,
                branch=branch,
                at=T0,
                outcome=PushOutcome.INGESTED,
                because=f"{len(objects)} service objects changed.",
                seq=commit.seq,
                sha=commit.sha,
            )
        )
        return commit

    async def move(
        self, deployment: Deployment, state: State, because: str, *explanations: Explanation
    ) -> Deployment:
        """One step further."""
        moved = replace(
            deployment,
            version=deployment.version + 1,
            state=state,
            because=because,
            next_at=None if state.terminal else T0,
        )
        await self.ledger.transact(
            [
                UpdateDeployment(deployment=moved, expected_version=deployment.version),
                PutStep(
                    step=replace(
                        a_step(moved, name="tick", actions=("ecs:UpdateService",)),
                        explanations=explanations,
                    )
                ),
            ]
        )
        return moved

    async def plan(self, deployment: Deployment, **changes: Any) -> None:
        values: dict[str, Any] = {
            "deployment_id": deployment.id,
            "verb": Verb.UPDATE,
            "strategy": "rolling update",
            "differences": (
                PlannedDifference(document="task definition", path="image", before="web:1", after="web:2"),
            ),
            "steps": ("register the task definition", "update the service"),
            "calls": (PlannedCall(api="ecs:UpdateService", summary="taskDefinition"),),
            "warnings": (
                PlannedWarning(text="deployed ALL_AT_ONCE"),
                PlannedWarning(text="the network changes", risk=Risk.DATA_PATH),
            ),
        }
        await self.ledger.transact([PutPlan(plan=PlanRecord(**values | changes))])


def a_deployment(name: str = "d-1", *, state: State = State.RUNNING, **changes: Any) -> Deployment:
    """A deployment with every field set that holds something nobody may see."""
    origin = Origin(
        repository_id=REPOSITORY,
        repository_url=URL,
        branch=changes.pop("branch", "main"),
        commit_sha=changes.pop("sha", SHA),
        seq=changes.pop("seq", 7),
        prefix=changes.pop("prefix", "prod/web"),
    )
    values: dict[str, Any] = {
        "id": name,
        "version": 1,
        "state": state,
        "owner": Worker.ECS_DEPLOYER,
        "kind": TargetKind.ECS,
        "change": ObjectChange.MODIFIED,
        "origin": origin,
        "created_at": T0,
        "updated_at": T0,
        "because": "a newer image is wanted",
        "target": ECS,
        "verb": Verb.UPDATE,
        "progress": Progress(phase="follow", values={"canary": "carried-value"}),
        "intents": (Intent(action_id="a" * 32, call="ecs:UpdateService", arguments={"canary": "argument"}),),
        "next_at": None if state.terminal else T0,
    }
    return Deployment(**values | changes)


def a_step(deployment: Deployment, *, name: str = "receive", actions: tuple[str, ...] = ()) -> Step:
    return Step(
        deployment_id=deployment.id,
        version=deployment.version,
        at=T0,
        by=deployment.owner,
        name=name,
        state=deployment.state,
        because=deployment.because,
        actions=actions,
    )


NOT_FOUND = Explanation(
    id="image.not-found",
    cause="The image web:2 does not exist.",
    evidence=("CannotPullContainerError: web:2: not found",),
    advice="Push it.",
    source="https://docs.aws.amazon.com/pull",
    count=3,
)


def a_commit(seq: int = 7, **changes: Any) -> Commit:
    values: dict[str, Any] = {
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": "main",
        "seq": seq,
        "sha": SHA,
        "status": CommitStatus.INGESTING,
        "because": "Its changed files are being stored.",
        "received_at": T0,
        "author": "Ada <ada@example.com>",
        "message": "Use the newer image",
    }
    return Commit(**values | changes)
