"""What Lambda refuses, rule by rule; each test names the page that says so."""

from __future__ import annotations

import copy
import json

import pytest

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.lambda_strict import constraints, names, rules
from gitmoxi_local.lambda_strict.settling import Settling
from gitmoxi_local.operations import service_model

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"


def config(version="$LATEST", **members):
    return {
        "FunctionName": "f",
        "FunctionArn": ARN,
        "Version": version,
        "RevisionId": "r1",
        "CodeSha256": "sha-1",
        "Role": "role-1",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Description": "",
        **members,
    }


@pytest.fixture
def record():
    """A function with versions 1 and 2, $LATEST equal to 2, and an alias on 1."""
    return {
        "config": config(CodeSha256="sha-2"),
        "versions": {"1": {"config": config("1")}, "2": {"config": config("2", CodeSha256="sha-2")}},
        "aliases": {"live": {"Name": "live", "FunctionVersion": "1", "RevisionId": "a1"}},
        "policy": {"Version": "2012-10-17", "Statement": [{"Sid": "all", "Resource": ARN}]},
    }


def weighted(version, weights):
    return {"FunctionVersion": version, "RoutingConfig": {"AdditionalVersionWeights": weights}}


def refused(code, check, *arguments):
    with pytest.raises(AwsError) as caught:
        check(*arguments)
    assert caught.value.code == code
    return caught.value


class TestRevisions:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""

    def test_the_current_revision_passes(self, record):
        rules.revision_matches({"RevisionId": "r1"}, record["config"])

    def test_none_given_passes(self, record):
        rules.revision_matches({}, record["config"])

    def test_an_older_one_is_refused(self, record):
        error = refused(
            "PreconditionFailedException", rules.revision_matches, {"RevisionId": "r0"}, record["config"]
        )

        assert error.status == 412


class TestBusyFunctions:
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""

    def test_an_update_under_way_refuses_another(self, record):
        record["config"]["LastUpdateStatus"] = "InProgress"

        error = refused("ResourceConflictException", rules.not_busy, record)

        assert error.message.endswith(f"An update is in progress for resource: {ARN}")
        assert error.status == 409

    def test_a_function_being_created_refuses_updates(self, record):
        record["config"].update(State="Pending", LastUpdateStatus="InProgress")

        error = refused("ResourceConflictException", rules.not_busy, record)

        assert error.message.endswith("currently in the following state: Pending")

    def test_a_settled_function_passes(self, record):
        rules.not_busy(record)


class TestPublishing:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""

    def test_the_hash_of_latest_passes(self, record):
        rules.code_hash_matches({"CodeSha256": "sha-2"}, record)

    def test_another_hash_is_refused(self, record):
        error = refused(
            "InvalidParameterValueException", rules.code_hash_matches, {"CodeSha256": "sha-1"}, record
        )

        assert "CodeSHA256 (sha-1) is different from current CodeSHA256 in $LATEST (sha-2)" in error.message

    def test_unchanged_code_and_configuration_make_no_version(self, record):
        assert rules.unchanged_version(record) == "2"

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"CodeSha256": "sha-3"}, id="code"),
            pytest.param({"Timeout": 9}, id="configuration"),
            pytest.param({"Description": "new"}, id="description"),
        ],
    )
    def test_a_change_makes_one(self, record, change):
        record["config"].update(change)

        assert rules.unchanged_version(record) is None

    def test_a_version_with_a_description_of_its_own_is_still_unchanged(self, record):
        record["versions"]["2"]["config"]["Description"] = "given by PublishVersion"
        record["versions"]["2"]["latest_description"] = ""

        assert rules.unchanged_version(record) == "2"

    def test_the_first_version_is_always_new(self, record):
        record["versions"] = {}

        assert rules.unchanged_version(record) is None

    def test_versions_are_compared_as_numbers(self, record):
        record["versions"]["10"] = copy.deepcopy(record["versions"]["2"])
        record["versions"]["9"] = {"config": config("9", CodeSha256="other")}

        assert rules.unchanged_version(record) == "10"


class TestAliases:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""

    def test_an_existing_version_passes(self, record):
        rules.alias_can_point(record, {"FunctionVersion": "2"}, None)

    def test_latest_passes_alone(self, record):
        rules.alias_can_point(record, {"FunctionVersion": "$LATEST"}, None)

    def test_a_missing_version_is_refused(self, record):
        error = refused(
            "ResourceNotFoundException", rules.alias_can_point, record, {"FunctionVersion": "9"}, None
        )

        assert error.message == f"Function not found: {ARN}:9"
        assert error.status == 404

    def test_two_versions_of_one_role_may_share(self, record):
        rules.alias_can_point(record, weighted("1", {"2": 0.1}), None)

    def test_weights_alone_go_with_the_version_the_alias_has(self, record):
        change = {"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}}

        refused(
            "InvalidParameterValueException", rules.alias_can_point, record, change, record["aliases"]["live"]
        )

    @pytest.mark.parametrize(
        ("change", "code", "message"),
        [
            pytest.param(
                ("1", {"7": 0.1}),
                "ResourceNotFoundException",
                f"Function not found: {ARN}:7",
                id="a missing version",
            ),
            pytest.param(
                ("1", {"1": 0.1}),
                "InvalidParameterValueException",
                "Function version 1 is already included in routing configuration",
                id="the same version twice",
            ),
            pytest.param(
                ("1", {"2": 0.1, "3": 0.1}),
                "InvalidParameterValueException",
                "cannot be greater than 1",
                id="three versions",
            ),
            pytest.param(
                ("$LATEST", {"2": 0.1}),
                "InvalidParameterValueException",
                "$LATEST is not supported for an alias pointing to more than 1 version",
                id="$LATEST in a pair",
            ),
        ],
    )
    def test_pairs_that_cannot_be_are_refused(self, record, change, code, message):
        error = refused(code, rules.alias_can_point, record, weighted(*change), None)

        assert message in error.message

    @pytest.mark.parametrize("member", [{"Role": "role-2"}, {"DeadLetterConfig": {"TargetArn": "queue"}}])
    def test_versions_of_another_role_or_dead_letter_queue_cannot_share(self, record, member):
        record["versions"]["2"]["config"].update(member)

        refused(
            "InvalidParameterValueException", rules.alias_can_point, record, weighted("1", {"2": 0.1}), None
        )


class TestDeleting:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""

    @pytest.mark.parametrize("qualifier", ["$LATEST", "live"])
    def test_latest_and_aliases_are_no_versions_to_delete(self, record, qualifier):
        refused("InvalidParameterValueException", rules.deletable, record, qualifier)

    def test_a_version_may_be_deleted(self, record):
        rules.deletable(record, "2")


class TestPolicies:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""

    def test_a_resource_has_its_own_statements(self, record):
        record["policy"]["Statement"].append({"Sid": "alias", "Resource": f"{ARN}:live"})

        assert [s["Sid"] for s in json.loads(rules.policy_document(record, ""))["Statement"]] == ["all"]
        assert [s["Sid"] for s in json.loads(rules.policy_document(record, "live"))["Statement"]] == ["alias"]

    def test_no_statement_is_no_policy(self, record):
        assert refused("ResourceNotFoundException", rules.policy_document, record, "2").status == 404


class TestConfiguration:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, .../gettingstarted-limits.html"""

    @pytest.mark.parametrize(
        ("runtime", "message"),
        [
            pytest.param("cobol85", "Value cobol85 at 'runtime' failed to satisfy constraint", id="unknown"),
            pytest.param(
                "nodejs12.x", "The runtime parameter of nodejs12.x is no longer supported", id="dead"
            ),
        ],
    )
    def test_runtimes_that_cannot_be_used_are_refused(self, runtime, message):
        error = refused(
            "InvalidParameterValueException",
            rules.runtime_known,
            {"Runtime": runtime},
            ["nodejs12.x", "python3.13"],
        )

        assert message in error.message

    @pytest.mark.parametrize("params", [{"Runtime": "python3.13"}, {}])
    def test_a_living_runtime_or_none_passes(self, params):
        rules.runtime_known(params, ["python3.13"])

    def test_the_environment_has_room_for_4_kb(self):
        fits = {"Environment": {"Variables": {"A": "x" * 4080}}}
        rules.environment_fits(fits)

        too_much = {"Environment": {"Variables": {"A": "x" * 4090}}}
        refused("InvalidParameterValueException", rules.environment_fits, too_much)


class TestShapes:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html, "Request Body" """

    @pytest.mark.parametrize(
        ("params", "problem"),
        [
            (
                {"Timeout": 0},
                "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater",
            ),
            (
                {"MemorySize": 99_999_999},
                "at 'memorySize' failed to satisfy constraint: Member must have value less",
            ),
            (
                {"Role": "admin"},
                "at 'role' failed to satisfy constraint: Member must satisfy regular expression",
            ),
            (
                {"Description": "x" * 257},
                "at 'description' failed to satisfy constraint: Member must have length less",
            ),
            (
                {"TracingConfig": {"Mode": "Loud"}},
                "at 'tracingConfig.mode' failed to satisfy constraint: Member must",
            ),
        ],
    )
    def test_members_outside_their_limits_are_refused(self, params, problem):
        error = refused("ValidationException", self.check, params)

        assert error.message.startswith("1 validation error detected: ")
        assert problem in error.message

    def test_all_problems_are_told_at_once(self):
        error = refused("ValidationException", self.check, {"Timeout": 0, "MemorySize": 1})

        assert error.message.startswith("2 validation errors detected: ")

    def test_a_missing_member_is_told(self):
        model = service_model("lambda").operation_model("CreateAlias")

        error = refused("ValidationException", constraints.check, model.input_shape, {"FunctionName": "f"})

        assert (
            "Value 'null' at 'functionVersion' failed to satisfy constraint: Member must not be null"
            in error.message
        )

    def test_good_members_pass(self):
        self.check(
            {"Timeout": 3, "MemorySize": 128, "Environment": {"Variables": {"TOKEN": "b"}}, "Layers": []}
        )

    @staticmethod
    def check(params):
        model = service_model("lambda").operation_model("UpdateFunctionConfiguration")
        constraints.check(model.input_shape, {"FunctionName": "f", **params})


@pytest.mark.parametrize(
    ("identifier", "qualifier", "name", "expected"),
    [
        pytest.param("f", "", "f", "", id="a name"),
        pytest.param("f:live", "", "f", "live", id="a name with an alias"),
        pytest.param("f", "2", "f", "2", id="a qualifier given apart"),
        pytest.param("000000000000:function:f", "", "f", "", id="a partial ARN"),
        pytest.param(ARN, "", "f", "", id="an ARN"),
        pytest.param(f"{ARN}:7", "", "f", "7", id="an ARN with a version"),
    ],
)
def test_functions_are_found_by_all_their_names(identifier, qualifier, name, expected):
    assert names.parse(identifier, qualifier) == names.FunctionName(name=name, qualifier=expected)


class TestSettling:
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""

    def test_the_revision_changes_once_more_when_an_update_is_done(self, record):
        settling = Settling(resume=lambda *_key: None)
        settling.begin("a", "r", "f")
        record["config"]["LastUpdateStatus"] = "InProgress"
        settling.look("a", "r", "f", record)
        assert record["config"]["RevisionId"] == "r1"

        record["config"]["LastUpdateStatus"] = "Successful"
        settling.look("a", "r", "f", record)
        changed = record["config"]["RevisionId"]
        settling.look("a", "r", "f", record)

        assert changed != "r1"
        assert record["config"]["RevisionId"] == changed

    def test_a_transition_that_nobody_watches_is_resumed_once(self, record):
        resumed = []
        settling = Settling(resume=lambda *key: resumed.append(key))
        record["config"]["State"] = "Pending"

        settling.look("a", "r", "f", record)
        settling.look("a", "r", "f", record)

        assert resumed == [("a", "r", "f")]
