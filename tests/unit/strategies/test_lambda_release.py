"""What is done next to a Lambda function: create, update, publish, move the alias."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.planning.errors import PlanningError
from gitmoxi.strategies.failing import CHANGED
from gitmoxi.strategies.lambda_observation import has_failed, is_ready
from gitmoxi.strategies.lambda_release import decide_release
from gitmoxi.strategies.lambda_steps import (
    CODE,
    CODE_SHA256,
    CONFIGURATION,
    CREATE,
    CREATE_ALIAS,
    OLD_TAGS,
    PUBLISH,
    STATE,
    TAG,
    TAGS,
    UNTAG,
    UPDATE_ALIAS,
    UPDATE_CODE,
    UPDATE_CONFIGURATION,
    VERSION,
)
from tests.unit.strategies.stories import (
    LAMBDA,
    NOW,
    READINESS,
    REFUSED,
    alias,
    called,
    deployment,
    function,
    greet,
    lambda_plan,
    record,
)

LATER = NOW + timedelta(minutes=20)
BOTH = lambda_plan(code_changed=True, code_request={}, configuration_request={"Timeout": 9}, publish=True)
SETTINGS = lambda_plan(configuration_request={"Timeout": 9}, publish=True)
TAGGING = lambda_plan(tags_to_set={"team": "shop"}, tags_to_remove=("stage",))
UNCHANGED = lambda_plan(Verb.NOTHING)
PUBLISHING = lambda_plan(publish=True)
MADE = {CODE: "yes", CONFIGURATION: "yes", TAGS: "yes", OLD_TAGS: "yes", CHANGED: "yes"}
PUBLISHED = {VERSION: "2", CODE_SHA256: "sha-2", STATE: "Active"}


def summary(decision):
    """State, phase and calls: what a decision comes to."""
    return decision.to, decision.progress.phase, tuple(action.call for action in decision.actions)


def forward(phase="start", values=None, **members):
    return deployment(phase, values, target=LAMBDA, **members)


def back(phase="start", values=None, **members):
    return deployment(phase, values, target=LAMBDA, state=State.ROLLING_BACK, cause="It failed.", **members)


@pytest.mark.parametrize(
    ("state", "update", "ready", "failed"),
    [
        pytest.param("Active", "Successful", True, False, id="ready"),
        pytest.param("Inactive", "Successful", True, False, id="Inactive wakes by itself"),
        pytest.param("Pending", "InProgress", False, False, id="being created"),
        pytest.param("Deactivating", "Successful", False, False, id="on its way to rest"),
        pytest.param("Deactivated", "Successful", True, False, id="at rest"),
        pytest.param("Active", "InProgress", False, False, id="being updated"),
        pytest.param("Failed", "Failed", False, True, id="creation failed"),
        pytest.param("Active", "Failed", False, True, id="update failed"),
    ],
)
def test_readiness(state, update, ready, failed):
    looked_at = function(state=state, update=update)
    assert (is_ready(looked_at), has_failed(looked_at)) == (ready, failed)


class TestRelease:
    @pytest.mark.parametrize(
        ("head", "seen", "expected"),
        [
            pytest.param(
                forward(),
                greet(None, plan=lambda_plan(Verb.CREATE)),
                (State.RUNNING, "settle", (CREATE,)),
                id="create",
            ),
            pytest.param(
                forward(),
                greet(function(), alias=alias(), plan=UNCHANGED),
                (State.NO_CHANGE, "start", ()),
                id="nothing to do",
            ),
            pytest.param(
                forward(),
                greet(function(), refused=PlanningError("it cannot be")),
                (State.FAILED, "start", ()),
                id="no plan can be made",
            ),
            pytest.param(
                forward(),
                greet(function(), alias=alias(), plan=BOTH),
                (State.RUNNING, "settle", (UPDATE_CODE,)),
                id="code first",
            ),
            pytest.param(
                forward("settle", {CODE: "yes"}),
                greet(function(), alias=alias(), plan=BOTH),
                (State.RUNNING, "settle", (UPDATE_CONFIGURATION,)),
                id="then the configuration",
            ),
            pytest.param(
                forward(),
                greet(function(), alias=alias(), plan=TAGGING),
                (State.RUNNING, "settle", (TAG,)),
                id="tags",
            ),
            pytest.param(
                forward("settle", {TAGS: "yes"}),
                greet(function(), alias=alias(), plan=TAGGING),
                (State.RUNNING, "settle", (UNTAG,)),
                id="tags that left",
            ),
            pytest.param(
                forward("settle", {TAGS: "yes", OLD_TAGS: "yes"}),
                greet(function(), alias=alias(), plan=TAGGING),
                (State.SUCCEEDED, "settle", ()),
                id="only tags publish nothing",
            ),
            pytest.param(
                forward("settle", MADE, intents=(called(UPDATE_CODE),)),
                greet(function(update="InProgress")),
                (State.RUNNING, "settle", ()),
                id="settling",
            ),
            pytest.param(
                forward("settle", MADE),
                greet(function(update="Failed")),
                (State.ROLLING_BACK, "start", ()),
                id="the change failed",
            ),
            pytest.param(
                forward("settle", MADE),
                greet(None),
                (State.ROLLING_BACK, "start", ()),
                id="somebody deleted it",
            ),
            pytest.param(
                forward("settle", MADE),
                greet(function(), alias=alias(), plan=PUBLISHING),
                (State.RUNNING, "published", (PUBLISH,)),
                id="publish",
            ),
            pytest.param(
                forward("published", MADE, intents=(called(PUBLISH, PUBLISHED),)),
                greet(function(), alias=alias("1"), plan=PUBLISHING),
                (State.RUNNING, "shifted", (UPDATE_ALIAS,)),
                id="move the alias",
            ),
            pytest.param(
                forward("published", MADE, intents=(called(PUBLISH, PUBLISHED),)),
                greet(function(), plan=PUBLISHING),
                (State.RUNNING, "shifted", (CREATE_ALIAS,)),
                id="make the alias",
            ),
            pytest.param(
                forward("published", MADE, intents=(called(PUBLISH, PUBLISHED),)),
                greet(function(), alias=alias("2"), plan=PUBLISHING),
                (State.SUCCEEDED, "published", ()),
                id="the alias is there already",
            ),
            pytest.param(
                forward("published", MADE, intents=(called(PUBLISH, PUBLISHED),)),
                greet(function(), alias=alias("2", **{"1": 0.5}), plan=PUBLISHING),
                (State.RUNNING, "shifted", (UPDATE_ALIAS,)),
                id="leftover weights are taken away",
            ),
            pytest.param(
                forward("published", MADE, intents=(called(PUBLISH, {**PUBLISHED, STATE: "Pending"}),)),
                greet(function(), alias=alias("1"), plan=PUBLISHING),
                (State.RUNNING, "activate", ()),
                id="a version that is not ready is waited for",
            ),
            pytest.param(
                forward("published", MADE, intents=(called(PUBLISH, {**PUBLISHED, STATE: ""}),)),
                greet(function(), alias=alias("1"), plan=PUBLISHING),
                (State.RUNNING, "activate", ()),
                id="a version of which AWS says no state is looked at",
            ),
            pytest.param(
                forward("activate", {**MADE, VERSION: "2"}),
                greet(function(), alias=alias("1"), published=function(state="Pending")),
                (State.RUNNING, "activate", ()),
                id="the version is being prepared",
            ),
            pytest.param(
                forward("activate", {**MADE, VERSION: "2"}, since=NOW - READINESS.timeout),
                greet(function(), alias=alias("1"), published=function(state="Pending")),
                (State.ROLLING_BACK, "start", ()),
                id="the version is prepared for too long",
            ),
            pytest.param(
                forward("activate", {**MADE, VERSION: "2"}),
                greet(function(), alias=alias("1"), published=function(state="Failed")),
                (State.ROLLING_BACK, "start", ()),
                id="the version failed",
            ),
            pytest.param(
                forward("activate", {**MADE, VERSION: "2"}),
                greet(function(), alias=alias("1")),
                (State.ROLLING_BACK, "start", ()),
                id="the version is gone",
            ),
            pytest.param(
                forward("activate", {**MADE, VERSION: "2"}),
                greet(function(), alias=alias("1"), published=function()),
                (State.RUNNING, "shifted", (UPDATE_ALIAS,)),
                id="the version is ready",
            ),
            pytest.param(
                forward(),
                greet(function(update="InProgress"), alias=alias(), plan=BOTH),
                (State.RUNNING, "start", ()),
                id="others' change is waited for",
            ),
            pytest.param(
                forward(since=NOW - READINESS.timeout),
                greet(function(state="Pending"), alias=alias(), plan=BOTH),
                (State.FAILED, "start", ()),
                id="others' change takes too long",
            ),
            pytest.param(
                forward(),
                greet(function(state="Failed"), alias=alias(), plan=BOTH),
                (State.RUNNING, "settle", (UPDATE_CODE,)),
                id="what failed before us is mended",
            ),
            pytest.param(
                forward(),
                greet(function(state="Inactive"), alias=alias(), plan=BOTH),
                (State.RUNNING, "settle", (UPDATE_CODE,)),
                id="what rests is changed",
            ),
            pytest.param(
                forward(
                    "settle", {CODE: "yes", CHANGED: "yes"}, intents=(called(UPDATE_CODE, error=REFUSED),)
                ),
                greet(function(), plan=BOTH),
                (State.FAILED, "settle", ()),
                id="the first change is refused: nothing was changed",
            ),
            pytest.param(
                forward(
                    "settle",
                    {CODE: "yes", CONFIGURATION: "yes", CHANGED: "yes"},
                    intents=(called(UPDATE_CONFIGURATION, error=REFUSED),),
                ),
                greet(function(), plan=BOTH),
                (State.ROLLING_BACK, "start", ()),
                id="the second change is refused",
            ),
        ],
    )
    def test_the_next_step(self, head, seen, expected):
        decision = decide_release(head, record(LAMBDA, {VERSION: "1"}), seen, READINESS, NOW)
        assert summary(decision) == expected
        assert decision.because

    def test_a_change_that_fails_is_explained_and_its_values_are_masked(self):
        canary = "first\nsecond"
        failed = function(
            update="Failed",
            LastUpdateStatusReasonCode="InvalidSubnet",
            LastUpdateStatusReason=f"no such subnet in {canary}",
        )
        decision = decide_release(
            forward("settle", {CODE: "yes"}),
            record(LAMBDA),
            greet(failed, plan=UNCHANGED, sensitive_values=(canary,)),
            READINESS,
            NOW,
        )
        (one,) = decision.explanations
        assert one.id == "function.invalid-subnet"
        assert decision.because == f"The function's last update Failed: {one.cause}"
        assert one.evidence == (f"no such subnet in {mask_of(canary)}",)

    def test_what_already_serves_is_remembered_as_good(self):
        seen = greet(function(sha="sha-1"), alias=alias("4"), plan=UNCHANGED)
        decision = decide_release(forward(), record(LAMBDA), seen, READINESS, NOW)
        assert decision.last_good == {VERSION: "4", CODE_SHA256: "sha-1"}

    @pytest.mark.parametrize(
        ("head", "now", "state"),
        [
            pytest.param(forward("settle", MADE), NOW + timedelta(seconds=49), State.RUNNING, id="in time"),
            pytest.param(
                forward("settle", MADE), NOW + timedelta(seconds=50), State.ROLLING_BACK, id="too late"
            ),
            pytest.param(
                forward("settle", MADE, intents=(called(UPDATE_CODE),)),
                NOW + timedelta(minutes=9),
                State.RUNNING,
                id="throttles before the call count for nothing",
            ),
        ],
    )
    def test_the_time_to_become_ready(self, head, now, state):
        seen = greet(function(update="InProgress"))
        assert decide_release(head, record(LAMBDA), seen, READINESS, now).to is state

    @pytest.mark.parametrize(
        ("waited", "look"),
        [
            pytest.param(0, 1, id="soon at first"),
            pytest.param(4, 4, id="then further apart"),
            pytest.param(30, 10, id="at most the interval"),
        ],
    )
    def test_looks_grow_apart(self, waited, look):
        seen = greet(function(update="InProgress"))
        now = NOW + timedelta(seconds=waited)
        decision = decide_release(forward("settle", MADE), record(LAMBDA), seen, READINESS, now)
        assert decision.look_again == timedelta(seconds=look)

    def test_an_unknown_phase_is_a_bug(self):
        with pytest.raises(InvariantError):
            decide_release(forward("elsewhere"), record(LAMBDA), greet(function()), READINESS, NOW)
