"""The transition table: what may follow what, by whom, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from gitmoxi.domain.states import DEPLOYERS, OWNERS, TRANSITIONS, State, Status, Worker, check_transition
from gitmoxi.errors import InvariantError

ALLOWED = {(t.source, t.to, worker) for t in TRANSITIONS for worker in t.by}
SOURCES = (None, *State)
FORBIDDEN = [case for case in product(SOURCES, State, Worker) if case not in ALLOWED]


@pytest.mark.parametrize(
    ("source", "to", "by"),
    [pytest.param(*case, id=f"{case[0]}-{case[1]}-{case[2]}") for case in sorted(ALLOWED, key=str)],
)
def test_what_the_table_holds_is_permitted(source, to, by):
    check_transition(source, to, by)


def test_everything_else_is_a_bug():
    permitted = []
    for source, to, by in FORBIDDEN:
        try:
            check_transition(source, to, by)
        except InvariantError:
            continue
        permitted.append((source, to, by))
    assert not permitted


def test_every_state_is_reached_from_the_creation():
    reached: set[State | None] = {None}
    while grown := {t.to for t in TRANSITIONS if t.source in reached} - reached:
        reached |= grown
    assert reached == {None, *State}


def test_every_state_is_terminal_or_has_a_way_out_to_an_end():
    ends = {state for state in State if state.terminal}
    while grown := {t.source for t in TRANSITIONS if t.to in ends and t.source is not None} - ends:
        ends |= grown
    assert ends == set(State)


def test_nothing_leaves_an_end():
    assert not [t for t in TRANSITIONS if t.source is not None and t.source.terminal]


def test_only_owners_move_and_only_rollback_moves_a_rollback():
    assert all(t.by <= set(OWNERS) for t in TRANSITIONS if t.source is not None)
    assert {by for t in TRANSITIONS if t.source is State.ROLLING_BACK for by in t.by} == {Worker.ROLLBACK}
    assert {by for t in TRANSITIONS if t.source is State.RUNNING for by in t.by} == DEPLOYERS


@pytest.mark.parametrize(
    ("state", "status"),
    [
        pytest.param(state, status, id=state)
        for status, states in {
            Status.PROCESSING: ("RECEIVED", "WAITING", "RUNNING", "PAUSED", "ROLLING_BACK"),
            Status.PROCESSED_SUCCESS: ("SUCCEEDED", "NO_CHANGE", "SUPERSEDED"),
            Status.PROCESSED_ERROR: ("CANCELLED", "FAILED", "ROLLED_BACK", "ROLLBACK_FAILED"),
        }.items()
        for state in states
    ],
)
def test_the_status_that_users_filter_by(state, status):
    assert State(state).status is status
