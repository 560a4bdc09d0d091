"""Code, versions and aliases of functions, each rule with the page that says so."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.simulation.packages import DENIED, ELSEWHERE, NO_BUCKET, zipped
from tests.unit.aws_model.functions_cloud import ARN, ROLE

IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1"


class TestCode:
    """https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html"""

    @pytest.mark.parametrize(
        ("refusal", "told"),
        [
            pytest.param(NO_BUCKET, "S3 Error Code: NoSuchBucket. S3 Error Message: The spec", id="bucket"),
            pytest.param(DENIED, "S3 Error Code: AccessDenied. S3 Error Message: Access Denied", id="denied"),
            pytest.param(ELSEWHERE, "S3 Error Code: PermanentRedirect. S3 Error Message: The", id="region"),
        ],
    )
    def test_s3_s_refusals_are_passed_on(self, functions, refusal, told):
        functions.created()
        functions.packages.refused["two.zip"] = refusal

        error = functions.refused(
            "UpdateFunctionCode", "InvalidParameterValueException", S3Bucket="code", S3Key="two.zip"
        )

        assert error.message.startswith("Error occurred while GetObject. ")
        assert told in error.message

    def test_the_hash_and_size_are_the_package_s(self, functions):
        package = zipped("two")

        updated = functions.created(Code={"ZipFile": package})

        digest = hashlib.sha256(package).digest()
        assert updated["CodeSha256"] == base64.b64encode(digest).decode()
        assert updated["CodeSize"] == len(package)
        assert functions.packages.kept[updated["CodeSha256"]] == package

    def test_each_version_of_an_object_is_code_of_its_own(self, functions):
        before = functions.created()

        assert functions.update("one.zip", S3ObjectVersion="v2")["CodeSha256"] != before["CodeSha256"]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            pytest.param(b"no zip", "Could not unzip uploaded file.", id="no zip"),
            pytest.param(b"PK\5\6" + bytes(18), "Uploaded file must be a non-empty zip", id="empty"),
        ],
    )
    def test_what_is_no_package_is_refused(self, functions, content, told):
        functions.created()

        error = functions.refused("UpdateFunctionCode", "InvalidParameterValueException", ZipFile=content)

        assert told in error.message

    def test_a_dry_run_changes_nothing(self, functions):
        before = functions.created()

        functions.update("two.zip", DryRun=True)

        assert functions.latest() == before

    def test_an_image_is_known_by_its_digest(self, functions):
        """ "Lambda resolves the image tag to an image digest", API_UpdateFunctionCode"""
        functions.packages.digests[IMAGE] = "ab" * 32
        image = {"PackageType": "Image", "Code": {"ImageUri": IMAGE}}
        functions.call("CreateFunction", FunctionName="f", Role=ROLE, **image)
        functions.wait()

        code = functions.of("GetFunction")["Code"]
        assert code["ImageUri"] == IMAGE
        assert code["ResolvedImageUri"] == f"{IMAGE.removesuffix(':1')}@sha256:{'ab' * 32}"
        assert functions.latest()["CodeSha256"] == "ab" * 32

        functions.packages.digests[IMAGE] = "cd" * 32
        assert functions.latest()["CodeSha256"] == "ab" * 32

    def test_packages_and_images_do_not_mix(self, functions):
        functions.created()

        error = functions.refused("UpdateFunctionCode", "InvalidParameterValueException", ImageUri=IMAGE)

        assert "Please don't provide ImageUri" in error.message


class TestPublishing:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""

    def test_a_version_is_a_copy(self, functions):
        latest = functions.created()

        version = functions.of("PublishVersion", Description="first")

        assert (version["Version"], version["FunctionArn"]) == ("1", f"{ARN}:1")
        assert version["CodeSha256"] == latest["CodeSha256"]
        assert version["Description"] == "first"
        functions.update("two.zip")
        functions.wait()
        qualified = functions.of("GetFunctionConfiguration", Qualifier="1")
        assert qualified["CodeSha256"] == latest["CodeSha256"]

    def test_nothing_new_is_no_new_version(self, functions):
        functions.created()
        functions.of("PublishVersion", Description="given here only")
        assert functions.of("PublishVersion")["Version"] == "1"

        functions.update("one.zip")
        functions.wait()

        assert functions.of("PublishVersion")["Version"] == "1"

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"Timeout": 9}, id="configuration"),
            pytest.param({"Description": "new"}, id="description"),
            pytest.param({"Environment": {"Variables": {"COLOUR": "b"}}}, id="environment"),
        ],
    )
    def test_a_change_makes_a_new_version(self, functions, change):
        functions.created()
        functions.published()
        functions.of("UpdateFunctionConfiguration", **change)
        functions.wait()

        assert functions.of("PublishVersion")["Version"] == "2"

    def test_numbers_are_never_used_again(self, functions):
        functions.created()
        functions.published("two.zip")
        functions.of("DeleteFunction", Qualifier="2")
        functions.update("three.zip")
        functions.wait()

        assert functions.of("PublishVersion")["Version"] == "3"

    def test_another_hash_is_refused(self, functions):
        current = functions.created()["CodeSha256"]

        error = functions.refused("PublishVersion", "InvalidParameterValueException", CodeSha256="other")

        assert (
            f"CodeSHA256 (other) is different from current CodeSHA256 in $LATEST ({current})" in error.message
        )
        assert functions.of("PublishVersion", CodeSha256=current)["Version"] == "1"

    def test_an_update_can_publish(self, functions):
        """Publish, https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
        functions.created()

        updated = functions.update("two.zip", Publish=True)

        assert (updated["Version"], updated["FunctionArn"]) == ("1", f"{ARN}:1")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        pytest.param("UpdateFunctionCode", {"S3Bucket": "code", "S3Key": "x.zip"}, id="code"),
        pytest.param("UpdateFunctionConfiguration", {"Timeout": 9}, id="configuration"),
        pytest.param("PublishVersion", {}, id="publish"),
        pytest.param("UpdateAlias", {"Name": "live", "FunctionVersion": "1"}, id="alias"),
    ],
)
def test_an_old_revision_is_refused(functions, operation, params):
    """RevisionId, https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
    functions.created()
    functions.published()
    functions.of("CreateAlias", Name="live", FunctionVersion="1")

    error = functions.refused(operation, "PreconditionFailedException", RevisionId="old", **params)

    assert error.status == 412


class TestAliases:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""

    @pytest.fixture
    def versions(self, functions):
        functions.created()
        functions.published("two.zip")
        return functions

    def test_an_alias_moves(self, versions):
        made = versions.of("CreateAlias", Name="live", FunctionVersion="1", Description="d")
        assert made["AliasArn"] == f"{ARN}:live"

        moved = versions.of("UpdateAlias", Name="live", FunctionVersion="2", RevisionId=made["RevisionId"])

        assert (moved["FunctionVersion"], moved["Description"]) == ("2", "d")
        assert moved["RevisionId"] != made["RevisionId"]
        assert versions.of("GetAlias", Name="live") == moved
        assert versions.of("GetFunction", Qualifier="live")["Configuration"]["Version"] == "2"

    def test_weights_stay_until_they_are_taken_away(self, versions):
        routing = {"AdditionalVersionWeights": {"2": 0.1}}
        versions.of("CreateAlias", Name="live", FunctionVersion="1", RoutingConfig=routing)

        assert versions.of("UpdateAlias", Name="live", Description="x")["RoutingConfig"] == routing
        ended = versions.of(
            "UpdateAlias", Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}}
        )
        assert "RoutingConfig" not in ended

    @pytest.mark.parametrize(
        ("version", "weights", "code", "told"),
        [
            pytest.param("9", {}, "ResourceNotFoundException", f"Function not found: {ARN}:9", id="missing"),
            pytest.param(
                "1", {"7": 0.1}, "ResourceNotFoundException", f"Function not found: {ARN}:7", id="second"
            ),
            pytest.param(
                "1",
                {"1": 0.1},
                "InvalidParameterValueException",
                "is already included in routing",
                id="twice",
            ),
            pytest.param(
                "1",
                {"2": 0.1, "3": 0.1},
                "InvalidParameterValueException",
                "cannot be greater than 1",
                id="three",
            ),
            pytest.param(
                "$LATEST",
                {"2": 0.1},
                "InvalidParameterValueException",
                "$LATEST is not supported for an alias pointing to more than 1 version",
                id="$LATEST",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(self, versions, version, weights, code, told):
        error = versions.refused(
            "CreateAlias",
            code,
            Name="live",
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )

        assert told in error.message
        assert versions.of("ListAliases")["Aliases"] == []

    @pytest.mark.parametrize(
        ("change", "what"),
        [
            pytest.param({"Role": f"{ROLE}-2"}, "execution role", id="role"),
            pytest.param(
                {"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:111122223333:q"}},
                "dead-letter queue configuration",
                id="dead letters",
            ),
        ],
    )
    def test_versions_that_differ_too_much_share_no_alias(self, versions, change, what):
        versions.of("UpdateFunctionConfiguration", **change)
        versions.wait()
        versions.of("PublishVersion")

        error = versions.refused(
            "CreateAlias",
            "InvalidParameterValueException",
            Name="live",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}},
        )

        assert f"must have the same {what}" in error.message

    def test_a_taken_name_is_refused(self, versions):
        versions.of("CreateAlias", Name="live", FunctionVersion="1")

        error = versions.refused("CreateAlias", "ResourceConflictException", Name="live", FunctionVersion="2")

        assert error.message == f"Alias already exists: {ARN}:live"

    @pytest.mark.parametrize("operation", ["GetAlias", "UpdateAlias"])
    def test_an_alias_that_is_not_there(self, versions, operation):
        error = versions.refused(operation, "ResourceNotFoundException", Name="live")

        assert error.message == f"Cannot find alias arn: {ARN}:live"

    def test_lists_are_of_one_version_on_request(self, versions):
        versions.of("CreateAlias", Name="live", FunctionVersion="1")
        versions.of("CreateAlias", Name="next", FunctionVersion="2")

        assert [one["Name"] for one in versions.of("ListAliases")["Aliases"]] == ["live", "next"]
        only = versions.of("ListAliases", FunctionVersion="2")["Aliases"]
        assert [one["Name"] for one in only] == ["next"]


class TestDeletingVersions:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""

    @pytest.fixture
    def versions(self, functions):
        functions.created()
        functions.published("two.zip", "three.zip")
        routing = {"AdditionalVersionWeights": {"2": 0.1}}
        functions.of("CreateAlias", Name="live", FunctionVersion="1", RoutingConfig=routing)
        return functions

    @pytest.mark.parametrize("version", ["1", "2"])
    def test_one_that_an_alias_uses_stays(self, versions, version):
        error = versions.refused("DeleteFunction", "ResourceConflictException", Qualifier=version)

        assert error.message == "Unable to delete version because the following aliases reference it: [live]"

    def test_another_goes(self, versions):
        versions.of("DeleteFunction", Qualifier="3")

        numbers = [one["Version"] for one in versions.of("ListVersionsByFunction")["Versions"]]
        assert numbers == ["$LATEST", "1", "2"]
        versions.refused("DeleteFunction", "ResourceNotFoundException", Qualifier="3")

    @pytest.mark.parametrize("qualifier", ["$LATEST", "live"])
    def test_latest_and_aliases_are_no_versions(self, versions, qualifier):
        versions.refused("DeleteFunction", "InvalidParameterValueException", Qualifier=qualifier)

    def test_free_again_once_the_alias_is_gone(self, versions):
        versions.of("DeleteAlias", Name="live")
        versions.of("DeleteAlias", Name="live")

        versions.of("DeleteFunction", Qualifier="1")
