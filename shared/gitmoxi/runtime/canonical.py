"""One canonical log line and one set of metrics for every message that a service settles."""

from __future__ import annotations

from typing import Any

from faststream_sqs import Poll, Settlement, SQSMessage
from gitmoxi.runtime.logging import get_logger, log_canonical
from gitmoxi.runtime.metrics import Metrics


class CanonicalObserver:
    """Watches a broker: handlers add what they found by ``note``, the settlement writes the line."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._notes: dict[str, dict[str, Any]] = {}

    def note(self, message: SQSMessage, **fields: Any) -> None:
        """Add fields to the line of the message that is being handled; None is left out."""
        known = {name: value for name, value in fields.items() if value is not None}
        self._notes.setdefault(message.message_id, {}).update(known)

    def polled(self, poll: Poll, /) -> None:
        if poll.error is not None:
            get_logger().warning("queue.unreachable", queue=poll.queue_url, error=poll.error)

    def settled(self, settlement: Settlement, /) -> None:
        delivery = settlement.delivery
        kind = delivery.envelope.detail_type or "plain"
        fields = self._notes.pop(delivery.message_id, {})
        log_canonical(
            "message.settled",
            message=kind,
            settled=settlement.outcome.value,
            message_id=delivery.message_id,
            correlation_id=delivery.correlation_id,
            receive_count=delivery.receive_count,
            queue_age_ms=round(settlement.queue_age_seconds * 1000),
            handled_ms=_milliseconds(settlement.handled_seconds),
            **({"reason": settlement.reason} if settlement.reason else {}),
            **fields,
        )
        self._metrics.count("Messages", outcome=settlement.outcome.value, message=kind)
        self._metrics.duration(
            "QueueAge", settlement.queue_age_seconds, outcome=settlement.outcome.value, message=kind
        )
        if settlement.handled_seconds is not None:
            self._metrics.duration(
                "Handling", settlement.handled_seconds, outcome=settlement.outcome.value, message=kind
            )


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
