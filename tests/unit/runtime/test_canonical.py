"""One line and one set of metrics for each settled message, with what its handler noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from faststream_sqs import Poll, Settlement
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.envelope import Envelope
from faststream_sqs.engine.observer import Outcome
from gitmoxi.runtime.canonical import CanonicalObserver

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
QUEUE = "https://sqs.example/queue"


@dataclass
class Counted:
    """Metrics that remember what they were told."""

    counts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    durations: list[tuple[str, float, dict[str, str]]] = field(default_factory=list)

    def count(self, name: str, value: int = 1, *, outcome: str, **properties: str) -> None:
        assert value == 1
        self.counts.append((name, {"outcome": outcome, **properties}))

    def duration(self, name: str, seconds: float, *, outcome: str, **properties: str) -> None:
        self.durations.append((name, seconds, {"outcome": outcome, **properties}))


@dataclass(frozen=True)
class Named:
    """All that the observer asks of a message that is being handled."""

    message_id: str


@pytest.fixture
def metrics() -> Counted:
    return Counted()


@pytest.fixture
def lines():
    with structlog.testing.capture_logs() as captured:
        yield captured


def settlement(
    message_id: str = "m-1", *, detail_type: str | None = "deployment.tick.v1", **members: Any
) -> Settlement:
    headers = {} if detail_type is None else {"detail-type": detail_type}
    delivery = Delivery(
        queue_url=QUEUE,
        message_id=message_id,
        receive_count=2,
        sent_at=NOW,
        received_at=NOW,
        receipt_handle="r",
        body="{}",
        message_attributes={},
        envelope=Envelope(content={}, headers=headers, correlation_id="c-1"),
    )
    known = {
        "outcome": Outcome.DELETED,
        "queue_age_seconds": 1.5,
        "buffered_seconds": 0.0,
        "handled_seconds": 0.25,
        "reason": None,
        "retry_seconds": None,
        "lease_lost": False,
    }
    return Settlement(delivery=delivery, **{**known, **members})


def test_a_settled_message_is_one_line_with_what_its_handler_noted(metrics, lines):
    observer = CanonicalObserver(metrics)
    observer.note(Named("m-1"), deployment="d-1", because=None)
    observer.note(Named("m-1"), outcome="moved")

    observer.settled(settlement())

    [line] = lines
    assert line["event"] == "message.settled"
    assert {key: line[key] for key in ("message", "settled", "message_id", "correlation_id")} == {
        "message": "deployment.tick.v1",
        "settled": "deleted",
        "message_id": "m-1",
        "correlation_id": "c-1",
    }
    assert (line["receive_count"], line["queue_age_ms"], line["handled_ms"]) == (2, 1500, 250)
    assert (line["deployment"], line["outcome"]) == ("d-1", "moved")
    assert "because" not in line
    assert "reason" not in line


def test_notes_belong_to_their_message_and_are_forgotten_with_it(metrics, lines):
    observer = CanonicalObserver(metrics)
    observer.note(Named("m-1"), deployment="d-1")
    observer.settled(settlement("m-2"))
    observer.settled(settlement("m-1"))
    observer.settled(settlement("m-1"))
    assert [line.get("deployment") for line in lines] == [None, "d-1", None]


@pytest.mark.parametrize(
    ("members", "names"),
    [
        pytest.param({}, ["QueueAge", "Handling"], id="handled"),
        pytest.param(
            {"handled_seconds": None, "outcome": Outcome.RELEASED, "reason": "stopping"},
            ["QueueAge"],
            id="never handled",
        ),
    ],
)
def test_each_message_is_counted_and_measured_by_kind_and_outcome(metrics, lines, members, names):
    CanonicalObserver(metrics).settled(settlement(**members))
    outcome = members.get("outcome", Outcome.DELETED).value
    labels = {"outcome": outcome, "message": "deployment.tick.v1"}
    assert metrics.counts == [("Messages", labels)]
    assert [(name, told) for name, _, told in metrics.durations] == [(name, labels) for name in names]
    assert lines[0].get("reason") == members.get("reason")


def test_a_message_without_a_detail_type_is_plain(metrics, lines):
    CanonicalObserver(metrics).settled(settlement(detail_type=None))
    assert lines[0]["message"] == "plain"


@pytest.mark.parametrize(
    ("error", "warnings"),
    [
        pytest.param(None, 0, id="a poll that answers says nothing"),
        pytest.param("EndpointConnectionError", 1, id="a queue that cannot be reached is told"),
    ],
)
def test_polls(metrics, lines, error, warnings):
    CanonicalObserver(metrics).polled(Poll(queue_url=QUEUE, duration_seconds=0.1, received=0, error=error))
    assert [line["event"] for line in lines] == ["queue.unreachable"] * warnings
