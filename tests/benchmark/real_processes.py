"""Real processes: from a push to the first change in AWS beside the bare hops, memory, calls when idle."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from gitmoxi_local.journal import JournalEntry
from tests.benchmark.bare_hops import HOP, BareHops
from tests.benchmark.measuring import Figure
from tests.e2e.installation import FactQueue, GitRepository, Installation, code_zip, put_code
from tests.e2e.samples import BUCKET, CLUSTER, code, ecs_files, lambda_files

_AIM_MILLISECONDS, _AIM_MEBIBYTES = 150.0, 120.0
_WORKERS = ("ingestor", "planner", "ecs-deployer", "lambda-deployer", "rollback")
_FIRST_CHANGE = "RegisterTaskDefinition"
_CARRIERS = ("INGESTOR", "PLANNER", "ECSDEPLOYER")
"""Who carries a push on, in this order, as their access keys name them; each hands over by ``PutEvents``."""

_STORES = frozenset({"dynamodb", "s3", "ecs"})
_WRITES = frozenset(
    {"dynamodb.TransactWriteItems", "dynamodb.UpdateItem", "dynamodb.PutItem", "s3.PutObject"}
)
_AIM_IDLE_A_MINUTE = 120.0
"""AWS calls of five workers: twelve long polls each, of 5 s so that a stop is quick, and one sweep each,
which asks for what is due and for what is unsent in every shard."""

_UNHURRIED = 120.0
"""Seconds for one deployment, on a machine that has much else to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Push:
    """How long it took, and the calls of our services on the way, in order, with the hops between them."""

    milliseconds: float
    path: tuple[str, ...]

    @property
    def bare_path(self) -> tuple[str, ...]:
        """What nobody can do without: the hops, and what is written before each goes on."""
        return tuple(step for step in self.path if step == HOP or step in _WRITES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """One push beside its bare path, and beside its whole path, reads and all, without our work."""

    push: _Push
    bare_milliseconds: float
    calls_milliseconds: float


def measure(pushes: int = 30, idle_seconds: float = 60.0) -> list[Figure]:
    """One installation with one process of each service, as ``gmctl up`` starts it."""
    with (
        tempfile.TemporaryDirectory(prefix="gitmoxi-bench-") as folder,
        Installation(Path(folder) / "installation") as running,
    ):
        repository = _registered(running, Path(folder) / "repository")
        facts = FactQueue(running)
        memory = _memory(running, repository, facts)
        running.cloud.set_journal_detail(["all"])
        bare = BareHops(running)
        samples = []
        for number in range(pushes):
            push = _pushed(running, repository, facts, number)
            whole = _timed(bare, push.path)
            samples.append(
                _Sample(push=push, bare_milliseconds=_timed(bare, push.bare_path), calls_milliseconds=whole)
            )
        idle = _idle(running, idle_seconds)
    return [_latency(samples), memory, idle]


def _registered(running: Installation, folder: Path) -> GitRepository:
    running.client("ecs").create_cluster(clusterName=CLUSTER)
    repository = GitRepository(folder)
    repository.commit({"README.md": "a repository\n"})
    added = running.gmctl("repo", "add", "-r", repository.url, "-b", "main")
    if added.code:
        raise AssertionError(added.text)
    return repository


def _memory(running: Installation, repository: GitRepository, facts: FactQueue) -> Figure:
    put_code(running, BUCKET, {"one.zip": code_zip(code("one"))}, "us-east-1")
    sha = repository.commit(ecs_files("prod/bench") | lambda_files("prod/function"))
    _push(running, repository, sha)
    facts.wait_for(2, timeout=_UNHURRIED)
    pids = running.up["pids"]
    sizes = {name: _resident_mebibytes(pids[name]) for name in _WORKERS}
    largest = max(sizes.values())
    return Figure(name="memory.worker", value=largest, unit="MiB at most", aim=_AIM_MEBIBYTES, parts=sizes)


def _resident_mebibytes(pid: int) -> float:
    """VmRSS of proc(5)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _pushed(running: Installation, repository: GitRepository, facts: FactQueue, number: int) -> _Push:
    ended = len({fact["deployment_id"] for fact in facts.seen})
    sha = repository.commit({"prod/bench_input.json": json.dumps({"image": f"nginx:1.{number}"})})
    before = running.cloud.last_seq()
    _push(running, repository, sha)
    facts.wait_for(ended + 1, timeout=_UNHURRIED)
    entries = running.cloud.journal(since=before)
    began = next(entry for entry in entries if entry.action == "PutEvents" and entry.caller == "e2e-tests")
    changed = next(entry for entry in entries if entry.action == _FIRST_CHANGE)
    between = [entry for entry in entries if began.seq < entry.seq < changed.seq]
    took = datetime.fromisoformat(changed.time) - datetime.fromisoformat(began.time)
    return _Push(milliseconds=took.total_seconds() * 1000, path=tuple(path_of(between)))


def path_of(entries: Sequence[JournalEntry]) -> Iterator[str]:
    """What is on the way: a carrier's calls until it hands over, and then the next one's."""
    for number, carrier in enumerate(_CARRIERS, start=1):
        yield HOP
        for entry in entries:
            if carrier not in entry.caller:
                continue
            if entry.action == "PutEvents" and number < len(_CARRIERS):
                break
            if entry.service in _STORES:
                yield f"{entry.service}.{entry.action}"


def _push(running: Installation, repository: GitRepository, sha: str) -> None:
    detail = json.dumps({"repository": repository.url, "branch": "main", "commit": sha})
    entry = {
        "EventBusName": running.cloud.outputs()["BusName"],
        "Source": "bench",
        "DetailType": "gitmoxi.push.v1",
        "Detail": detail,
    }
    running.client("events").put_events(Entries=[entry])


def _timed(bare: BareHops, path: Sequence[str]) -> float:
    started = perf_counter()
    bare.go(path)
    return (perf_counter() - started) * 1000


def _latency(samples: Sequence[_Sample]) -> Figure:
    ours = [sample.push.milliseconds for sample in samples]
    bare = [sample.bare_milliseconds for sample in samples]
    calls = [sample.calls_milliseconds for sample in samples]
    own = [all_of_it - without_us for all_of_it, without_us in zip(ours, bare, strict=True)]
    parts = {
        "pushes": len(samples),
        "ours p50 ms": statistics.median(ours),
        "ours p99 ms": _p99(ours),
        "bare p50 ms": statistics.median(bare),
        "bare p99 ms": _p99(bare),
        "own p99 ms": _p99(own),
        "bare with our reads p50 ms": statistics.median(calls),
        **Counter(samples[-1].push.path),
    }
    value = statistics.median(ours) - statistics.median(bare)
    return Figure(
        name="push.own-time",
        value=value,
        unit="ms p50 beside the bare hops and writes",
        aim=_AIM_MILLISECONDS,
        parts=parts,
    )


def _idle(running: Installation, seconds: float) -> Figure:
    """What our workers ask of AWS, a minute, while nothing happens; polls that are waiting count too."""
    before = running.cloud.last_seq()
    time.sleep(seconds)
    calls = Counter(
        f"{entry.service}.{entry.action}"
        for entry in running.cloud.journal(since=before)
        if entry.caller.startswith("LOCAL")
    )
    parts = {name: count * 60 / seconds for name, count in calls.items()}
    return Figure(
        name="calls.idle",
        value=sum(parts.values()),
        unit="calls a minute of all workers",
        aim=_AIM_IDLE_A_MINUTE,
        parts=parts,
    )


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
