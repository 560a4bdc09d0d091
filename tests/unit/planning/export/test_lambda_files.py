"""The files of a live Lambda function hold what its alias serves, and change nothing."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.planning.export.files import ExportedFiles
from gitmoxi.planning.export.functions import LiveLambda, image_code, lambda_files, s3_code
from gitmoxi.ports.aws_lambda import LambdaFunction
from tests.unit.planning.samples import (
    ACCOUNT,
    EXECUTION_ROLE,
    LAMBDA_TARGET,
    LIVE_ALIAS,
    REGION,
    live_lambda,
    live_version,
)

CODE = s3_code("code", "greet-1.zip", None)


def live(change: dict[str, Any] | None = None, **other: Any) -> LiveLambda:
    """The sample function, with the same change in $LATEST and in the version that the alias serves."""
    given = {"alias": LIVE_ALIAS, "served": live_version("4", change), **other}
    return LiveLambda(target=LAMBDA_TARGET, latest=live_lambda(change), **given)


def export(function: LiveLambda | None = None, *, sha256: str | None = "sha-1") -> ExportedFiles:
    return lambda_files(function or live(), alias_name="live", code=CODE, code_sha256=sha256)


def document(exported: ExportedFiles, kind: FileKind) -> dict[str, Any]:
    return json.loads(next(file.text for file in exported.files if file.kind is kind))


def test_the_definition_holds_what_was_set_and_nothing_that_aws_fills_in():
    assert document(export(), FileKind.LAMBDADEF) == {
        "FunctionName": "greet",
        "Runtime": "python3.13",
        "Role": EXECUTION_ROLE,
        "Handler": "app.handler",
        "Code": {"S3Bucket": "code", "S3Key": "greet-1.zip"},
        "Timeout": 3,
        "MemorySize": 128,
        "VpcConfig": {"SubnetIds": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-1"]},
        "Environment": {"Variables": {"COLOUR": "blue"}},
        "Layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3"],
        "Tags": {"team": "shop"},
    }


def test_the_settings_name_the_alias_and_the_place():
    assert document(export(), FileKind.LAMBDA_DEPDEF) == {
        "alias": "live",
        "environment": {"account": ACCOUNT, "region": REGION},
    }


def test_the_first_dry_run_shows_nothing_where_s3_knows_the_package():
    assert export().first_run == ()
    assert export().notes == ()


@pytest.mark.parametrize(
    "sha256", [pytest.param(None, id="S3 does not tell"), pytest.param("sha-0", id="other code")]
)
def test_the_first_dry_run_shows_the_code_where_it_is_not_known_to_be_equal(sha256):
    assert any("Code" in line for line in export(sha256=sha256).first_run)


def test_an_image_is_written_by_its_address_and_is_known_to_be_equal():
    code = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/greet:7", "ResolvedImageUri": "…@sha256:1"}
    image = {"PackageType": "Image", "Runtime": ..., "Handler": ..., "Layers": ...}
    function = LiveLambda(
        target=LAMBDA_TARGET,
        latest=live_lambda(image, code=code),
        alias=LIVE_ALIAS,
        served=live_version("4", image),
    )
    found = image_code(function.latest)
    assert found == {"ImageUri": code["ImageUri"]}
    exported = lambda_files(function, alias_name="live", code=found)
    assert document(exported, FileKind.LAMBDADEF)["PackageType"] == "Image"
    assert exported.first_run == ()


def test_a_zip_has_no_image():
    assert image_code(live_lambda()) is None


def test_what_serves_is_written_and_not_what_was_left_unpublished():
    function = dataclasses.replace(live(), latest=live_lambda({"Timeout": 60, "CodeSha256": "sha-2"}))
    exported = export(function)
    assert document(exported, FileKind.LAMBDADEF)["Timeout"] == 3
    assert "$LATEST has other code than version 4, which the files hold: it serves" in exported.notes
    assert exported.first_run


def test_the_description_is_the_functions_and_not_the_versions():
    function = dataclasses.replace(live(), served=live_version("4", {"Description": "fixed a typo"}))
    exported = export(function)
    assert "Description" not in document(exported, FileKind.LAMBDADEF)
    assert exported.first_run == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN"}}, id="logging"),
        pytest.param({"LoggingConfig": {"LogGroup": "/shared"}}, id="another log group"),
        pytest.param({"EphemeralStorage": {"Size": 1024}}, id="storage"),
        pytest.param({"Architectures": ["arm64"]}, id="architecture"),
        pytest.param({"TracingConfig": {"Mode": "Active"}}, id="tracing"),
        pytest.param({"SnapStart": {"ApplyOn": "PublishedVersions"}}, id="snapshots"),
        pytest.param({"DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}}, id="DLQ"),
        pytest.param({"Description": "greets {{ people }}"}, id="a text that looks like a template"),
        pytest.param({"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}}, id="no VPC"),
    ],
)
def test_whatever_was_set_the_first_dry_run_shows_nothing(change):
    exported = export(live(change))
    assert exported.first_run == ()


def test_without_an_alias_the_files_name_one_and_say_that_it_will_be_made():
    exported = export(live(alias=None, served=None))
    assert document(exported, FileKind.LAMBDA_DEPDEF)["alias"] == "live"
    assert exported.notes[0].startswith("there is no alias live: the first deployment publishes a version")
    assert any("alias" in line for line in exported.first_run)


@pytest.mark.parametrize(
    ("function", "note"),
    [
        pytest.param(
            live(alias=dataclasses.replace(LIVE_ALIAS, weights={"5": 0.1})),
            "the alias live sends traffic to several versions: the files hold the main one's",
            id="weights",
        ),
        pytest.param(
            live({"Environment": {"Error": {"ErrorCode": "AccessDenied"}}}),
            "could not decrypt them",
            id="variables that Lambda cannot read",
        ),
        pytest.param(
            dataclasses.replace(live(), latest=dataclasses.replace(live_lambda(), reserved_concurrency=5)),
            "the reserved concurrency of 5 is no part of the definition",
            id="concurrency",
        ),
        pytest.param(
            live(unaliased_mappings=2), "2 event source mapping(s) invoke $LATEST", id="past the alias"
        ),
        pytest.param(
            live({"Environment": {"Variables": {"API_KEY": "abc"}}}),
            "API_KEY of the function looks like a secret, by its name",
            id="a secret",
        ),
    ],
)
def test_what_the_files_cannot_hold_is_told(function, note):
    assert note in "\n".join(export(function).notes)


MAPPING = {
    "UUID": "14e0db71",
    "EventSourceArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders",
    "FunctionArn": f"{LAMBDA_TARGET.function_arn}:live",
    "EventSourceMappingArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:14e0db71",
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "StartingPosition": "AT_TIMESTAMP",
    "StartingPositionTimestamp": datetime(2026, 11, 1, tzinfo=UTC),
    "LastModified": datetime(2026, 11, 1, tzinfo=UTC),
    "LastProcessingResult": "OK",
    "State": "Enabled",
    "StateTransitionReason": "User action",
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
}


@pytest.mark.parametrize(
    ("state", "enabled"),
    [pytest.param("Enabled", {}, id="on"), pytest.param("Disabled", {"Enabled": False}, id="off")],
)
def test_event_sources_are_written_as_requests(state, enabled):
    exported = export(live(mappings=[{**MAPPING, "State": state}]))
    written = document(exported, FileKind.LAMBDA_EVENT_SOURCE_DEF)
    assert written == {
        "PullEventSources": [
            {
                "EventSourceMapping": {
                    "EventSourceArn": MAPPING["EventSourceArn"],
                    "FunctionName": "greet",
                    "BatchSize": 100,
                    "MaximumBatchingWindowInSeconds": 0,
                    "StartingPosition": "AT_TIMESTAMP",
                    "StartingPositionTimestamp": int(MAPPING["StartingPositionTimestamp"].timestamp()),
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    **enabled,
                }
            }
        ]
    }
    assert exported.first_run == ()


@pytest.mark.parametrize(
    ("version", "code"),
    [
        pytest.param(None, {"S3Bucket": "b", "S3Key": "k"}, id="without versions"),
        pytest.param("v1", {"S3Bucket": "b", "S3Key": "k", "S3ObjectVersion": "v1"}, id="a version"),
    ],
)
def test_code_in_s3(version, code):
    assert s3_code("b", "k", version) == code


def test_functions_of_older_kinds_have_no_state():
    bare = LambdaFunction(
        configuration={"FunctionName": "greet", "CodeSha256": "sha-1", "Role": EXECUTION_ROLE}
    )
    function = LiveLambda(target=LAMBDA_TARGET, latest=bare)
    written = document(lambda_files(function, alias_name="live", code=CODE), FileKind.LAMBDADEF)
    assert written == {"FunctionName": "greet", "Role": EXECUTION_ROLE, "Code": dict(CODE)}
