"""What the endpoints for operating stand on."""

from __future__ import annotations

from dataclasses import dataclass

from gitmoxi.ports.dead_letters import DeadLetters
from gitmoxi.ports.service_logs import ServiceLogs


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """The queues behind the workers, and what the services logged."""

    dead_letters: DeadLetters
    logs: ServiceLogs
