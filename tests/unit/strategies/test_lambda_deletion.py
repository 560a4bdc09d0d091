"""How a Lambda function is deleted: only ours, asked for once, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi.strategies.failing import CHANGED
from gitmoxi.strategies.lambda_release import decide_lambda_deletion
from gitmoxi.strategies.lambda_steps import (
    CODE,
    CODE_SHA256,
    CONFIGURATION,
    DELETE,
    OLD_TAGS,
    TAGS,
    VERSION,
)
from tests.unit.strategies.stories import (
    LAMBDA,
    NOW,
    REFUSED,
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


class TestDeletion:
    @pytest.mark.parametrize(
        ("head", "seen", "now", "expected"),
        [
            pytest.param(forward(), greet(function()), NOW, (State.RUNNING, "delete", (DELETE,)), id="ours"),
            pytest.param(
                forward(), greet(function(), owned=False), NOW, (State.FAILED, "start", ()), id="not ours"
            ),
            pytest.param(forward(), greet(None), NOW, (State.SUCCEEDED, "start", ()), id="never there"),
            pytest.param(
                forward("delete", intents=(called(DELETE),)),
                greet(function(state="Deleting")),
                NOW,
                (State.RUNNING, "delete", ()),
                id="asked for once, then waited for",
            ),
            pytest.param(forward("delete"), greet(None), NOW, (State.SUCCEEDED, "delete", ()), id="gone"),
            pytest.param(
                forward("delete", {CHANGED: "yes"}, intents=(called(DELETE, error=REFUSED),)),
                greet(function()),
                NOW,
                (State.FAILED, "delete", ()),
                id="refused",
            ),
            pytest.param(
                forward("delete", {CHANGED: "yes"}),
                greet(function(state="Deleting")),
                LATER,
                (State.FAILED, "delete", ()),
                id="never gone",
            ),
        ],
    )
    def test_the_next_step(self, head, seen, now, expected):
        assert summary(decide_lambda_deletion(head, record(LAMBDA), seen, now)) == expected
