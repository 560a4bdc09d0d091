"""Functions come, change and go in AWS's order of states.

https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.functions.refusals import REASONS
from tests.unit.aws_model.ecs_cloud import HERE
from tests.unit.aws_model.functions_cloud import ARN, NETWORK

CANNOT = "The operation cannot be performed at this time."
BUSY = f"{CANNOT} An update is in progress for resource: {ARN}"
PENDING = f"{CANNOT} The function is currently in the following state: Pending"
CHANGES = [
    pytest.param("UpdateFunctionCode", {"S3Bucket": "code", "S3Key": "x.zip"}, id="code"),
    pytest.param("UpdateFunctionConfiguration", {"Timeout": 9}, id="configuration"),
    pytest.param("PublishVersion", {}, id="publish"),
]


class TestCreation:
    def test_goes_from_pending_to_active(self, functions):
        made = functions.create()
        assert (made["State"], made["StateReasonCode"]) == ("Pending", "Creating")

        functions.wait(1.9)
        assert functions.latest()["State"] == "Pending"
        functions.wait(0.1)

        settled = functions.latest()
        assert (settled["State"], settled["LastUpdateStatus"]) == ("Active", "Successful")
        assert "StateReason" not in settled
        assert settled["RevisionId"] != made["RevisionId"]

    def test_of_a_function_with_a_vpc_takes_longer(self, functions):
        functions.create(VpcConfig=NETWORK)
        functions.wait(2)
        assert functions.latest()["State"] == "Pending"
        functions.wait(4)
        assert functions.latest()["State"] == "Active"

    @pytest.mark.parametrize(("operation", "params"), CHANGES)
    def test_under_way_refuses_changes(self, functions, operation, params):
        functions.create()

        error = functions.refused(operation, "ResourceConflictException", **params)

        assert (error.message, error.status) == (PENDING, 409)

    def test_that_fails_leaves_a_failed_function(self, functions):
        functions.break_down("change_fails", match="one.zip", reason_code="SubnetOutOfIPAddresses")

        failed = functions.created()

        assert (failed["State"], failed["StateReasonCode"]) == ("Failed", "SubnetOutOfIPAddresses")
        assert failed["StateReason"] == REASONS["SubnetOutOfIPAddresses"]
        assert failed["LastUpdateStatus"] == "Failed"

    def test_a_failed_function_is_well_after_an_update(self, functions):
        """Unverified: AWS documents deleting and creating again, and refuses no update either."""
        functions.break_down("change_fails", match="one.zip", reason_code="InvalidImage")
        functions.created()

        functions.update("two.zip")
        functions.wait()

        assert functions.latest()["State"] == "Active"

    def test_of_a_name_that_is_taken_is_refused(self, functions):
        functions.created()

        error = functions.refused("CreateFunction", "ResourceConflictException", **_whole())

        assert (error.message, error.status) == ("Function already exist: f", 409)

    def test_can_publish_the_first_version(self, functions):
        """Publish, https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
        made = functions.create(Publish=True)
        assert (made["Version"], made["FunctionArn"]) == ("1", ARN)
        assert functions.of("GetFunction", Qualifier="1")["Configuration"]["State"] == "Pending"

        functions.wait()

        assert functions.of("GetFunction", Qualifier="1")["Configuration"]["State"] == "Active"


class TestUpdates:
    def test_are_in_progress_and_then_successful(self, functions):
        before = functions.created()

        updated = functions.update("two.zip")

        assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
        functions.wait(2)
        settled = functions.latest()
        assert settled["LastUpdateStatus"] == "Successful"
        assert settled["CodeSha256"] != before["CodeSha256"]

    @pytest.mark.parametrize(("operation", "params"), CHANGES)
    def test_refuse_others_meanwhile(self, functions, operation, params):
        functions.created()
        functions.update("two.zip")

        error = functions.refused(operation, "ResourceConflictException", **params)

        assert (error.message, error.status) == (BUSY, 409)

    def test_change_the_revision_once_more_by_themselves(self, functions):
        """aws-facts: who does not read again after the wait is refused."""
        functions.created()
        updated = functions.update("two.zip")
        functions.wait()
        assert functions.latest()["RevisionId"] != updated["RevisionId"]

        functions.refused("PublishVersion", "PreconditionFailedException", RevisionId=updated["RevisionId"])

    @pytest.mark.parametrize(
        ("reason_code", "reason", "told"),
        [
            pytest.param("EniLimitExceeded", "", REASONS["EniLimitExceeded"], id="AWS's words"),
            pytest.param("FunctionError", "Runtime.ExitError", "Runtime.ExitError", id="words of a test"),
        ],
    )
    def test_that_fail_say_why_and_leave_the_function_active(self, functions, reason_code, reason, told):
        functions.created()
        functions.break_down("change_fails", match="two.zip", reason_code=reason_code, reason=reason)

        functions.update("two.zip")
        functions.wait()

        failed = functions.latest()
        assert (failed["State"], failed["LastUpdateStatus"]) == ("Active", "Failed")
        assert (failed["LastUpdateStatusReasonCode"], failed["LastUpdateStatusReason"]) == (reason_code, told)

    def test_that_fail_leave_what_runs_as_it_was(self, functions):
        good = functions.created()
        functions.break_down("change_fails", match="TOKEN")

        functions.of("UpdateFunctionConfiguration", Environment={"Variables": {"TOKEN": "x"}})
        functions.wait()

        found = functions.model.function(account=HERE.account, region=HERE.region, name="f")
        assert "Environment" in functions.latest()
        assert found.serving.config == good

    def test_after_a_failure_clear_its_reason(self, functions):
        functions.created()
        functions.break_down("change_fails", match="two.zip")
        functions.update("two.zip")
        functions.wait()

        functions.update("three.zip")
        functions.wait()

        assert functions.latest()["LastUpdateStatus"] == "Successful"
        assert "LastUpdateStatusReason" not in functions.latest()

    def test_can_be_slow(self, functions):
        functions.created()
        functions.break_down("slow_change", match="two.zip", seconds=600)
        functions.update("two.zip")

        functions.wait(601)
        assert functions.latest()["LastUpdateStatus"] == "InProgress"
        functions.wait(1)
        assert functions.latest()["LastUpdateStatus"] == "Successful"


class TestDeletion:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""

    def test_without_a_vpc_is_done_at_once(self, functions):
        functions.created()

        assert functions.of("DeleteFunction") == {"StatusCode": 204}

        error = functions.refused("GetFunction", "ResourceNotFoundException")
        assert (error.message, error.status) == (f"Function not found: {ARN}", 404)

    def test_with_a_vpc_takes_its_time(self, functions):
        functions.created(VpcConfig=NETWORK)

        assert functions.of("DeleteFunction") == {"StatusCode": 202}

        assert functions.latest()["State"] == "Deleting"
        for operation in ("DeleteFunction", "PublishVersion", "UpdateFunctionConfiguration"):
            functions.refused(operation, "ResourceConflictException")
        functions.refused("CreateFunction", "ResourceConflictException", **_whole())
        functions.wait(10)
        functions.refused("GetFunction", "ResourceNotFoundException")
        functions.create()

    def test_takes_versions_and_aliases_along(self, functions):
        functions.created()
        functions.published()
        functions.of("CreateAlias", Name="live", FunctionVersion="1")

        functions.of("DeleteFunction")
        functions.created()

        assert functions.of("ListAliases")["Aliases"] == []
        assert functions.of("PublishVersion")["Version"] == "1"


class TestInvocations:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""

    @pytest.mark.parametrize("state", ["Pending", "Failed", "Deleting"])
    def test_are_refused_by_the_state(self, functions, state):
        if state == "Failed":
            functions.break_down("change_fails")
        functions.create(VpcConfig=NETWORK)
        if state != "Pending":
            functions.wait()
        if state == "Deleting":
            functions.of("DeleteFunction")

        with pytest.raises(AwsError, match=f"in the following state: {state}"):
            functions.model.diverted({"FunctionName": "f"}, HERE, draw=0.5)

    def test_follow_an_alias_s_weights(self, functions):
        """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""
        functions.created()
        functions.published("two.zip")
        functions.of(
            "CreateAlias",
            Name="live",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"2": 0.2}},
        )
        invoked = {"FunctionName": "f:live"}

        assert functions.model.diverted(invoked, HERE, draw=0.19) == "2"
        assert functions.model.diverted(invoked, HERE, draw=0.2) is None

    def test_of_a_version_that_is_not_there_are_refused(self, functions):
        functions.created()

        with pytest.raises(AwsError, match=f"Function not found: {ARN}:9"):
            functions.model.diverted({"FunctionName": "f", "Qualifier": "9"}, HERE, draw=0.5)


class TestTime:
    def test_the_next_change_is_told(self, functions):
        assert functions.model.advance() is None
        functions.create()
        assert functions.model.advance() == functions.clock.now() + timedelta(seconds=2)
        functions.wait()
        assert functions.model.advance() is None

    def test_the_state_outlives_the_process(self, functions):
        functions.created()
        functions.published("two.zip")
        functions.of("CreateAlias", Name="live", FunctionVersion="2")
        functions.of("PutProvisionedConcurrencyConfig", Qualifier="1", ProvisionedConcurrentExecutions=2)
        functions.update("three.zip")
        saved = json.loads(json.dumps(functions.model.dump()))

        functions.model = functions.fresh_model()
        functions.changes.clear()
        functions.model.load(saved)

        assert [change.name for change in functions.changes] == ["f"]
        assert functions.model.dump() == saved
        assert functions.latest()["LastUpdateStatus"] == "InProgress"
        functions.wait()
        assert functions.latest()["LastUpdateStatus"] == "Successful"

    def test_a_state_of_another_version_is_refused(self, functions):
        with pytest.raises(ValueError, match="version 0, expected 1"):
            functions.model.load({"version": 0, "regions": []})

    def test_each_change_is_told(self, functions):
        functions.created()
        functions.changes.clear()
        functions.update("two.zip")
        functions.wait()
        functions.model.advance()
        functions.of("DeleteFunction")

        assert [change.name for change in functions.changes] == ["f", "f", "f"]


def _whole():
    return {"Runtime": "python3.13", "Handler": "h", "Role": _role(), "Code": {"ZipFile": b""}}


def _role():
    return f"arn:aws:iam::{HERE.account}:role/other"
