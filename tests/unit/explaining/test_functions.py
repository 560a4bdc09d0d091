"""The states of a Lambda function: every reason code that AWS's model has is explained."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from gitmoxi.explaining.explaining import explain_function
from gitmoxi.explaining.function_states import FUNCTION_STATE_ENTRIES, QUIET_CODES
from gitmoxi.explaining.signs import FunctionStates

SHAPES = Loader().load_service_model("lambda", "service-2")["shapes"]
STATE_CODES = SHAPES["StateReasonCode"]["enum"]
UPDATE_CODES = SHAPES["LastUpdateStatusReasonCode"]["enum"]


@pytest.mark.parametrize("code", STATE_CODES)
def test_every_reason_of_a_failed_function(code):
    states = FunctionStates(function="orders", state="Failed", state_code=code, state_reason="AWS's words")
    explained = explain_function(states)
    assert explained is not None
    assert explained.id.startswith("function.")
    assert explained.evidence == ("AWS's words",)


@pytest.mark.parametrize("code", UPDATE_CODES)
def test_every_reason_of_a_failed_update(code):
    states = FunctionStates(
        state="Active", update_status="Failed", update_code=code, update_reason="AWS's words"
    )
    explained = explain_function(states)
    assert explained is not None
    assert explained.id.startswith("function.")
    assert explained.evidence == ("AWS's words",)


def test_no_code_is_explained_that_aws_does_not_have():
    assert {code for entry in FUNCTION_STATE_ENTRIES for code in entry.codes} == {*STATE_CODES, *UPDATE_CODES}


@pytest.mark.parametrize(
    "states",
    [
        pytest.param(FunctionStates(state="Active", update_status="Successful"), id="active"),
        pytest.param(FunctionStates(state="Active", update_status="InProgress"), id="being updated"),
        pytest.param(FunctionStates(), id="nothing told"),
        *(pytest.param(FunctionStates(state="Pending", state_code=c), id=c) for c in sorted(QUIET_CODES)),
    ],
)
def test_a_function_that_is_well_needs_no_explanation(states):
    assert explain_function(states) is None


def test_an_inactive_function_that_cannot_come_back_is_explained():
    explained = explain_function(FunctionStates(state="Inactive", state_code="ImageDeleted"))
    assert explained is not None
    assert (explained.id, explained.evidence) == ("function.image-deleted", ("ImageDeleted",))


def test_the_words_tell_more_than_a_general_code():
    states = FunctionStates(
        state="Failed",
        state_code="FunctionError",
        state_reason="Runtime.ImportModuleError: Unable to import module 'app'",
    )
    explained = explain_function(states)
    assert explained is not None
    assert explained.id == "handler.import-error"


def test_an_unknown_code_shows_the_words():
    states = FunctionStates(update_status="Failed", update_code="BrandNew", update_reason="never seen")
    explained = explain_function(states)
    assert explained is not None
    assert (explained.id, explained.evidence) == ("unknown", ("never seen",))


def test_a_function_as_aws_describes_it():
    configuration = {
        "FunctionName": "orders",
        "State": "Active",
        "LastUpdateStatus": "Failed",
        "LastUpdateStatusReasonCode": "SubnetOutOfIPAddresses",
        "LastUpdateStatusReason": "no addresses",
    }
    states = FunctionStates.from_aws(configuration)
    explained = explain_function(states)
    assert explained is not None
    assert explained.cause == "A subnet of the function orders has no free IP address."
