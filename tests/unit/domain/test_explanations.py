"""Explanations are told apart by their cause, kept within bounds, and told in the order of what matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.adapters.codec import encode
from gitmoxi.domain.explanations import EVIDENCE_KEPT, MOST_KEPT, UNKNOWN, Explanation, kept
from gitmoxi.domain.history import told_in
from gitmoxi.domain.states import Worker
from tests.contract.stores.records import a_step

ITEM_LIMIT = 400 * 1024
"""Bytes that a DynamoDB item may have (Amazon DynamoDB Developer Guide, "Quotas")."""


def explained(id_: str = "image.not-found", **changes: Any) -> Explanation:
    values = {"cause": f"{id_} happened.", "evidence": ("AWS said so.",), "advice": "Mend it.", "source": ""}
    return Explanation(**({"id": id_} | values | changes))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(explained(), explained(count=7, evidence=("again",)), True, id="one cause, told again"),
        pytest.param(explained(), explained(cause="web:3 is missing."), False, id="another name in it"),
        pytest.param(explained(), explained("container.error"), False, id="another kind"),
        pytest.param(
            explained(UNKNOWN, evidence=("a",)),
            explained(UNKNOWN, evidence=("b",)),
            False,
            id="unknown words",
        ),
    ],
)
def test_what_is_the_same_cause(one, other, same):
    assert (one.key == other.key) is (one.mark == other.mark) is same


def test_a_step_keeps_the_first_few():
    many = [explained(f"kind.{number}") for number in range(20)]
    assert kept(many) == tuple(many[:MOST_KEPT])


def test_whole_pieces_of_evidence_are_kept_as_far_as_there_is_room():
    texts = ("a" * 1_000, "b" * 1_000, "c" * (EVIDENCE_KEPT - 2_000), "d")
    (one,) = kept([explained(evidence=texts)])
    assert one.evidence == texts[:3]


def test_the_longest_step_fits_into_an_item():
    """Names in causes and advice have at most 600 characters; no character has more than 4 bytes."""
    longest = [
        explained(
            f"k{number}",
            cause="\U0001f600" * 2_000,
            advice="\U0001f600" * 2_000,
            evidence=("\U0001f600" * 1_000,) * 20,
        )
        for number in range(20)
    ]
    assert len(encode(a_step(explanations=kept(longest))).encode()) < ITEM_LIMIT


def test_what_a_later_step_knows_of_a_cause_replaces_what_an_earlier_one_knew():
    early, late = explained(count=1), explained(count=5)
    steps = [a_step(1, explanations=(early,)), a_step(2, explanations=(explained("a.symptom"), late))]
    assert told_in(steps) == (explained("a.symptom"), late)


def test_what_only_an_earlier_step_knew_comes_after():
    steps = [a_step(1, explanations=(explained("early"),)), a_step(2, explanations=(explained("late"),))]
    assert [one.id for one in told_in(steps)] == ["late", "early"]


def test_the_way_back_comes_after_the_way_forward():
    forward = a_step(1, explanations=(explained("forward"),))
    back = replace(a_step(2, explanations=(explained("back"), explained("forward"))), by=Worker.ROLLBACK)
    assert [one.id for one in told_in([forward, back, a_step(3)])] == ["forward", "back"]


def test_steps_that_met_no_failure_tell_nothing():
    assert told_in([a_step(1), a_step(2)]) == ()
