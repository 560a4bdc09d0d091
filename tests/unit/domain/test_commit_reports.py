"""What a commit's deployments come to, in one state and one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitmoxi.domain.commit_reports import CommitReport, CommitState, report_of, shortened
from gitmoxi.domain.deployments import Deployment, ObjectChange, Origin, Verb, deployment_id
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import TargetKind

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def a_deployment(prefix: str, state: State, *, after: int = 0, **changes: Any) -> Deployment:
    origin = Origin(
        repository_id="r-1",
        repository_url="https://git.example.com/team/shop",
        branch="main",
        commit_sha="a" * 40,
        seq=1,
        prefix=prefix,
    )
    at = START + timedelta(minutes=after)
    values = {
        "id": deployment_id(origin) if not after else f"d-{prefix}-{after}",
        "version": 1,
        "state": state,
        "owner": Worker.PLANNER,
        "kind": TargetKind.ECS,
        "change": ObjectChange.MODIFIED,
        "origin": origin,
        "created_at": at,
        "updated_at": at,
        "because": "Because.",
    }
    return Deployment(**values | changes)


def told(*states: State) -> CommitReport:
    return report_of(a_deployment(f"prod/{number}", state) for number, state in enumerate(states))


@pytest.mark.parametrize(
    ("states", "state", "sentence"),
    [
        pytest.param([], CommitState.SUCCESS, "Nothing to deploy.", id="nothing changed"),
        pytest.param([State.RECEIVED], CommitState.PENDING, "0 of 1 done.", id="just begun"),
        pytest.param(
            [State.SUCCEEDED, State.RUNNING, State.NO_CHANGE],
            CommitState.PENDING,
            "2 of 3 done.",
            id="under way",
        ),
        pytest.param(
            [State.SUCCEEDED, State.HELD],
            CommitState.PENDING,
            "1 of 2 done. prod/1: the deletion waits for approval.",
            id="only an approval is missing",
        ),
        pytest.param(
            [State.RUNNING, State.HELD],
            CommitState.PENDING,
            "0 of 2 done.",
            id="an approval is missing, and others are under way",
        ),
        pytest.param([State.SUCCEEDED] * 3, CommitState.SUCCESS, "3 deployed.", id="all deployed"),
        pytest.param(
            [State.BASELINED],
            CommitState.SUCCESS,
            "1 compared only, for the baseline.",
            id="a baseline deploys nothing",
        ),
        pytest.param(
            [State.SUCCEEDED, State.NO_CHANGE, State.SUPERSEDED],
            CommitState.SUCCESS,
            "1 deployed, 1 unchanged, 1 superseded by a newer commit.",
            id="a newer commit took over",
        ),
        pytest.param(
            [State.RUNNING, State.FAILED],
            CommitState.FAILURE,
            "prod/1 failed: Because.",
            id="one failure is told while others are under way",
        ),
        pytest.param(
            [State.FAILED, State.ROLLBACK_FAILED, State.CANCELLED],
            CommitState.FAILURE,
            "prod/1 (and 2 more) failed, its rollback too, and needs a person: Because.",
            id="the worst is told, and how many more there are",
        ),
    ],
)
def test_a_commit_is_one_state_and_one_sentence(states, state, sentence):
    report = told(*states)
    assert (report.state, report.sentence) == (state, sentence)


def test_a_failure_says_its_cause():
    failed = a_deployment("prod/web", State.ROLLED_BACK, cause="The image is not there.")
    assert report_of([failed]).sentence == ("prod/web failed and was rolled back: The image is not there.")


def test_a_retry_takes_the_place_of_what_it_repeats():
    failed = a_deployment("prod/web", State.FAILED)
    retry = a_deployment("prod/web", State.RUNNING, after=1, restores=failed.id)
    again = a_deployment("prod/web", State.SUCCEEDED, after=2, restores=retry.id)
    assert report_of([retry, failed]).state is CommitState.PENDING
    assert report_of([again, failed, retry]) == CommitReport(
        state=CommitState.SUCCESS, sentence="1 deployed.", deployed=1
    )


def test_a_rollback_that_a_person_asked_for_is_not_the_commit_s():
    done = a_deployment("prod/web", State.SUCCEEDED)
    back = a_deployment("prod/web", State.FAILED, after=1, restores=done.id, verb=Verb.ROLLBACK)
    assert report_of([done, back]).state is CommitState.SUCCESS


def test_a_deletion_beside_an_addition_of_the_same_prefix_counts_too():
    gone = a_deployment("prod/web", State.SUCCEEDED)
    new = a_deployment("prod/web", State.FAILED, after=1)
    assert report_of([gone, new]).state is CommitState.FAILURE


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("short", 10, "short", id="fits"),
        pytest.param("a\nb  c", 10, "a b c", id="on one line"),
        pytest.param("abcdefghij", 5, "abcd…", id="cut"),
        pytest.param("abc defghij", 5, "abc…", id="no space before the cut"),
    ],
)
def test_text_is_shortened_to_a_limit(text, limit, expected):
    assert shortened(text, limit) == expected
