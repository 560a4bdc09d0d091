"""Events and wakes kept in lists instead of being sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gitmoxi.adapters.wakes import queue_delay
from gitmoxi.contracts.messages import Tick
from gitmoxi.ports.ledger import OutboxEvent


class MemoryPublisher:
    """A publisher that remembers ``published`` events in order."""

    def __init__(self) -> None:
        self.published: list[OutboxEvent] = []

    async def publish(self, events: Sequence[OutboxEvent]) -> None:
        self.published.extend(events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """One wake as the queue of ``tick.worker`` would get it."""

    tick: Tick
    delay_seconds: int


class MemoryWaker:
    """A waker that remembers its ``wakes`` in order."""

    def __init__(self) -> None:
        self.wakes: list[Wake] = []

    async def wake(self, tick: Tick, *, delay_seconds: float) -> None:
        self.wakes.append(Wake(tick=tick, delay_seconds=queue_delay(delay_seconds)))
