"""The page of states shows the table of transitions as it is."""

from __future__ import annotations

import pytest

from docs.states_page import PAGE, states_page
from gitmoxi.domain.states import TRANSITIONS


def test_the_page_is_up_to_date():
    assert states_page() == PAGE.read_text(), "run make docs"


@pytest.mark.parametrize("move", TRANSITIONS, ids=lambda move: f"{move.source} to {move.to}")
def test_every_transition_is_drawn(move):
    assert f"    {move.source or '[*]'} --> {move.to}\n" in states_page()
