"""``gmctl status`` of 800 targets, the whole process, beside the bare reads of the same items."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from aiobotocore.session import AioSession

from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.ledger import DynamoLedger
from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.messaging import MemoryPublisher
from gitmoxi.adapters.memory.reachability import MemoryReachability
from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.drift import Drift, DriftVerdict
from gitmoxi.domain.outcomes import LONGEST_REASON, LastOutcome
from gitmoxi.domain.records import Claim, LastGood, Ownership, Repository, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, Target
from gitmoxi.ports.ledger import PutOwnership, PutTarget, Write
from gitmoxi.ports.targets import PutDrift
from gitmoxi.runtime.logging import configure_logging
from gitmoxi.runtime.redaction import Redactor
from gitmoxi.runtime.settings import LogLevel
from gitmoxi_api.app import create_app
from gitmoxi_api.openapi import nothing_to_operate
from gitmoxi_api.server import ApiServer, address_of, listen
from gitmoxi_local.process import LocalCloudProcess
from tests.benchmark.measuring import Figure
from tests.unit.api.stage import Meter

_AIM_SECONDS = 1.0
_TEMPLATE = Path(__file__).parents[2] / "deploy" / "cloudformation" / "gitmoxi.yaml"
_URL, _ACCOUNT, _REGION = "https://git.example.com/team/shop", "111122223333", "eu-west-1"


def measure(services: int = 300, functions: int = 500, rounds: int = 7) -> list[Figure]:
    """Medians in seconds: the command, the API's answer alone, the bare reads, and gmctl doing nothing."""
    configure_logging(service="bench", level=LogLevel.ERROR, redactor=Redactor())
    with (
        tempfile.TemporaryDirectory(prefix="gitmoxi-bench-") as folder,
        LocalCloudProcess(state_dir=Path(folder), templates=[_TEMPLATE]) as cloud,
    ):
        return [asyncio.run(_measured(cloud, _targets(services, functions), rounds))]


async def _measured(cloud: LocalCloudProcess, targets: list[Target], rounds: int) -> Figure:
    async with _dynamodb(cloud) as client:
        tables = _tables(cloud)
        clock = FakeClock()
        ledger = DynamoLedger(client, tables, clock)
        await _filled(ledger, targets, clock)
        async with _served(ledger, clock) as address, httpx.AsyncClient(base_url=address) as http:

            async def answer() -> None:
                clock.advance(2)  # what is kept for a second is too old
                (await http.get("/v1/status")).raise_for_status()

            async def command() -> None:
                clock.advance(2)
                await _gmctl("-e", address, "status")

            parts = {
                "API's answer": await _median(answer, rounds),
                "bare reads": await _median(lambda: _bare_reads(client, tables, targets), rounds),
                "gmctl --help": await _median(lambda: _gmctl("status", "--help"), rounds),
            }
            value = await _median(command, rounds)
    return Figure(name=f"status.{len(targets)}", value=value, unit="s", aim=_AIM_SECONDS, parts=parts)


async def _median(work: Callable[[], Awaitable[None]], rounds: int) -> float:
    await work()
    times = []
    for _ in range(rounds):
        began = perf_counter()
        await work()
        times.append(perf_counter() - began)
    return statistics.median(times)


async def _gmctl(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gitmoxi_gmctl",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise AssertionError(f"gmctl {' '.join(arguments)} failed: {said.decode()}")


async def _bare_reads(client: Any, tables: Tables, targets: list[Target]) -> None:
    """The same items as one after another: owners and drifts by queries, records by hundreds."""
    for pk in (keys.ownerships("r-1", "main"), keys.DRIFTS):
        await client.query(
            TableName=tables.targets,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
    for start in range(0, len(targets), 100):
        wanted = [keys.target(target.id).attributes for target in targets[start : start + 100]]
        await client.batch_get_item(RequestItems={tables.targets: {"Keys": wanted, "ConsistentRead": True}})


def _targets(services: int, functions: int) -> list[Target]:
    return [
        *(
            EcsTarget(account=_ACCOUNT, region=_REGION, cluster=f"c-{n // 50}", service_name=f"web-{n}")
            for n in range(services)
        ),
        *(
            LambdaTarget(account=_ACCOUNT, region=_REGION, function_name=f"resize-{n}")
            for n in range(functions)
        ),
    ]


async def _filled(ledger: DynamoLedger, targets: list[Target], clock: FakeClock) -> None:
    await ledger.put_repository(Repository(id="r-1", url=_URL, branches=("main",), registered_at=clock.now()))
    for start in range(0, len(targets), 30):
        writes = [write for target in targets[start : start + 30] for write in _writes(target, clock)]
        await ledger.transact(writes)


def _writes(target: Target, clock: FakeClock) -> list[Write]:
    """A target of the usual size: ten remembered task definitions, a reason of full length."""
    prefix, sha, now = f"prod/{target.name}", secrets.token_hex(20), clock.now()
    arn = f"arn:aws:ecs:{_REGION}:{_ACCOUNT}:task-definition/{target.name}:"
    record = TargetRecord(
        target=target,
        revision=1,
        claim=Claim(repository_id="r-1", repository_url=_URL, branch="main", prefix=prefix),
        last_good=LastGood(
            deployment_id=f"d-{sha[:20]}",
            commit_sha=sha,
            desired=ref_of(sha.encode()),
            at=now,
            values={"task_definition": f"{arn}10"},
        ),
        task_definitions={secrets.token_hex(32): f"{arn}{number}" for number in range(10)},
        last=LastOutcome(
            deployment_id=f"d-{sha[:20]}",
            commit_sha=sha,
            seq=7,
            state=State.SUCCEEDED,
            at=now,
            because="x" * LONGEST_REASON,
            verb=Verb.UPDATE,
        ),
    )
    drift = Drift(
        target=target,
        verdict=DriftVerdict.NONE,
        because="It lives as its last good deployment left it.",
        against=f"d-{sha[:20]}",
        since=now,
        checked_at=now,
        revision=1,
    )
    owner = Ownership(repository_id="r-1", branch="main", prefix=prefix, target=target)
    return [
        PutTarget(record=record, expected_revision=0),
        PutOwnership(ownership=owner),
        PutDrift(drift=drift, expected_revision=0),
    ]


def _tables(cloud: LocalCloudProcess) -> Tables:
    names = ("repositories", "commits", "deployments", "targets", "outbox", "audit")
    return Tables(**{name: cloud.outputs[f"{name.title()}Table"] for name in names})


@asynccontextmanager
async def _dynamodb(cloud: LocalCloudProcess) -> AsyncIterator[Any]:
    async with AioSession().create_client(
        "dynamodb",
        region_name=cloud.region,
        endpoint_url=cloud.endpoint,
        aws_access_key_id="benchmark",
        aws_secret_access_key=secrets.token_hex(16),
    ) as client:
        yield client


@asynccontextmanager
async def _served(ledger: DynamoLedger, clock: FakeClock) -> AsyncIterator[str]:
    """The API in this process, on a loopback port."""
    app = create_app(
        reachability=MemoryReachability(),
        operating=nothing_to_operate(clock),
        ledger=ledger,
        bodies=MemoryBodyStore(),
        publisher=MemoryPublisher(),
        clock=clock,
        ids=SequentialIds(),
        metrics=Meter(),
    )
    ready, stop = asyncio.Event(), asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(ApiServer(app, listener, ready.set).run(stop))
        await ready.wait()
        try:
            yield address_of(listener)
        finally:
            stop.set()
            await serving
