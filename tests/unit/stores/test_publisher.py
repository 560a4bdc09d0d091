"""What is asked of EventBridge, and what is done about events that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.adapters.aws.messaging import MAX_BYTES, EventBridgePublisher, batches
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.errors import AwsRejectedError, GitmoxiError, InvariantError, ThrottledError, UnavailableError
from tests.contract.stores.records import T0, an_event


class _FussyBus:
    """Accepts events, save that it refuses each detail in ``refusals`` so many times with a code."""

    def __init__(self, refusals: dict[str, tuple[str, int]] | None = None) -> None:
        self.refusals = refusals or {}
        self.calls: list[list[dict[str, Any]]] = []

    async def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self.calls.append(Entries)
        results = [self._result(entry["Detail"]) for entry in Entries]
        return {
            "Entries": results,
            "FailedEntryCount": sum("ErrorCode" in result for result in results),
        }

    def _result(self, detail: str) -> dict[str, str]:
        code, left = self.refusals.get(detail, ("", 0))
        if left == 0:
            return {"EventId": "e"}
        self.refusals[detail] = (code, left - 1)
        return {"ErrorCode": code, "ErrorMessage": "not now"}

    @property
    def details(self) -> list[list[str]]:
        return [[entry["Detail"] for entry in call] for call in self.calls]


def _publisher(bus: Any, clock: FakeClock | None = None) -> EventBridgePublisher:
    return EventBridgePublisher(bus, "gitmoxi", clock or FakeClock())


async def test_an_entry_says_who_what_and_when() -> None:
    bus = _FussyBus()
    await _publisher(bus).publish([an_event("e1", detail="{}")])
    assert bus.calls == [
        [
            {
                "EventBusName": "gitmoxi",
                "Source": "gitmoxi",
                "DetailType": "deployment.planned.v1",
                "Detail": "{}",
                "Time": T0,
            }
        ]
    ]


async def test_only_refused_events_are_sent_again_after_growing_waits() -> None:
    bus, clock = _FussyBus({"b": ("ThrottlingException", 2)}), FakeClock()
    await _publisher(bus, clock).publish([an_event(name, detail=name) for name in "abc"])
    assert bus.details == [["a", "b", "c"], ["b"], ["b"]]
    assert clock.slept == [0.1, 0.2]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("ThrottlingException", ThrottledError, id="throttled"),
        pytest.param("InternalFailure", UnavailableError, id="out of order"),
    ],
)
async def test_a_bus_that_fails_on_is_given_up(code: str, kind: type[GitmoxiError]) -> None:
    bus = _FussyBus({"a": (code, 99)})
    with pytest.raises(kind, match="events:PutEvents"):
        await _publisher(bus).publish([an_event("a", detail="a")])
    assert len(bus.calls) == 4


async def test_an_event_refused_for_what_it_is_is_not_sent_again() -> None:
    bus = _FussyBus({"a": ("MalformedDetail", 99)})
    with pytest.raises(AwsRejectedError, match="MalformedDetail"):
        await _publisher(bus).publish([an_event("a", detail="a")])
    assert len(bus.calls) == 1


async def test_a_failed_batch_stops_those_behind_it() -> None:
    bus = _FussyBus({"0": ("ThrottlingException", 99)})
    with pytest.raises(ThrottledError):
        await _publisher(bus).publish([an_event(str(n), detail=str(n)) for n in range(11)])
    assert not any("10" in details for details in bus.details)


def test_ten_events_make_a_batch() -> None:
    events = [an_event(str(number)) for number in range(21)]
    found = list(batches(events))
    assert [len(batch) for batch in found] == [10, 10, 1]
    assert [event for batch in found for event in batch] == events


def test_a_batch_weighs_at_most_a_megabyte() -> None:
    events = [an_event(str(number), detail="ä" * 150_000) for number in range(5)]
    assert [len(batch) for batch in batches(events)] == [3, 2]


def test_an_event_that_no_batch_can_hold_is_a_bug() -> None:
    with pytest.raises(InvariantError, match=r"event e1 .* weighs"):
        list(batches([an_event("e1", detail="x" * MAX_BYTES)]))
