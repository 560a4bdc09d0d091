"""What the endpoints for operating stand on."""

from __future__ import annotations

from dataclasses import dataclass

from gitmoxi.ports.dead_letters import DeadLetters


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """The queues behind the workers."""

    dead_letters: DeadLetters
