"""Which revision a rollback takes of itself, whatever happened to the target before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.deployments import ObjectChange, Verb
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.revisions import History, why_no_retry, why_no_revision
from gitmoxi.domain.states import State
from tests.unit.api.stage import ECS, FUNCTION, SHA, T0, a_deployment

OK, BAD, BACK = State.SUCCEEDED, State.FAILED, State.ROLLED_BACK


def history(
    *past: tuple[str, str, State], good: str | None, active: str | None = None, **of: dict
) -> History:
    """Deployments, oldest first, with what they wanted; ``of`` changes single ones."""
    heads = [
        replace(
            a_deployment(name, state=state, created_at=T0 + timedelta(minutes=minute), started_at=T0),
            **{"desired": ref_of(wanted.encode()), **of.get(name, {})},
        )
        for minute, (name, wanted, state) in enumerate(past)
    ]
    by_id = {head.id: head for head in heads}
    last = None
    if good is not None:
        last = LastGood(deployment_id=good, commit_sha=SHA, desired=by_id[good].desired, at=T0)
    record = TargetRecord(target=ECS, last_good=last, active_id=active)
    return History(record=record, heads=heads[::-1])


def asked(restores: str, verb: Verb = Verb.ROLLBACK) -> dict:
    return {"change": ObjectChange.REQUESTED, "verb": verb, "restores": restores}


A, B, C = ("a", "1", OK), ("b", "2", OK), ("c", "3", OK)


@pytest.mark.parametrize(
    ("found", "previous", "running"),
    [
        pytest.param(history(A, B, good="b"), "a", "b", id="the one before"),
        pytest.param(history(A, good="a"), None, "a", id="the only one"),
        pytest.param(history(("a", "1", BAD), good=None), None, None, id="none ever ran well"),
        pytest.param(history(A, B, ("c", "2", OK), good="c"), "a", "c", id="the same again is no other"),
        pytest.param(history(A, B, ("c", "1", OK), good="c"), "b", "c", id="reverted by a commit"),
        pytest.param(history(A, B, ("c", "3", BACK), good="b"), "a", "b", id="a failure that was undone"),
        pytest.param(history(A, B, ("c", "3", BAD), good="b"), "b", None, id="a failure that was left"),
        pytest.param(
            history(A, B, ("c", "3", State.RUNNING), good="b", active="c"), "b", None, id="one under way"
        ),
        pytest.param(
            history(A, B, ("c", "3", BAD), good="b", c={"started_at": None}), "a", "b", id="never started"
        ),
        pytest.param(
            history(A, B, C, ("d", "2", OK), good="d", d=asked("b")), "a", "d", id="further back each time"
        ),
        pytest.param(
            history(A, B, C, ("d", "2", OK), ("e", "4", OK), good="e", d=asked("b")),
            "d",
            "e",
            id="a commit after a rollback",
        ),
    ],
)
def test_a_rollback_goes_back_to(found, previous, running):
    assert (found.previous and found.previous.id, found.running and found.running.id) == (previous, running)


def test_equal_revisions_in_a_row_are_one():
    found = history(A, ("b", "1", State.NO_CHANGE), C, ("d", "1", OK), good="d")

    assert [head.id for head in found.revisions] == ["d", "c", "b"]


@pytest.mark.parametrize(
    ("last", "deleted"),
    [
        pytest.param(("b", "2", OK), True, id="deleted"),
        pytest.param(("b", "2", BAD), False, id="a deletion that failed"),
    ],
)
def test_a_deletion_counts_once_it_succeeded(last, deleted):
    found = history(A, last, good=None, b={"verb": Verb.DELETE, "desired": None})

    assert (found.deletion is not None) is deleted


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"target": FUNCTION}, "is a deployment of lambda/", id="another target's"),
        pytest.param({"target": None}, "of no target that is known", id="no target's"),
        pytest.param({"state": State.WAITING}, "has not ended, it is WAITING", id="waits"),
        pytest.param({"verb": Verb.DELETE}, "deleted ECS service web", id="a deletion"),
        pytest.param({"state": State.CANCELLED}, "ended as CANCELLED", id="cancelled"),
        pytest.param({"desired": None}, "left no documents", id="without documents"),
    ],
)
def test_what_is_no_revision_says_why(changes, told):
    head = replace(a_deployment(state=OK), desired=ref_of(b"1"))

    assert why_no_revision(head, ECS.id) is None
    assert told in (why_no_revision(replace(head, **changes), ECS.id) or "")


def test_a_deletion_that_began_may_be_tried_again_and_no_other():
    deletion = a_deployment(state=BAD, change=ObjectChange.DELETED)

    assert "stopped before it began" in (why_no_retry(deletion) or "")
    assert why_no_retry(replace(deletion, started_at=T0)) is None
