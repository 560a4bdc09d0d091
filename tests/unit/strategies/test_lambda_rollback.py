"""How a Lambda function is brought back, or away after a failed first create."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.failing import CHANGED
from gitmoxi.strategies.lambda_observation import LambdaObservation
from gitmoxi.strategies.lambda_republishing import FAILED_VERSION
from gitmoxi.strategies.lambda_rollback import decide_lambda_rollback
from gitmoxi.strategies.lambda_steps import (
    CODE,
    CODE_SHA256,
    CONFIGURATION,
    DELETE,
    DELETE_VERSION,
    OLD_TAGS,
    OLD_VERSION,
    TAGS,
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
PUBLISHED = {VERSION: "2", CODE_SHA256: "sha-2"}


def summary(decision):
    """State, phase and calls: what a decision comes to."""
    return decision.to, decision.progress.phase, tuple(action.call for action in decision.actions)


def forward(phase="start", values=None, **members):
    return deployment(phase, values, target=LAMBDA, **members)


def back(phase="start", values=None, **members):
    return deployment(phase, values, target=LAMBDA, state=State.ROLLING_BACK, cause="It failed.", **members)


class TestRollback:
    @pytest.mark.parametrize(
        ("head", "seen", "good", "expected"),
        [
            pytest.param(
                back("start", {VERSION: "2", OLD_VERSION: "1"}),
                greet(function(), alias=alias("2"), plan=BOTH),
                "1",
                (State.ROLLING_BACK, "shifted", (UPDATE_ALIAS,)),
                id="the alias first",
            ),
            pytest.param(
                back(),
                greet(function(), alias=alias("1"), plan=BOTH),
                "1",
                (State.ROLLING_BACK, "settle", ()),
                id="it never moved",
            ),
            pytest.param(
                back("start", {VERSION: "2", OLD_VERSION: "1"}),
                greet(function(), alias=alias("2")),
                None,
                (State.ROLLING_BACK, "shifted", (UPDATE_ALIAS,)),
                id="to the version from before, where none is known as good",
            ),
            pytest.param(
                back("start", {VERSION: "2"}),
                greet(function(), alias=alias("2")),
                None,
                (State.ROLLBACK_FAILED, "start", ()),
                id="no version to go back to",
            ),
            pytest.param(
                back("settle"),
                greet(function(), alias=alias("1"), plan=BOTH),
                "1",
                (State.ROLLING_BACK, "settle", (UPDATE_CODE,)),
                id="the code is restored",
            ),
            pytest.param(
                back("settle", {CODE: "yes"}),
                greet(function(update="Failed"), alias=alias("1"), plan=SETTINGS),
                "1",
                (State.ROLLING_BACK, "settle", (UPDATE_CONFIGURATION,)),
                id="a failure that the next piece may mend",
            ),
            pytest.param(
                back("settle", {CODE: "yes", CONFIGURATION: "yes"}),
                greet(function(update="Failed"), alias=alias("1"), plan=UNCHANGED),
                "1",
                (State.ROLLBACK_FAILED, "settle", ()),
                id="the last piece failed",
            ),
            pytest.param(
                back("settle", {FAILED_VERSION: "2"}),
                greet(function(), alias=alias("1"), plan=UNCHANGED),
                "1",
                (State.ROLLING_BACK, "cleaned", (DELETE_VERSION,)),
                id="the failed version is deleted",
            ),
            pytest.param(
                back("cleaned", intents=(called(DELETE_VERSION, error=REFUSED),)),
                greet(function(), alias=alias("1"), plan=UNCHANGED),
                "1",
                (State.ROLLED_BACK, "cleaned", ()),
                id="a version that stays harms nobody",
            ),
            pytest.param(
                back("shifted", intents=(called(UPDATE_ALIAS, error=REFUSED),)),
                greet(function(), alias=alias("2"), plan=UNCHANGED),
                "1",
                (State.ROLLBACK_FAILED, "shifted", ()),
                id="the alias cannot be moved",
            ),
            pytest.param(
                back(),
                greet(function(), created=True),
                None,
                (State.ROLLING_BACK, "remove", (DELETE,)),
                id="a first create is removed",
            ),
            pytest.param(
                back(),
                greet(function(), created=True, owned=False),
                None,
                (State.ROLLBACK_FAILED, "start", ()),
                id="what is not ours is left alone",
            ),
            pytest.param(
                back("remove", intents=(called(DELETE),)),
                greet(function(state="Deleting")),
                None,
                (State.ROLLING_BACK, "remove", ()),
                id="asked for once, then waited for",
            ),
            pytest.param(back("remove"), greet(None), None, (State.ROLLED_BACK, "remove", ()), id="removed"),
            pytest.param(
                back(), greet(None), "1", (State.ROLLBACK_FAILED, "start", ()), id="somebody deleted it"
            ),
        ],
    )
    def test_the_next_step(self, head, seen: LambdaObservation, good, expected):
        seen = replace(seen, good_version=function(Version=good) if good else None)
        assert summary(decide_lambda_rollback(head, record(LAMBDA), seen, READINESS, NOW)) == expected

    def test_a_removal_is_bounded(self):
        seen = greet(function(state="Deleting"))
        decision = decide_lambda_rollback(back("remove"), record(LAMBDA), seen, READINESS, LATER)
        assert decision.to is State.ROLLBACK_FAILED

    def test_what_could_not_be_restored_is_said(self):
        seen = greet(function(), alias=alias("1"))
        decision = decide_lambda_rollback(back("settle"), record(LAMBDA), seen, READINESS, NOW)
        assert decision.to is State.ROLLED_BACK
        assert "$LATEST keeps" in decision.because

    def test_an_unknown_phase_is_a_bug(self):
        with pytest.raises(InvariantError):
            decide_lambda_rollback(back("elsewhere"), record(LAMBDA), greet(function()), READINESS, NOW)
