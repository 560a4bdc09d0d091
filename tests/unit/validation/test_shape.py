"""The form of requests, against AWS's own models."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import Position
from gitmoxi.validation.shape import check_shape

TASK = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}


def check(service, operation, document, **more):
    positions = more.pop("positions", {(): Position(1, 1)})
    return check_shape(
        service=service, operation=operation, document=document, file="f.json", positions=positions, **more
    )


def task(**members):
    return check("ecs", "RegisterTaskDefinition", {**TASK, **members})


def container(**members):
    return task(containerDefinitions=[{"name": "web", "image": "nginx", **members}])


def function(**members):
    code = {"S3Bucket": "bucket", "S3Key": "key"}
    role = "arn:aws:iam::123456789012:role/r"
    return check("lambda", "CreateFunction", {"FunctionName": "f", "Role": role, "Code": code, **members})


def test_a_good_request_has_no_findings():
    assert task() == []
    assert function() == []
    assert check("ecs", "CreateService", {"serviceName": "s"}) == []


@pytest.mark.parametrize(
    ("findings", "rule", "path", "says"),
    [
        pytest.param(task(cpuu="1"), "shape.unknown-key", "$.cpuu", "did you mean cpu?", id="a slip"),
        pytest.param(task(Family="x"), "shape.unknown-key", "$.Family", "write family", id="wrong case"),
        pytest.param(task(zzzzz=1), "shape.unknown-key", "$.zzzzz", "remove it", id="nothing like it"),
        pytest.param(
            container(portMapings=[]),
            "shape.unknown-key",
            "$.containerDefinitions[0].portMapings",
            "portMappings",
            id="deep down",
        ),
        pytest.param(task(cpu=256), "shape.wrong-type", "$.cpu", '"256"', id="a number for a string"),
        pytest.param(
            container(memory="128"),
            "shape.wrong-type",
            "$.containerDefinitions[0].memory",
            "without quotes: 128",
            id="a string for a number",
        ),
        pytest.param(
            container(memory="$MEMORY"),
            "shape.wrong-type",
            "$.containerDefinitions[0].memory",
            "placeholder",
            id="a placeholder for a number",
        ),
        pytest.param(
            container(memory=128.0),
            "shape.wrong-type",
            "$.containerDefinitions[0].memory",
            "write 128",
            id="a fraction for an integer",
        ),
        pytest.param(
            container(memory=True),
            "shape.wrong-type",
            "$.containerDefinitions[0].memory",
            "a boolean",
            id="a boolean for a number",
        ),
        pytest.param(
            container(essential="true"),
            "shape.wrong-type",
            "$.containerDefinitions[0].essential",
            "without quotes: true",
            id="a string for a boolean",
        ),
        pytest.param(
            container(command="ls"),
            "shape.wrong-type",
            "$.containerDefinitions[0].command",
            "brackets",
            id="a string for a list",
        ),
        pytest.param(
            container(logConfiguration=[]),
            "shape.wrong-type",
            "$.containerDefinitions[0].logConfiguration",
            "an object",
            id="a list for an object",
        ),
        pytest.param(
            container(dockerLabels=[]),
            "shape.wrong-type",
            "$.containerDefinitions[0].dockerLabels",
            "an object",
            id="a list for a map",
        ),
        pytest.param(
            container(dockerLabels={"a": 1}),
            "shape.wrong-type",
            "$.containerDefinitions[0].dockerLabels.a",
            '"1"',
            id="a number in a map of strings",
        ),
        pytest.param(
            container(command=["ls", None]),
            "shape.wrong-type",
            "$.containerDefinitions[0].command[1]",
            "null",
            id="null in a list",
        ),
        pytest.param(
            container(healthCheck={}),
            "shape.missing-key",
            "$.containerDefinitions[0].healthCheck",
            "command is missing",
            id="a missing member deep down",
        ),
        pytest.param(task(networkMode="vpc"), "shape.enum", "$.networkMode", "awsvpc", id="none of an enum"),
        pytest.param(
            task(networkMode="AWSVPC"), "shape.enum", "$.networkMode", "case", id="an enum's wrong case"
        ),
        pytest.param(task(pidMode=""), "shape.enum", "$.pidMode", "leave it out", id="an empty enum"),
        pytest.param(task(tags=[{"key": ""}]), "shape.length", "$.tags[0].key", "1 to 128", id="too short"),
        pytest.param(
            task(tags=[{"key": "k" * 129}]), "shape.length", "$.tags[0].key", "129 char", id="too long"
        ),
        pytest.param(
            task(tags=[{"key": "a!"}]), "shape.pattern", "$.tags[0].key", "must match", id="a pattern"
        ),
        pytest.param(function(Timeout=0), "shape.range", "$.Timeout", "here it is 0", id="too small"),
        pytest.param(
            function(MemorySize=64), "shape.range", "$.MemorySize", "128 to", id="too little memory"
        ),
        pytest.param(function(Role="r"), "shape.pattern", "$.Role", "iam", id="a role that is no ARN"),
        pytest.param(
            function(Architectures=["arm64", "x86_64"]),
            "shape.length",
            "$.Architectures",
            "2 items",
            id="too many items",
        ),
        pytest.param(
            function(Environment={"Variables": {"1": "x"}}),
            "shape.pattern",
            "$.Environment.Variables['1']",
            "must match",
            id="a map's name",
        ),
    ],
)
def test_what_aws_would_refuse_is_found_with_path_and_advice(findings, rule, path, says):
    (finding,) = findings

    assert (finding.rule, finding.json_path, finding.severity) == (rule, path, Severity.ERROR)
    assert says in str(finding)


@pytest.mark.parametrize(
    "findings",
    [
        pytest.param(
            task(tags=[{"key": "größe", "value": "1 & 2".replace("&", "+")}]), id="Unicode in a tag"
        ),
        pytest.param(function(Environment={"Variables": {}}), id="an empty map"),
        pytest.param(function(Code={"ZipFile": "UEsDBA=="}), id="a blob in base64"),
    ],
)
def test_what_aws_takes_is_taken(findings):
    assert findings == []


def test_an_unknown_value_of_an_enum_that_grows_is_a_warning():
    (finding,) = function(Runtime="python3.99")

    assert (finding.rule, finding.severity) == ("shape.enum", Severity.WARNING)


def test_required_members_may_be_left_to_us():
    assert [f.expected for f in check("lambda", "CreateEventSourceMapping", {})] == ["FunctionName"]
    assert check("lambda", "CreateEventSourceMapping", {}, not_required={"FunctionName"}) == []


def test_a_document_that_is_no_object_is_one_finding():
    (finding,) = check("ecs", "CreateService", [1])

    assert (finding.rule, finding.json_path) == ("shape.wrong-type", "$")


def test_a_finding_stands_where_the_value_stands():
    positions = {(): Position(1, 1), ("cpu",): Position(7, 3)}

    (finding,) = check("ecs", "RegisterTaskDefinition", {**TASK, "cpu": 1}, positions=positions)

    assert (finding.file, finding.line, finding.column) == ("f.json", 7, 3)


def test_all_findings_are_reported_at_once():
    assert len(task(cpu=1, memory=2, zzz=3)) == 3
