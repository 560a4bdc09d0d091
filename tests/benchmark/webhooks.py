"""How fast webhooks are answered, beside a route that checks the same signature and does nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Scope

from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import SequentialIds
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.messaging import MemoryPublisher
from gitmoxi.adapters.memory.reachability import MemoryReachability
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.runtime.logging import configure_logging
from gitmoxi.runtime.metrics import EmfMetrics
from gitmoxi.runtime.redaction import Redactor
from gitmoxi.runtime.settings import LogLevel
from gitmoxi_api.app import create_app
from gitmoxi_api.openapi import nothing_to_operate
from tests.benchmark.measuring import Figure, Measured, compare

_URL = "https://github.com/acme/shop"
_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/webhook-a1b2c3"
_KEY = "a key of the benchmark"
_COMMITS = 20
"""In the body of each push: about 8 KiB, as GitHub's of a small feature branch."""

_ANSWER_WITHIN_MS = 100.0


def measure(count: int = 500) -> Iterator[Measured | Figure]:
    """Webhooks one after the other against both applications in this process; stores are in memory."""
    configure_logging(service="bench", level=LogLevel.ERROR, redactor=Redactor())
    with asyncio.Runner() as runner:
        body = _body()
        ours, bare = runner.run(_ours()), Starlette(routes=[Route("/hook", _bare, methods=["POST"])])
        path = f"/v1/webhooks/github/{repository_id(_URL)}"
        yield compare(
            "webhook.answers",
            lambda: runner.run(_send(ours, path, body, count)),
            lambda: runner.run(_send(bare, "/hook", body, count)),
            compared_with="a bare Starlette route that checks the same HMAC",
            unit="webhooks",
            count=count,
        )
        yield runner.run(_latencies(ours, path, body, 2 * count))


async def _ours() -> ASGIApp:
    ledger, secrets, clock = MemoryLedger(), MemorySecrets(), SystemClock()
    secrets.values[parse_secret_ref(_ARN)] = _KEY
    await ledger.put_repository(
        Repository(
            id=repository_id(_URL),
            url=_URL,
            branches=("main",),
            registered_at=clock.now(),
            webhook_secret_arn=_ARN,
        )
    )
    return create_app(
        ledger=ledger,
        reachability=MemoryReachability(),
        bodies=MemoryBodyStore(),
        publisher=MemoryPublisher(),
        clock=clock,
        ids=SequentialIds(),
        metrics=EmfMetrics(service="bench", emit=lambda _: None, now_ms=lambda: 0),
        operating=replace(nothing_to_operate(clock), secrets=secrets),
    )


async def _bare(request: Request) -> Response:
    body = await request.body()
    expected = "sha256=" + hmac.new(_KEY.encode(), body, hashlib.sha256).hexdigest()
    known = hmac.compare_digest(request.headers["x-hub-signature-256"], expected)
    return JSONResponse({"accepted": known}, status_code=202 if known else 401)


async def _latencies(app: ASGIApp, path: str, body: bytes, count: int) -> Figure:
    milliseconds = []
    for _ in range(count):
        started = perf_counter()
        await _send(app, path, body, 1)
        milliseconds.append((perf_counter() - started) * 1000)
    percentiles = statistics.quantiles(milliseconds, n=100)
    return Figure(
        name="webhook.p99",
        value=percentiles[98],
        unit="ms",
        aim=_ANSWER_WITHIN_MS,
        parts={"p50": percentiles[49], "worst": max(milliseconds)},
    )


async def _send(app: ASGIApp, path: str, body: bytes, count: int) -> None:
    for number in range(count):
        status = await _answer(app, _scope(path, body, number), body)
        if status != 202:
            raise AssertionError(f"a webhook was to be accepted, not {status}")


async def _answer(app: ASGIApp, scope: Scope, body: bytes) -> int:
    """The status that ``app`` answers with."""
    answers: list[Message] = []
    asked = asyncio.Queue[Message]()
    asked.put_nowait({"type": "http.request", "body": body, "more_body": False})

    async def send(message: Message) -> None:
        answers.append(message)

    await app(scope, asked.get, send)
    return int(answers[0]["status"])


def _scope(path: str, body: bytes, number: int) -> Scope:
    signature = hmac.new(_KEY.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "host": "127.0.0.1:8080",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "x-github-event": "push",
        "x-github-delivery": f"72d3162e-cc78-11e3-81ab-{number:012}",
        "x-hub-signature-256": f"sha256={signature}",
    }
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def _body() -> bytes:
    commit = {"id": "a" * 40, "message": "Use a newer image\n" * 5, "modified": ["prod/web_taskdef.json"] * 5}
    return json.dumps(
        {
            "ref": "refs/heads/main",
            "before": "b" * 40,
            "after": "a" * 40,
            "repository": {"clone_url": f"{_URL}.git", "html_url": _URL},
            "commits": [commit] * _COMMITS,
        }
    ).encode()
