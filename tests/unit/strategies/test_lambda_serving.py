"""What is left once the alias has moved: its weights, its concurrency, old versions, the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.domain.states import State
from gitmoxi.planning.lambda_concurrency import ConcurrencyPlan
from gitmoxi.ports.aws_lambda import ProvisionedConcurrency
from gitmoxi.strategies.failing import CHANGED
from gitmoxi.strategies.lambda_serving import DELETED, PROVISIONING_TIMEOUT, serve
from gitmoxi.strategies.lambda_steps import (
    DELETE_PROVISIONED,
    DELETE_VERSION,
    OLD_VERSION,
    PROVISIONED,
    PUT_PROVISIONED,
    PUT_RESERVED,
    UPDATE_ALIAS,
    VERSION,
)
from tests.unit.strategies.stories import (
    LAMBDA,
    NOW,
    REFUSED,
    alias,
    called,
    deployment,
    function,
    greet,
    lambda_plan,
)

MOVED = {VERSION: "2", OLD_VERSION: "1", CHANGED: "yes"}
ADOPT = {"onForeignChange": "adopt"}


def provisioned(status="READY", requested=5, reason=""):
    allocated = requested if status == "READY" else 0
    return ProvisionedConcurrency(requested=requested, allocated=allocated, status=status, reason=reason)


def wanting(**members):
    return lambda_plan(concurrency=ConcurrencyPlan(**members))


def seen(serves="2", weights=None, **members):
    return greet(function(), alias=alias(serves, **(weights or {})), **members)


def served(values=None, **members):
    return deployment("shifted", {**MOVED, **(values or {})}, target=LAMBDA, **members)


@pytest.mark.parametrize(
    ("head", "look", "calls", "to"),
    [
        pytest.param(served(), seen(), (), State.SUCCEEDED, id="nothing is left"),
        pytest.param(served(), seen("9"), (), State.FAILED, id="others moved the alias"),
        pytest.param(served(), greet(function()), (), State.FAILED, id="others deleted the alias"),
        pytest.param(
            served(), seen("9", settings=ADOPT), (UPDATE_ALIAS,), State.RUNNING, id="others' move is undone"
        ),
        pytest.param(served(), seen(weights={"1": 0.5}), (), State.FAILED, id="others share its traffic out"),
        pytest.param(
            served(),
            seen(weights={"1": 1.0}, provisioned=provisioned("IN_PROGRESS")),
            (),
            State.RUNNING,
            id="weights that Lambda gives are waited for",
        ),
        pytest.param(
            served(),
            seen("1", weights={"2": 0.3}, provisioned=provisioned("IN_PROGRESS")),
            (),
            State.RUNNING,
            id="on either side",
        ),
        pytest.param(
            served(),
            seen(weights={"7": 0.3}, provisioned=provisioned("IN_PROGRESS")),
            (),
            State.FAILED,
            id="weights of a version that nobody moves are others'",
        ),
        pytest.param(
            served(since=NOW - PROVISIONING_TIMEOUT),
            seen(weights={"1": 1.0}, provisioned=provisioned("IN_PROGRESS")),
            (),
            State.ROLLING_BACK,
            id="not for ever",
        ),
        pytest.param(
            served(), seen(plan=wanting(provisioned=5)), (PUT_PROVISIONED,), State.RUNNING, id="provision"
        ),
        pytest.param(
            served(),
            seen(plan=wanting(provisioned="none"), provisioned=provisioned()),
            (DELETE_PROVISIONED,),
            State.RUNNING,
            id="take away",
        ),
        pytest.param(
            served({PROVISIONED: "5"}),
            seen(plan=wanting(provisioned=5)),
            (),
            State.RUNNING,
            id="a list that does not show it yet",
        ),
        pytest.param(
            served({PROVISIONED: "5"}),
            seen(provisioned=provisioned("IN_PROGRESS")),
            (),
            State.RUNNING,
            id="it is being provisioned",
        ),
        pytest.param(
            served({PROVISIONED: "5"}, since=NOW - PROVISIONING_TIMEOUT),
            seen(provisioned=provisioned("IN_PROGRESS")),
            (),
            State.ROLLING_BACK,
            id="for too long",
        ),
        pytest.param(
            served({PROVISIONED: "5"}),
            seen(provisioned=provisioned("FAILED")),
            (),
            State.ROLLING_BACK,
            id="it cannot be provisioned",
        ),
        pytest.param(
            served({PROVISIONED: "2"}),
            seen(plan=wanting(reserved=3, reserved_last=True), provisioned=provisioned(requested=2)),
            (PUT_RESERVED,),
            State.RUNNING,
            id="then the reservation may shrink",
        ),
        pytest.param(
            served(), seen(superfluous=("3", "4")), (DELETE_VERSION,) * 2, State.RUNNING, id="old versions go"
        ),
        pytest.param(
            served({DELETED: "3"}),
            seen(superfluous=("3",)),
            (),
            State.SUCCEEDED,
            id="once, if still listed",
        ),
        pytest.param(
            served(intents=(called(DELETE_VERSION, {}), called(DELETE_VERSION, {}))),
            seen(superfluous=tuple("3456789")),
            (DELETE_VERSION,) * 5,
            State.RUNNING,
            id="not all at once",
        ),
    ],
)
def test_the_next_step(head, look, calls, to):
    decision = serve(head, look, NOW)
    assert (tuple(action.call for action in decision.actions), decision.to) == (calls, to)
    assert decision.because


def test_an_old_version_that_cannot_be_deleted_harms_nobody_and_is_told():
    kept = called(DELETE_VERSION, error=REFUSED)
    kept.arguments[VERSION] = "3"
    decision = serve(served(intents=(kept,)), seen(superfluous=("3", "4")), NOW)
    assert decision.to is State.SUCCEEDED
    assert "The old version 3 could not be deleted: " in decision.because


def test_a_failed_provisioning_is_explained_in_awss_words():
    look = seen(provisioned=provisioned("FAILED", reason="FUNCTION_ERROR_INIT_FAILURE"))
    decision = serve(served({PROVISIONED: "5"}), look, NOW)
    assert decision.because == (
        "Lambda cannot provision the 5 executions of the alias, 0 are there: FUNCTION_ERROR_INIT_FAILURE"
    )
    assert decision.explanations[0].evidence == ("FUNCTION_ERROR_INIT_FAILURE",)


def test_looks_at_provisioning_grow_apart():
    look = seen(provisioned=provisioned("IN_PROGRESS"))
    waits = [
        serve(served({PROVISIONED: "5"}, since=NOW - timedelta(seconds=seconds)), look, NOW).look_again
        for seconds in (0, 10, 300)
    ]
    assert waits == [timedelta(seconds=1), timedelta(seconds=10), timedelta(seconds=30)]


def test_the_end_names_version_and_executions():
    decision = serve(served(), seen(provisioned=provisioned()), NOW)
    assert decision.because == (
        "The alias live points at version 2, and 5 executions are provisioned for it."
    )
