"""``python -m gitmoxi_api.openapi [FILE]``: the OpenAPI description, to a file or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gitmoxi.adapters.memory.aws_account import MemoryAwsAccount
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.dead_letters import MemoryDeadLetters
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.messaging import MemoryPublisher
from gitmoxi.adapters.memory.reachability import MemoryReachability
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.adapters.memory.service_logs import MemoryServiceLogs
from gitmoxi.domain.states import Worker
from gitmoxi.ports.aws_account import Caller
from gitmoxi.ports.clock import Clock
from gitmoxi.runtime.metrics import EmfMetrics
from gitmoxi_api.app import create_app, openapi_document
from gitmoxi_api.operating import Operating


def render() -> str:
    """The description as it is kept in ``docs/reference/openapi.json``."""
    clock = FakeClock()
    app = create_app(
        ledger=MemoryLedger(),
        reachability=MemoryReachability(),
        bodies=MemoryBodyStore(),
        publisher=MemoryPublisher(),
        clock=clock,
        ids=SequentialIds(),
        metrics=EmfMetrics(service="api", emit=lambda _: None, now_ms=lambda: 0),
        operating=nothing_to_operate(clock),
    )
    return json.dumps(openapi_document(app), indent=2, ensure_ascii=False) + "\n"


def nothing_to_operate(clock: Clock) -> Operating:
    """Empty queues, silent services and no secrets."""

    async def no_outputs() -> dict[str, str]:
        return {}

    return Operating(
        dead_letters=MemoryDeadLetters(clock),
        logs=MemoryServiceLogs(),
        secrets=MemorySecrets(),
        account=MemoryAwsAccount(Caller(account="", arn="", server_time=None)),
        workers=tuple(Worker),
        outputs={},
        current_outputs=no_outputs,
        mode="local",
    )


def main(arguments: list[str]) -> None:
    """Write the description to the file that is named, or print it."""
    if arguments:
        Path(arguments[0]).write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())


if __name__ == "__main__":
    main(sys.argv[1:])
