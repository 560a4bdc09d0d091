"""Reserved and provisioned concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

import pytest

from tests.unit.aws_model.functions_cloud import ARN, FUNCTION

PUT, GET = "PutProvisionedConcurrencyConfig", "GetProvisionedConcurrencyConfig"


class TestReserved:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html"""

    def test_is_set_read_and_taken_away(self, functions):
        functions.created()
        assert functions.of("GetFunctionConcurrency") == {}

        functions.of("PutFunctionConcurrency", ReservedConcurrentExecutions=0)

        assert functions.of("GetFunctionConcurrency") == {"ReservedConcurrentExecutions": 0}
        assert functions.of("GetFunction")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
        functions.of("DeleteFunctionConcurrency")
        assert "Concurrency" not in functions.of("GetFunction")

    def test_leaves_100_to_all_others(self, functions):
        functions.created()
        functions.call("CreateFunction", **{**FUNCTION, "FunctionName": "g"})
        functions.call("PutFunctionConcurrency", FunctionName="g", ReservedConcurrentExecutions=300)

        error = functions.refused(
            "PutFunctionConcurrency", "InvalidParameterValueException", ReservedConcurrentExecutions=601
        )

        assert error.message == (
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [100]."
        )
        functions.of("PutFunctionConcurrency", ReservedConcurrentExecutions=600)
        functions.of("PutFunctionConcurrency", ReservedConcurrentExecutions=600)

    def test_shows_in_the_account_s_settings(self, functions):
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html"""
        functions.created()
        functions.of("PutFunctionConcurrency", ReservedConcurrentExecutions=10)

        settings = functions.call("GetAccountSettings")

        assert settings["AccountLimit"]["ConcurrentExecutions"] == 1000
        assert settings["AccountLimit"]["UnreservedConcurrentExecutions"] == 990
        assert settings["AccountUsage"]["FunctionCount"] == 1


class TestProvisioned:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html"""

    @pytest.fixture
    def versions(self, functions):
        functions.created()
        functions.published("two.zip")
        functions.of("CreateAlias", Name="live", FunctionVersion="1")
        return functions

    def put(self, functions, qualifier, wanted=5):
        return functions.of(PUT, Qualifier=qualifier, ProvisionedConcurrentExecutions=wanted)

    def refused(self, functions, code, qualifier, wanted=5):
        return functions.refused(PUT, code, Qualifier=qualifier, ProvisionedConcurrentExecutions=wanted)

    @pytest.mark.parametrize("qualifier", ["1", "live"])
    def test_comes_in_its_own_time(self, versions, qualifier):
        assert self.put(versions, qualifier)["Status"] == "IN_PROGRESS"

        versions.wait(5)

        ready = versions.of(GET, Qualifier=qualifier)
        assert ready["Status"] == "READY"
        assert ready["AllocatedProvisionedConcurrentExecutions"] == 5

    def test_can_fail(self, versions):
        versions.break_down("provisioning_fails", reason="FUNCTION_ERROR_INIT_FAILURE")
        self.put(versions, "live")
        versions.wait()

        failed = versions.of(GET, Qualifier="live")

        assert (failed["Status"], failed["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
        assert failed["AllocatedProvisionedConcurrentExecutions"] == 0

    def test_needs_a_published_version(self, versions):
        versions.of("CreateAlias", Name="newest", FunctionVersion="$LATEST")

        for qualifier in ("$LATEST", "newest"):
            error = self.refused(versions, "InvalidParameterValueException", qualifier)
            assert "cannot be applied to unpublished function versions" in error.message

    @pytest.mark.parametrize(
        ("qualifier", "told"),
        [
            pytest.param("9", f"Function not found: {ARN}:9", id="version"),
            pytest.param("gone", f"Cannot find alias arn: {ARN}:gone", id="alias"),
        ],
    )
    def test_needs_a_qualifier_that_is_there(self, versions, qualifier, told):
        assert self.refused(versions, "ResourceNotFoundException", qualifier).message == told

    def test_and_weights_exclude_each_other(self, versions):
        routing = {"AdditionalVersionWeights": {"2": 0.1}}
        versions.of("CreateAlias", Name="split", FunctionVersion="1", RoutingConfig=routing)
        told = "Alias with weights can not be used with Provisioned Concurrency"
        assert self.refused(versions, "InvalidParameterValueException", "split").message == told

        self.put(versions, "live")
        error = versions.refused(
            "UpdateAlias", "InvalidParameterValueException", Name="live", RoutingConfig=routing
        )

        assert error.message == told

    def test_an_alias_that_has_it_moves_by_weights_of_aws_s_own(self, versions):
        """aws-facts: transient weights while it moves; their numbers are not documented."""
        self.put(versions, "live")
        versions.wait()

        versions.of("UpdateAlias", Name="live", FunctionVersion="2")

        moving = versions.of("GetAlias", Name="live")
        assert moving["FunctionVersion"] == "2"
        assert list(moving["RoutingConfig"]["AdditionalVersionWeights"]) == ["1"]
        assert versions.of(GET, Qualifier="live")["Status"] == "IN_PROGRESS"
        versions.wait(5)
        assert "RoutingConfig" not in versions.of("GetAlias", Name="live")
        assert versions.of(GET, Qualifier="live")["Status"] == "READY"

    def test_a_version_has_it_once(self, versions):
        self.put(versions, "1")
        error = self.refused(versions, "ResourceConflictException", "live")
        assert "already Provisioned version" in error.message

        versions.of("DeleteProvisionedConcurrencyConfig", Qualifier="1")
        self.put(versions, "live")
        error = self.refused(versions, "ResourceConflictException", "1")
        assert "pointed by a Provisioned Concurrency alias" in error.message

    def test_stays_within_the_reserved_concurrency(self, versions):
        versions.of("PutFunctionConcurrency", ReservedConcurrentExecutions=6)
        self.put(versions, "1", 5)

        error = self.refused(versions, "InvalidParameterValueException", "2", 2)

        assert "should not be greater than the reservedConcurrentExecution" in error.message
        self.put(versions, "1", 6)

    def test_leaves_100_to_all_others(self, versions):
        error = self.refused(versions, "InvalidParameterValueException", "1", 901)

        assert "below its minimum value of [100]" in error.message

    def test_is_listed_and_taken_away(self, versions):
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html"""
        self.put(versions, "live")
        [listed] = versions.of("ListProvisionedConcurrencyConfigs")["ProvisionedConcurrencyConfigs"]
        assert listed["FunctionArn"] == f"{ARN}:live"

        versions.of("DeleteProvisionedConcurrencyConfig", Qualifier="live")
        versions.of("DeleteProvisionedConcurrencyConfig", Qualifier="live")

        error = versions.refused(GET, "ProvisionedConcurrencyConfigNotFoundException", Qualifier="live")
        assert error.status == 404
