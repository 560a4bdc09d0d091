"""Targets of a load balancer: every reason code that AWS's model has is explained."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from gitmoxi.explaining.explaining import explain_target
from gitmoxi.explaining.load_balancing import TARGET_ENTRIES
from gitmoxi.explaining.signs import TargetState

CODES = Loader().load_service_model("elbv2", "service-2")["shapes"]["TargetHealthReasonEnum"]["enum"]


@pytest.mark.parametrize("code", CODES)
def test_every_reason(code):
    explained = explain_target(TargetState(state="unhealthy", code=code, description="AWS's words"))
    assert explained is not None
    assert explained.id.startswith("target.")
    assert explained.evidence == (f"{code}: AWS's words",)


def test_no_code_is_explained_that_aws_does_not_have():
    assert {code for entry in TARGET_ENTRIES for code in entry.codes} == set(CODES)


def test_the_status_codes_are_named():
    described = {
        "Target": {"Id": "10.0.0.1", "Port": 80},
        "TargetHealth": {
            "State": "unhealthy",
            "Reason": "Target.ResponseCodeMismatch",
            "Description": "Health checks failed with these codes: [502,503]",
        },
    }
    explained = explain_target(TargetState.from_aws(described, "web"))
    assert explained is not None
    assert explained.cause == (
        "The application answers the health check of the target group web with 502,503."
    )


def test_a_healthy_target_needs_no_explanation():
    assert explain_target(TargetState(state="healthy")) is None


@pytest.mark.parametrize(
    ("target", "evidence"),
    [
        pytest.param(TargetState(state="odd"), "target is odd", id="no words"),
        pytest.param(TargetState(state="odd", code="New.Code"), "New.Code:", id="a new code"),
        pytest.param(TargetState(state="odd", description="new words"), "new words", id="new words"),
    ],
)
def test_what_is_unknown_is_shown(target, evidence):
    explained = explain_target(target)
    assert explained is not None
    assert (explained.id, explained.evidence) == ("unknown", (evidence,))
