"""What the endpoints for operating stand on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gitmoxi.domain.states import Worker
from gitmoxi.ports.aws_account import AwsAccount
from gitmoxi.ports.dead_letters import DeadLetters
from gitmoxi.ports.secrets import Secrets
from gitmoxi.ports.service_logs import ServiceLogs


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """The queues behind the workers, what the services logged, and what the doctor looks at.

    Attributes:
        workers: those that are installed; the notifier may not be.
        outputs: those of the stack that the API was started with, by their keys.
        current_outputs: reads them anew; raises an ``InvalidInputError`` if some are missing.
        mode: ``aws`` or ``local``.
    """

    dead_letters: DeadLetters
    logs: ServiceLogs
    secrets: Secrets
    account: AwsAccount
    workers: tuple[Worker, ...]
    outputs: dict[str, str]
    current_outputs: Callable[[], Awaitable[dict[str, str]]]
    mode: str
