"""The page of states says what the transition table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmoxi.domain.states import TRANSITIONS, State
from gitmoxi.domain.states_page import states_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "states.md"


def test_the_page_is_up_to_date():
    assert states_page() == PAGE.read_text(encoding="utf-8"), (
        "run python -m gitmoxi.domain.states_page > docs/reference/states.md"
    )


@pytest.mark.parametrize("transition", TRANSITIONS, ids=lambda t: f"{t.source} to {t.to}")
def test_every_transition_is_drawn_and_told(transition):
    assert f"    {transition.source or '[*]'} --> {transition.to}\n" in states_page()
    assert f"| {transition.source or ''} | {transition.to} | " in states_page()
    assert f" | {transition.when} |" in states_page()


@pytest.mark.parametrize("state", State)
def test_every_end_is_drawn(state):
    assert (f"    {state} --> [*]\n" in states_page()) is state.terminal


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_status(state):
    (row,) = [line for line in states_page().splitlines() if line.startswith(f"| {state.status} |")]
    assert state.value in row
