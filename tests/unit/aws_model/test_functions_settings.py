"""What Lambda checks in requests, tells in lists and answers when something is broken."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import pytest

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.functions import Limits, constraints, names
from gitmoxi_local.aws_model.functions.faults import FunctionFaultKind
from gitmoxi_local.aws_model.functions.refusals import REASONS, REFUSALS
from tests.unit.aws_model.api_shapes import service_model
from tests.unit.aws_model.ecs_cloud import ELSEWHERE, HERE
from tests.unit.aws_model.functions_cloud import ARN, FUNCTION, NETWORK, ROLE

NOT_FAILURES = {"Creating", "Idle", "Restoring"}


class TestRequests:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html"""

    @pytest.mark.parametrize(
        ("params", "problem"),
        [
            pytest.param({"Timeout": 0}, "Value '0' at 'timeout' failed to satisfy", id="timeout"),
            pytest.param({"MemorySize": 99_999_999}, "at 'memorySize' failed to satisfy", id="memory"),
            pytest.param({"Role": "admin"}, "at 'role' failed to satisfy constraint: Member must", id="role"),
            pytest.param({"Handler": "a b"}, "at 'handler' failed to satisfy", id="handler"),
            pytest.param({"Description": "x" * 257}, "Member must have length less", id="description"),
            pytest.param({"TracingConfig": {"Mode": "Loud"}}, "at 'tracingConfig.mode' failed", id="nested"),
        ],
    )
    def test_members_outside_their_limits_are_refused(self, functions, params, problem):
        functions.created()

        error = functions.refused("UpdateFunctionConfiguration", "ValidationException", **params)

        assert error.message.startswith("1 validation error detected: ")
        assert problem in error.message

    def test_all_problems_are_told_at_once(self):
        with pytest.raises(AwsError, match="2 validation errors detected: "):
            constraints.check(
                "UpdateFunctionConfiguration", {"FunctionName": "f", "Timeout": 0, "MemorySize": 1}
            )

    def test_a_missing_member_is_told(self):
        with pytest.raises(AwsError, match="at 'functionVersion' failed to satisfy constraint"):
            constraints.check("CreateAlias", {"FunctionName": "f", "Name": "live"})

    @pytest.mark.parametrize("name", ["", "no spaces", "x" * 141])
    def test_names_have_rules(self, functions, name):
        with pytest.raises(AwsError, match="at 'functionName' failed to satisfy"):
            functions.call("CreateFunction", **{**FUNCTION, "FunctionName": name})

    @pytest.mark.parametrize("missing", ["Runtime", "Handler"])
    def test_a_package_needs_runtime_and_handler(self, functions, missing):
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
        whole = {name: value for name, value in FUNCTION.items() if name != missing}

        error = functions.refused("CreateFunction", "InvalidParameterValueException", **whole)

        assert "Runtime and Handler are mandatory" in error.message

    @pytest.mark.parametrize(
        ("runtime", "told"),
        [
            pytest.param("cobol85", "Value cobol85 at 'runtime' failed to satisfy constraint", id="unknown"),
            pytest.param("nodejs12.x", "The runtime parameter of nodejs12.x is no longer", id="dead"),
        ],
    )
    def test_runtimes_must_exist_and_live(self, functions, runtime, told):
        """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""
        functions.created()

        error = functions.refused(
            "UpdateFunctionConfiguration", "InvalidParameterValueException", Runtime=runtime
        )

        assert told in error.message

    def test_the_environment_has_room_for_4_kb(self, functions):
        """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
        functions.created()
        functions.of("UpdateFunctionConfiguration", Environment={"Variables": {"TOO": "x" * 4080}})
        functions.wait()

        error = functions.refused(
            "UpdateFunctionConfiguration",
            "InvalidParameterValueException",
            Environment={"Variables": {"TOO": "x" * 4090}},
        )

        assert "exceeded the 4KB limit" in error.message

    def test_only_latest_changes(self, functions):
        functions.created()
        functions.published()

        with pytest.raises(AwsError, match="can only target the unqualified function"):
            functions.call("UpdateFunctionConfiguration", FunctionName="f:1", Timeout=9)

    def test_what_is_not_modelled_says_so(self, functions):
        with pytest.raises(AwsError, match="does not model lambda:CreateEventSourceMapping"):
            functions.model.call("CreateEventSourceMapping", {"FunctionName": "f"}, HERE)


class TestConfiguration:
    def test_members_that_are_left_out_stay(self, functions):
        functions.created(Environment={"Variables": {"COLOUR": "blue"}}, VpcConfig=NETWORK)

        functions.of("UpdateFunctionConfiguration", Timeout=9)
        functions.wait()

        latest = functions.latest()
        assert (latest["Timeout"], latest["MemorySize"]) == (9, 128)
        assert latest["Environment"] == {"Variables": {"COLOUR": "blue"}}
        assert latest["VpcConfig"]["SubnetIds"] == ["subnet-1"]

    def test_empty_members_are_taken_away(self, functions):
        queue = {"TargetArn": f"arn:aws:sqs:eu-west-1:{HERE.account}:q"}
        functions.created(Environment={"Variables": {"COLOUR": "blue"}}, DeadLetterConfig=queue)

        functions.of(
            "UpdateFunctionConfiguration", Environment={"Variables": {}}, DeadLetterConfig={"TargetArn": ""}
        )

        assert not {"Environment", "DeadLetterConfig"} & functions.latest().keys()


class TestLayers:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Layer.html"""

    ARN = f"arn:aws:lambda:{HERE.region}:{HERE.account}:layer:tools:3"

    def test_are_shown_with_their_size(self, functions):
        functions.packages.layers[self.ARN] = 77

        assert functions.created(Layers=[self.ARN])["Layers"] == [{"Arn": self.ARN, "CodeSize": 77}]

        functions.of("UpdateFunctionConfiguration", Layers=[])
        assert "Layers" not in functions.latest()

    def test_must_exist(self, functions):
        functions.created()

        error = functions.refused(
            "UpdateFunctionConfiguration", "InvalidParameterValueException", Layers=[self.ARN]
        )

        assert error.message == f"Layer version {self.ARN} does not exist."


class TestLists:
    def test_functions_come_by_the_page_and_without_states(self, functions):
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""
        for number in range(51):
            functions.call("CreateFunction", **{**FUNCTION, "FunctionName": f"f{number:02}"})

        first = functions.call("ListFunctions", MaxItems=1000)
        rest = functions.call("ListFunctions", Marker=first["NextMarker"])

        assert (len(first["Functions"]), len(rest["Functions"])) == (50, 1)
        assert "NextMarker" not in rest
        assert not {"State", "LastUpdateStatus", "StateReasonCode"} & first["Functions"][0].keys()

    def test_versions_come_along_on_request(self, functions):
        functions.created()
        functions.published("two.zip")

        listed = functions.call("ListFunctions", FunctionVersion="ALL")["Functions"]

        assert [one["FunctionArn"] for one in listed] == [f"{ARN}:$LATEST", f"{ARN}:1", f"{ARN}:2"]

    def test_versions_are_in_the_order_of_their_numbers(self, functions):
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html"""
        functions.created()
        functions.published(*(f"{number}.zip" for number in range(10)))

        listed = functions.of("ListVersionsByFunction")["Versions"]

        assert [one["Version"] for one in listed] == ["$LATEST", *map(str, range(1, 12))]

    def test_a_marker_of_ours_is_asked_for(self, functions):
        with pytest.raises(AwsError, match="Invalid marker"):
            functions.call("ListFunctions", Marker="mine")

    def test_each_region_has_its_own(self, functions):
        functions.created()

        assert functions.call("ListFunctions", ELSEWHERE)["Functions"] == []
        with pytest.raises(AwsError, match="Functions from 'eu-west-1' are not reachable in this region"):
            functions.call("GetFunction", ELSEWHERE, FunctionName=ARN)


class TestTags:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html"""

    def test_are_set_read_and_taken_away(self, functions):
        functions.created(Tags={"team": "shop"})
        functions.call("TagResource", Resource=ARN, Tags={"stage": "prod"})
        assert functions.call("ListTags", Resource=ARN)["Tags"] == {"team": "shop", "stage": "prod"}

        functions.call("UntagResource", Resource=ARN, TagKeys=["team", "none"])

        assert functions.of("GetFunction")["Tags"] == {"stage": "prod"}

    def test_are_50_at_most(self, functions):
        functions.created()

        with pytest.raises(AwsError, match="exceeds resource tag limit"):
            functions.call("TagResource", Resource=ARN, Tags={f"k{number}": "" for number in range(51)})

    def test_belong_to_no_version(self, functions):
        functions.created()

        with pytest.raises(AwsError, match="aliases and versions"):
            functions.call("TagResource", Resource=f"{ARN}:1", Tags={"key": "value"})


class TestFaults:
    @pytest.mark.parametrize(
        ("kind", "params", "code", "told"),
        [
            pytest.param(
                "role_not_assumable",
                {"Role": ROLE},
                "InvalidParameterValueException",
                "cannot be assumed by Lambda",
                id="role",
            ),
            pytest.param(
                "role_without_network",
                {"VpcConfig": NETWORK},
                "InvalidParameterValueException",
                "does not have permissions to call CreateNetworkInterface on EC2",
                id="role and VPC",
            ),
            pytest.param(
                "subnet_missing",
                {"VpcConfig": NETWORK},
                "InvalidParameterValueException",
                "The subnet ID 'subnet-1' does not exist",
                id="subnet",
            ),
            pytest.param(
                "security_group_missing",
                {"VpcConfig": NETWORK},
                "InvalidParameterValueException",
                "The security group 'sg-1' does not exist",
                id="security group",
            ),
            pytest.param(
                "key_unusable",
                {"Environment": {"Variables": {"COLOUR": "blue"}}},
                "InvalidParameterValueException",
                "the KMS key is invalid for CreateGrant",
                id="key",
            ),
        ],
    )
    def test_refuse_configurations(self, functions, kind, params, code, told):
        before = functions.created()
        functions.break_down(kind)

        error = functions.refused("UpdateFunctionConfiguration", code, **params)

        assert told in error.message
        assert functions.latest() == before
        functions.of("UpdateFunctionConfiguration", Timeout=9)

    @pytest.mark.parametrize(
        ("kind", "code", "told"),
        [
            pytest.param("object_denied", "InvalidParameterValueException", "AccessDenied", id="denied"),
            pytest.param("storage_full", "CodeStorageExceededException", "limit exceeded", id="full"),
        ],
    )
    def test_refuse_code(self, functions, kind, code, told):
        functions.created()
        functions.break_down(kind, match="two.zip")

        error = functions.refused("UpdateFunctionCode", code, S3Bucket="code", S3Key="two.zip")

        assert told in error.message
        functions.update("three.zip")

    @pytest.mark.parametrize("kind", ["image_denied", "image_missing", "image_unsupported"])
    def test_refuse_images(self, functions, kind):
        functions.break_down(kind, match="shop:2")
        image = {"PackageType": "Image", "FunctionName": "f", "Role": ROLE}

        functions.refused(
            "CreateFunction", "InvalidParameterValueException", Code={"ImageUri": "shop:2"}, **image
        )
        functions.call("CreateFunction", Code={"ImageUri": "shop:1"}, **image)

    def test_every_kind_can_be_asked_for_over_http(self):
        others = {"change_fails", "provisioning_fails", "slow_change"}
        assert set(get_args(FunctionFaultKind)) == {*REFUSALS, *others}

    def test_no_words_are_kept_for_codes_that_aws_does_not_have(self):
        assert REASONS.keys() <= set(service_model("lambda").shape_for("LastUpdateStatusReasonCode").enum)


class TestThrottling:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Lambda API requests" """

    def allowed(self, functions, operation):
        """How many calls pass before one is refused."""
        calls = itertools.takewhile(lambda _: self.passes(functions, operation), range(1000))
        return len(list(calls))

    def passes(self, functions, operation):
        try:
            functions.of(operation)
        except AwsError as error:
            return error.status != 429
        return True

    def test_all_calls_share_15_a_second_and_get_function_has_100(self, functions):
        functions.created()
        functions.request_limits.enabled = True

        assert self.allowed(functions, "ListAliases") == 15
        assert self.allowed(functions, "GetFunctionConfiguration") == 0
        assert self.allowed(functions, "GetFunction") == 100
        functions.refused("GetFunction", "TooManyRequestsException")
        functions.wait(0.2)
        assert self.allowed(functions, "GetFunctionConfiguration") == 3

    def test_nothing_is_counted_until_it_is_asked_for(self, functions):
        functions.created()
        for _ in range(50):
            functions.of("ListAliases")


@pytest.mark.parametrize(
    ("identifier", "qualifier", "expected"),
    [
        pytest.param("f", "", ("f", "", ""), id="a name"),
        pytest.param("f:live", "", ("f", "live", ""), id="a name with an alias"),
        pytest.param("f", "2", ("f", "2", ""), id="a qualifier given apart"),
        pytest.param("111122223333:function:f", "", ("f", "", ""), id="a partial ARN"),
        pytest.param(ARN, "", ("f", "", "eu-west-1"), id="an ARN"),
        pytest.param(f"{ARN}:7", "", ("f", "7", "eu-west-1"), id="an ARN with a version"),
    ],
)
def test_functions_are_found_by_all_their_names(identifier, qualifier, expected):
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, "FunctionName" """
    name, named, region = expected
    assert names.parse(identifier, qualifier) == names.FunctionName(name=name, qualifier=named, region=region)


STRANGER = {
    "config": {"FunctionName": "f", "RevisionId": "r1", "CodeSha256": "c", "CodeSize": 1, "Timeout": 3},
    "versions": {"1": {"config": {"Version": "1", "CodeSha256": "b", "CodeSize": 1}}},
    "aliases": {"live": {"Name": "live", "FunctionVersion": "1", "RevisionId": "a1"}},
    "tags": {"team": "shop"},
    "concurrency": None,
}


class TestAdopting:
    """Functions that somebody made past the model."""

    def test_a_stranger_is_taken_over(self, functions):
        functions.model.adopt(HERE, {"f": STRANGER})

        assert functions.latest()["State"] == "Active"
        assert functions.of("GetAlias", Name="live")["FunctionVersion"] == "1"
        assert functions.of("PublishVersion")["Version"] == "2"

    def test_one_that_we_know_stays(self, functions):
        functions.model.adopt(HERE, {"f": STRANGER})
        functions.of("UpdateFunctionConfiguration", Timeout=9)

        functions.model.adopt(HERE, {"f": STRANGER})

        assert functions.latest()["Timeout"] == 9

    def test_one_that_changed_behind_us_is_taken_over_again(self, functions):
        functions.model.adopt(HERE, {"f": STRANGER})
        config = {**STRANGER["config"], "RevisionId": "r2", "Timeout": 5}

        functions.model.adopt(HERE, {"f": {**STRANGER, "config": config}})

        assert functions.latest()["Timeout"] == 5

    def test_one_that_is_gone_is_forgotten(self, functions):
        functions.created()

        functions.model.adopt(HERE, {"f": None})

        functions.refused("GetFunction", "ResourceNotFoundException")


def test_the_limits_can_be_another_account_s(functions):
    functions.limits = replace(Limits(), page=1)
    functions.model = functions.fresh_model()
    functions.created()

    assert "NextMarker" not in functions.call("ListFunctions")
    functions.published()
    assert "NextMarker" in functions.of("ListVersionsByFunction")
