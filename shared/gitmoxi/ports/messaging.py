"""Sending: events for the bus, and wakes to a worker's own queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gitmoxi.contracts.messages import Tick
from gitmoxi.ports.ledger import OutboxEvent


class EventPublisher(Protocol):
    """EventBridge ``PutEvents`` on our bus."""

    async def publish(self, events: Sequence[OutboxEvent]) -> None:
        """Publish all, in order, or raise a ``RetryableError`` with some perhaps published."""
        ...


class Waker(Protocol):
    """SQS ``SendMessage`` to the own queue of a worker."""

    async def wake(self, tick: Tick, *, delay_seconds: float) -> None:
        """Deliver ``tick`` to the queue of ``tick.worker`` after the delay, which is cut at 900 s."""
        ...
