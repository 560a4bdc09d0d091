"""Describe-output and nulls in committed documents: taken out, with a warning each."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.document_rules import DOCUMENT_RULES
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
    assert set(rules(checked)) <= {"document.describe-output", "document.taken-for"}
    assert {finding.severity for finding in checked.findings} == {Severity.WARNING}


def test_all_that_is_ignored_is_named_once_at_the_first_place():
    checked = check(
        LAMBDA_FUNCTION,
        {**FUNCTION, "CodeSize": 1, "VpcConfig": {"VpcId": "vpc-1"}, "State": "Active"},
    )

    (finding,) = (f for f in checked.findings if f.rule == "document.describe-output")
    assert finding.json_path == "$.CodeSize"
    assert finding.message.startswith("CodeSize, VpcConfig.VpcId, State are only described")


def test_a_role_that_aws_chose_by_itself_is_not_sent():
    own = "arn:aws:iam::123456789012:role/ecs"
    by_aws = "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"

    assert check(ECS_SERVICE, {"serviceName": "s", "roleArn": own}).document["role"] == own
    assert "role" not in check(ECS_SERVICE, {"serviceName": "s", "roleArn": by_aws}).document


def test_the_image_settings_are_found_in_the_description():
    described = {**FUNCTION, "ImageConfigResponse": {"ImageConfig": {"Command": ["a.b"]}}}

    checked = check(LAMBDA_FUNCTION, described)

    assert checked.document == {**FUNCTION, "ImageConfig": {"Command": ["a.b"]}}
    assert rules(checked) == ["document.taken-for"]


def test_what_only_a_description_s_deployments_hold_is_asked_for():
    deployments = [{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": True}}]

    (finding,) = check(ECS_SERVICE, {"serviceName": "s", "deployments": deployments}).findings

    assert finding.json_path == "$.deployments"
    assert "copy serviceConnectConfiguration out of it" in finding.advice


def test_what_stands_beside_a_wrapper_keeps_its_place():
    checked = check(ECS_TASK_DEFINITION, '{"taskDefinition": {"family": "web"},\n "tags": {}}')

    (wrong,) = (f for f in errors(checked.findings) if f.rule == "shape.wrong-type")
    assert (wrong.line, wrong.column) == (2, 2)


@pytest.mark.parametrize(
    ("native", "committed", "says"),
    [
        (ECS_SERVICE, {"serviceName": "s", "forceNewDeployment": True}, "deploy -f"),
        (LAMBDA_FUNCTION, {**FUNCTION, "ReservedConcurrentExecutions": 5}, "another call"),
        (LAMBDA_FUNCTION, {**FUNCTION, "CodeUri": "./src"}, "SAM"),
    ],
)
def test_members_of_other_tools_and_operations_are_known_as_such(native, committed, says):
    (finding,) = errors(check(native, committed).findings)

    assert finding.rule == "shape.unknown-key"
    assert says in finding.advice


@pytest.mark.parametrize(
    "document",
    [
        Unknown("{{ x }}"),
        {"services": Unknown("{{ x }}")},
        {"services": [Unknown("{{ x }}")]},
        {"serviceName": "s", "clusterArn": Unknown("{{ x }}")},
        {"serviceName": "s", "roleArn": Unknown("{{ x }}")},
        {"serviceName": "s", "deployments": [{"volumeConfigurations": Unknown("{{ x }}")}]},
        {"serviceName": "s", "loadBalancers": Unknown("{{ x }}")},
        {"serviceName": "s", "\uf8fex\uf8fe": 1},
    ],
)
def test_unknown_values_are_cleaned_around(document):
    assert errors(check_native(ECS_SERVICE, document, Source(file="f", positions={})).findings) == []


def test_several_descriptions_are_no_definition():
    checked = check(ECS_SERVICE, {"services": [{"serviceName": "a"}, {"serviceName": "b"}]})

    (finding,) = errors(checked.findings)
    assert finding.rule == "document.several"


def test_nulls_are_taken_out_with_one_warning_that_names_them():
    checked = check(
        ECS_TASK_DEFINITION, {**TASK, "cpu": None, "volumes": [{"name": "v", "host": {"sourcePath": None}}]}
    )

    assert checked.document == {**TASK, "volumes": [{"name": "v", "host": {}}]}
    (finding,) = checked.findings
    assert (finding.rule, finding.json_path) == ("document.null", "$.cpu")
    assert finding.message == "cpu, volumes[0].host.sourcePath are null; they are taken as left out"


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
        pytest.param(
            ECS_TASK_DEFINITION,
            {"containerDefinitions": TASK["containerDefinitions"]},
            "family",
            "add family, the name",
            id="a family",
        ),
    ],
)
def test_what_other_tools_keep_elsewhere_is_asked_for(native, committed, missing, says):
    (finding,) = errors(check(native, committed).findings)

    assert finding.expected == missing
    assert says in finding.advice


def test_what_is_said_of_whole_documents_is_listed():
    assert {info.id for info in DOCUMENT_RULES} == {
        "document.describe-output",
        "document.empty-list",
        "document.empty-skeleton",
        "document.null",
        "document.several",
        "document.taken-for",
    }


SKELETON = {
    "family": "",
    "taskRoleArn": "",
    "containerDefinitions": [
        {"name": "", "image": "", "cpu": 0, "memory": 0, "links": [""], "essential": True}
    ],
    "volumes": [{"name": "", "host": {"sourcePath": ""}}],
    "tags": [{"key": "", "value": ""}],
}


def test_a_skeleton_of_the_aws_cli_is_told_as_such():
    found = [f for f in check(ECS_TASK_DEFINITION, SKELETON).findings if f.rule == "document.empty-skeleton"]

    assert [(f.line, f.column) for f in found] == [(1, 1)]
    assert "11 of 12 values are empty" in found[0].message


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({**TASK, "family": ""}, id="one forgotten value"),
        pytest.param(
            {**TASK, "tags": [{"key": f"k{number}", "value": ""} for number in range(50)]}, id="empty tags"
        ),
        pytest.param({"family": "", "taskRoleArn": ""}, id="too little to tell"),
    ],
)
def test_some_empty_values_are_no_skeleton(document):
    assert "document.empty-skeleton" not in rules(check(ECS_TASK_DEFINITION, document))


def test_what_is_taken_for_a_member_stands_where_it_was_written():
    text = '{"serviceName": "s",\n "clusterArn": "c"}'
    document = rendered_document("a/n_svcdef.json", text)

    source = check_native(ECS_SERVICE, document.document, Source.of(document)).source

    assert source.positions["cluster",] == source.positions["clusterArn",]


def test_more_places_than_anybody_reads_are_counted():
    checked = check(ECS_TASK_DEFINITION, {**TASK, "tags": [{"key": "k", "value": None}] * 25})

    (finding,) = checked.findings
    assert finding.message.endswith("and 5 more are null; they are taken as left out")
