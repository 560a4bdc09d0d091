"""How long a wake is held back, and what it looks like."""

from __future__ import annotations

import json

import pytest

from gitmoxi.adapters.wakes import queue_delay, tick_envelope
from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.states import Worker


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(0, 0, id="at once"),
        pytest.param(-3, 0, id="overdue"),
        pytest.param(0.1, 1, id="never too early"),
        pytest.param(2.0, 2, id="whole seconds"),
        pytest.param(899.5, 900, id="just within"),
        pytest.param(901, 900, id="cut at SQS's maximum"),
        pytest.param(float("inf"), 900, id="for ever"),
    ],
)
def test_a_delay_is_in_whole_seconds_of_sqs(seconds: float, expected: int) -> None:
    assert queue_delay(seconds) == expected


def test_a_tick_has_the_envelope_of_an_event() -> None:
    tick = Tick(deployment_id="d-1", version=4, worker=Worker.ECS_DEPLOYER)
    assert json.loads(tick_envelope(tick)) == {
        "detail-type": "deployment.tick.v1",
        "source": "gitmoxi",
        "detail": {"deployment_id": "d-1", "version": 4, "worker": "ecs-deployer"},
    }
