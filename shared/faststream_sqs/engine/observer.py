"""What callers may watch: one record for every poll and one for every settled message."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from faststream_sqs.engine.delivery import Delivery

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How our holding of a message ended."""

    DELETED = "deleted"
    """Handled, and SQS confirmed the delete."""
    RETRIED = "retried"
    """The handler failed; the message comes back after its backoff."""
    DEAD_LETTERED = "dead_lettered"
    """Poison: it is in the dead-letter queue, and SQS confirmed the delete."""
    DEAD_LETTER_FAILED = "dead_letter_failed"
    """Poison, but the dead-letter queue is missing or did not answer; the message comes back."""
    RELEASED = "released"
    """Given back at once because the consumer stops."""
    DELETE_FAILED = "delete_failed"
    """Handled, but SQS never confirmed the delete; the message may come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One ReceiveMessage: how long it took, and what it brought (`error` is None when it succeeded)."""

    queue_url: str
    duration_seconds: float
    received: int
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The end of one delivery, enough for metrics and for a canonical log line.

    Attributes:
        queue_age_seconds: From SentTimestamp to our receipt.
        buffered_seconds: From our receipt to the handler's start; None if it never started.
        handled_seconds: From the handler's start to its end; None if it never started.
        reason: Why it was not simply deleted; None for `Outcome.DELETED`.
        retry_seconds: After how long it comes back; None if it does not, or if SQS did not confirm.
        lease_lost: Our visibility ran out or was refused: somebody else may have received it meanwhile.
    """

    delivery: Delivery
    outcome: Outcome
    queue_age_seconds: float
    buffered_seconds: float | None
    handled_seconds: float | None
    reason: str | None
    retry_seconds: int | None
    lease_lost: bool


class Observer(Protocol):
    """Gets the records, synchronously and on the event loop: it must be quick."""

    def polled(self, poll: Poll, /) -> None: ...

    def settled(self, settlement: Settlement, /) -> None: ...


class SilentObserver:
    """Watches nothing."""

    def polled(self, poll: Poll, /) -> None:
        pass

    def settled(self, settlement: Settlement, /) -> None:
        pass


class GuardedObserver:
    """An observer whose failures are logged and never reach the engine."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def polled(self, poll: Poll, /) -> None:
        try:
            self._observer.polled(poll)
        except Exception:
            logger.exception("the observer failed on a poll")

    def settled(self, settlement: Settlement, /) -> None:
        try:
            self._observer.settled(settlement)
        except Exception:
            logger.exception("the observer failed on a settlement")
