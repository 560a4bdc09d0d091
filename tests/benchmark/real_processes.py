"""From a push to the first change in AWS by real processes, beside the bare hops; and their memory."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from tests.benchmark.bare_hops import BareHops
from tests.benchmark.measuring import Figure
from tests.e2e.installation import FactQueue, GitRepository, Installation, code_zip, put_code
from tests.e2e.samples import BUCKET, CLUSTER, code, ecs_files, lambda_files

_AIM_MILLISECONDS, _AIM_MEBIBYTES = 150.0, 120.0
_WORKERS = ("ingestor", "planner", "ecs-deployer", "lambda-deployer", "rollback")
_FIRST_CHANGE = "RegisterTaskDefinition"
_STORES = frozenset({"dynamodb", "s3", "ecs"})
_UNHURRIED = 120.0
"""Seconds for one deployment, on a machine that has much else to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Push:
    milliseconds: float
    calls: Counter[str]
    """What our services asked of stores and AWS on the way, as ``service.Action``."""


def measure(pushes: int = 20) -> list[Figure]:
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
        pairs = []
        for number in range(pushes):
            push = _pushed(running, repository, facts, number)
            pairs.append((push, _timed(bare, push.calls)))
    return [_latency(pairs), memory]


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
    calls = Counter(
        f"{entry.service}.{entry.action}"
        for entry in between
        if entry.service in _STORES and entry.caller != "e2e-tests"
    )
    return _Push(milliseconds=took.total_seconds() * 1000, calls=calls)


def _push(running: Installation, repository: GitRepository, sha: str) -> None:
    detail = json.dumps({"repository": repository.url, "branch": "main", "commit": sha})
    entry = {
        "EventBusName": running.cloud.outputs()["BusName"],
        "Source": "bench",
        "DetailType": "gitmoxi.push.v1",
        "Detail": detail,
    }
    running.client("events").put_events(Entries=[entry])


def _timed(bare: BareHops, calls: Counter[str]) -> float:
    started = perf_counter()
    bare.go(calls)
    return (perf_counter() - started) * 1000


def _latency(pairs: Sequence[tuple[_Push, float]]) -> Figure:
    ours, bare = [push.milliseconds for push, _ in pairs], [milliseconds for _, milliseconds in pairs]
    parts = {
        "pushes": len(pairs),
        "ours p50 ms": statistics.median(ours),
        "ours p99 ms": _p99(ours),
        "bare p50 ms": statistics.median(bare),
        "bare p99 ms": _p99(bare),
        **pairs[-1][0].calls,
    }
    own = statistics.median(ours) - statistics.median(bare)
    return Figure(
        name="push.own-time", value=own, unit="ms beside the bare hops", aim=_AIM_MILLISECONDS, parts=parts
    )


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
