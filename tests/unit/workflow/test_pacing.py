"""Looks are rare while events tell, punctual at the deadline, and fall together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.strategies.decision import Decision
from gitmoxi.workflow.hearing import REMEMBERED_SECONDS, Hearing
from gitmoxi.workflow.pacing import paced

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TARGET = EcsTarget(account="1" * 12, region="eu-west-1", cluster="prod", service_name="web")


def waiting(seconds: float, *, deadline: float | None = None) -> Decision:
    return Decision(
        step="wait",
        because="It goes on.",
        to=State.RUNNING,
        progress=Progress(),
        look_again=timedelta(seconds=seconds),
        deadline=NOW + timedelta(seconds=deadline) if deadline is not None else None,
    )


@pytest.mark.parametrize(
    ("interval", "deadline", "told", "expected"),
    [
        pytest.param(30, 900, True, 120, id="events tell: rarer"),
        pytest.param(30, 900, False, 30, id="no events: the interval"),
        pytest.param(30, None, True, 30, id="events cannot tell: the interval"),
        pytest.param(30, 70, True, 70, id="never later than the deadline"),
        pytest.param(30, -5, True, 30, id="a deadline that is over changes nothing"),
        pytest.param(100, 9000, True, 300, id="not rarer than five minutes"),
        pytest.param(3600, 9000, True, 3600, id="a long interval stays"),
        pytest.param(0, 900, True, 0, id="what goes on at once goes on at once"),
    ],
)
def test_when_the_next_look_is(interval: float, deadline: float | None, told: bool, expected: float) -> None:
    assert paced(waiting(interval, deadline=deadline), NOW, told=told).look_again.total_seconds() == expected


@given(st.floats(0, 4000), st.floats(0, 86400), st.booleans())
def test_looks_that_were_begun_at_any_time_fall_on_common_moments(
    interval: float, offset: float, told: bool
) -> None:
    now = NOW + timedelta(seconds=offset)
    after = paced(waiting(interval, deadline=1e6), now, told=told).look_again.total_seconds()
    assert interval - 5 <= after <= max(300, 4 * interval)
    if interval >= 10:
        assert ((now + timedelta(seconds=after)).timestamp() + 1e-3) % 5 < 2e-3


def test_one_event_speaks_for_its_account_and_region_for_a_while() -> None:
    clock = FakeClock()
    hearing = Hearing(clock)
    neighbour = EcsTarget(account="1" * 12, region="eu-west-1", cluster="test", service_name="api")
    elsewhere = EcsTarget(account="1" * 12, region="us-west-2", cluster="prod", service_name="web")
    assert not hearing.recently(TARGET)

    hearing.heard(TARGET)

    assert hearing.recently(neighbour)
    assert not hearing.recently(elsewhere)
    clock.advance(REMEMBERED_SECONDS)
    assert not hearing.recently(TARGET)
