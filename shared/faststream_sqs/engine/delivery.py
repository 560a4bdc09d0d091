"""A received message, and what a handler may decide about it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from faststream_sqs.engine.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One receipt of a message; body, handle and attributes stay out of its repr and so out of logs.

    `message_attributes` are as SQS returns them (they are copied to the dead-letter queue unchanged).
    `receive_count` is SQS's approximate count, 1 for the first receipt.
    """

    queue_url: str
    message_id: str
    receive_count: int
    sent_at: datetime
    received_at: datetime
    receipt_handle: str = field(repr=False)
    body: str = field(repr=False)
    message_attributes: Mapping[str, Any] = field(repr=False)
    envelope: Envelope = field(repr=False)

    @property
    def correlation_id(self) -> str:
        return self.envelope.correlation_id or self.message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The message is done: delete it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nack:
    """The message failed: bring it back after the queue's backoff."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bury:
    """The message can never succeed: to the dead-letter queue with its reason, then delete it."""

    reason: str


Verdict: TypeAlias = Ack | Nack | Bury
Handler: TypeAlias = Callable[[Delivery], Awaitable[Verdict]]
