"""Describe-output and nulls in committed documents: taken out, with a warning each."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.native import (
    ECS_SERVICE,
    ECS_TASK_DEFINITION,
    EVENT_SOURCE_MAPPING,
    LAMBDA_FUNCTION,
    check_native,
)
from gitmoxi.validation.sources import Source
from tests.unit.validation.documents import errors, rendered_document

TASK = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}
ROLE = "arn:aws:iam::123456789012:role/r"
FUNCTION = {"FunctionName": "f", "Role": ROLE, "Code": {"ImageUri": "i"}}


def check(native, value):
    document = rendered_document("a/f.json", value)
    return check_native(native, document.document, Source.of(document))


def rules(checked):
    return sorted({finding.rule for finding in checked.findings})


@pytest.mark.parametrize(
    ("native", "committed", "sent"),
    [
        pytest.param(
            ECS_TASK_DEFINITION,
            {
                **TASK,
                "taskDefinitionArn": "arn",
                "revision": 3,
                "status": "ACTIVE",
                "compatibilities": ["EC2"],
            },
            TASK,
            id="attributes of a described task definition",
        ),
        pytest.param(
            ECS_TASK_DEFINITION,
            {"taskDefinition": {**TASK, "revision": 1}, "tags": [{"key": "a"}]},
            {**TASK, "tags": [{"key": "a"}]},
            id="a wrapped task definition, with its tags beside it",
        ),
        pytest.param(
            ECS_SERVICE,
            {"services": [{"serviceName": "s", "events": [], "runningCount": 1}], "failures": []},
            {"serviceName": "s"},
            id="a wrapped list of one service",
        ),
        pytest.param(
            ECS_SERVICE, {"service": {"serviceName": "s"}}, {"serviceName": "s"}, id="a created service"
        ),
        pytest.param(
            ECS_SERVICE,
            {"serviceName": "s", "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/prod"},
            {"serviceName": "s", "cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/prod"},
            id="the cluster's ARN, without which it would go to the default cluster",
        ),
        pytest.param(
            ECS_SERVICE,
            {"serviceName": "s", "clusterArn": "arn", "cluster": "prod"},
            {"serviceName": "s", "cluster": "prod"},
            id="the cluster's ARN beside the cluster",
        ),
        pytest.param(
            LAMBDA_FUNCTION,
            {**FUNCTION, "CodeSize": 1, "LastModified": "x", "State": "Active", "Version": "1"},
            FUNCTION,
            id="attributes of a described function",
        ),
        pytest.param(
            LAMBDA_FUNCTION,
            {
                **FUNCTION,
                "VpcConfig": {"SubnetIds": ["subnet-1"], "VpcId": "vpc-1"},
                "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            },
            {**FUNCTION, "VpcConfig": {"SubnetIds": ["subnet-1"]}, "SnapStart": {"ApplyOn": "None"}},
            id="described attributes deep down",
        ),
        pytest.param(
            LAMBDA_FUNCTION,
            {
                **FUNCTION,
                "Layers": [{"Arn": "arn:aws:lambda:us-east-1:123456789012:layer:l:1", "CodeSize": 1}],
            },
            {**FUNCTION, "Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]},
            id="described layers",
        ),
        pytest.param(
            LAMBDA_FUNCTION,
            {
                "Configuration": {"FunctionName": "f", "Role": ROLE, "CodeSha256": "x"},
                "Code": {"RepositoryType": "ECR", "ImageUri": "i", "ResolvedImageUri": "r"},
            },
            FUNCTION,
            id="get-function of an image",
        ),
        pytest.param(
            EVENT_SOURCE_MAPPING,
            {"UUID": "u", "FunctionName": "f", "State": "Enabled", "BatchSize": 10},
            {"FunctionName": "f", "BatchSize": 10},
            id="a described event source mapping",
        ),
    ],
)
def test_describe_output_is_taken_for_what_it_means(native, committed, sent):
    checked = check(native, committed)

    assert checked.document == sent
    assert rules(checked) == ["document.describe-output"]
    assert {finding.severity for finding in checked.findings} == {Severity.WARNING}


def test_several_descriptions_are_no_definition():
    checked = check(ECS_SERVICE, {"services": [{"serviceName": "a"}, {"serviceName": "b"}]})

    (finding,) = errors(checked.findings)
    assert finding.rule == "document.several"


def test_nulls_are_taken_out_with_a_warning_each():
    checked = check(
        ECS_TASK_DEFINITION, {**TASK, "cpu": None, "volumes": [{"name": "v", "host": {"sourcePath": None}}]}
    )

    assert checked.document == {**TASK, "volumes": [{"name": "v", "host": {}}]}
    assert [(f.rule, f.json_path) for f in checked.findings] == [
        ("document.null", "$.cpu"),
        ("document.null", "$.volumes[0].host.sourcePath"),
    ]


def test_a_required_member_that_is_null_is_missing():
    checked = check(ECS_SERVICE, {"serviceName": None})

    assert rules(checked) == ["document.null", "shape.missing-key"]


def test_an_empty_list_where_aws_takes_none_is_taken_out_with_a_warning():
    checked = check(LAMBDA_FUNCTION, {**FUNCTION, "Architectures": [], "Layers": []})

    assert checked.document == {**FUNCTION, "Layers": []}
    assert [(f.rule, f.severity) for f in checked.findings] == [("document.empty-list", Severity.WARNING)]


def test_findings_in_a_wrapped_document_stand_where_the_user_wrote_them():
    checked = check(ECS_SERVICE, '{"services": [\n {"serviceName": "s",\n  "desiredcount": 1}]}')

    (finding,) = errors(checked.findings)
    assert (finding.line, finding.column, finding.json_path) == (3, 3, "$.services[0].desiredcount")


@pytest.mark.parametrize(
    ("native", "committed", "missing", "says"),
    [
        (ECS_SERVICE, {}, "serviceName", "other tools keep the name"),
        (
            LAMBDA_FUNCTION,
            {"Role": ROLE, "Code": {"ImageUri": "i"}},
            "FunctionName",
            "other tools keep the name",
        ),
        (LAMBDA_FUNCTION, {"FunctionName": "f", "Role": ROLE}, "Code", "S3Bucket"),
        pytest.param(
            LAMBDA_FUNCTION,
            {
                "Configuration": {"FunctionName": "f", "Role": ROLE},
                "Code": {"Location": "l", "RepositoryType": "S3"},
            },
            "Code",
            "S3Bucket",
            id="get-function of a zip file, which does not say where it came from",
        ),
    ],
)
def test_what_other_tools_keep_elsewhere_is_asked_for(native, committed, missing, says):
    (finding,) = errors(check(native, committed).findings)

    assert finding.expected == missing
    assert says in finding.advice
