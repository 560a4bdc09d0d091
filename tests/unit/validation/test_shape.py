"""The form of requests, against AWS's own models."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import Position
from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.aws_model import MODEL, input_shape
from gitmoxi.validation.shape import shape_findings
from gitmoxi.validation.shape_rules import SHAPE_RULES
from gitmoxi.validation.sources import Source

TASK = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}


def check(service, operation, document, **more):
    source = Source(file="f.json", positions=more.pop("positions", {(): Position(1, 1)}))
    return shape_findings(input_shape(service, operation), document, source, **more)


def task(**members):
    return check("ecs", "RegisterTaskDefinition", {**TASK, **members})


def container(**members):
    return task(containerDefinitions=[{"name": "web", "image": "nginx", **members}])


def function(**members):
    code = {"S3Bucket": "bucket", "S3Key": "key"}
    role = "arn:aws:iam::123456789012:role/r"
    return check("lambda", "CreateFunction", {"FunctionName": "f", "Role": role, "Code": code, **members})


def service(**members):
    return check("ecs", "CreateService", {"serviceName": "s", **members})


def public_ip(value):
    return service(networkConfiguration={"awsvpcConfiguration": {"subnets": ["s"], "assignPublicIp": value}})


def platform(**members):
    return task(runtimePlatform=members)


@pytest.mark.parametrize(
    ("findings", "count"),
    [
        pytest.param(service(desiredCount=2**31 - 1), 0, id="the largest integer"),
        pytest.param(service(desiredCount=2**31), 1, id="one more"),
        pytest.param(service(desiredCount=-(2**31)), 0, id="the smallest integer"),
        pytest.param(service(desiredCount=-(2**31) - 1), 1, id="one less"),
    ],
)
def test_integers_have_32_bits(findings, count):
    assert [finding.rule for finding in findings] == ["shape.range"] * count


@pytest.mark.parametrize(
    ("findings", "says"),
    [
        pytest.param(service(launchType="FARGATE_SPOT"), '"capacityProvider": "FARGATE_SPOT"', id="spot"),
        pytest.param(service(launchType="SERVERLESS"), "write FARGATE", id="a launch type"),
        pytest.param(task(requiresCompatibilities=["FARGATE_SPOT"]), "write FARGATE", id="compatibility"),
        pytest.param(platform(cpuArchitecture="AMD64"), "write X86_64", id="a processor"),
        pytest.param(platform(cpuArchitecture="amd64"), "write X86_64", id="a processor in small letters"),
        pytest.param(
            platform(operatingSystemFamily="WINDOWS"), "WINDOWS_SERVER_2022_CORE", id="no version of Windows"
        ),
        pytest.param(service(propagateTags="TASK"), "write TASK_DEFINITION", id="half of a value"),
        pytest.param(
            service(deploymentConfiguration={"strategy": "BLUEGREEN"}), "mean BLUE_GREEN?", id="a slip"
        ),
        pytest.param(
            container(dependsOn=[{"containerName": "a", "condition": "STARTED"}]), "mean START?", id="a form"
        ),
        pytest.param(service(launchType="REPLACE_ME"), "placeholder", id="a token"),
        pytest.param(service(launchType="XXX"), "placeholder", id="crosses"),
        pytest.param(service(launchType="${TYPE}"), "placeholder", id="a placeholder"),
        pytest.param(service(launchType="__TYPE__"), "placeholder", id="a decorated name"),
        pytest.param(public_ip(True), 'write "ENABLED"', id="true for enabled"),
        pytest.param(public_ip(False), 'write "DISABLED"', id="false for disabled"),
        pytest.param(public_ip(1), "write one of ENABLED, DISABLED", id="a number for an enum"),
        pytest.param(
            container(environment={"A": "1"}), '[{"name": "A", "value": "1"}]', id="an object of variables"
        ),
        pytest.param(
            container(environment={"A": 1, "B": 2}), '[{"name": "A", "value": "1"}, ...]', id="of several"
        ),
        pytest.param(service(tags={"a": "b"}), '[{"key": "a", "value": "b"}]', id="an object of tags"),
        pytest.param(
            container(environment={"name": "A", "value": "1"}), "write it in brackets: [...]", id="one pair"
        ),
        pytest.param(
            container(command="npm start"),
            '["npm", "start"], or ["sh", "-c", "npm start"]',
            id="a command as a text",
        ),
        pytest.param(
            container(command="it's on"), '["sh", "-c", "it\'s on"]', id="a command for a shell only"
        ),
        pytest.param(container(links="a"), 'write it in brackets: ["a"]', id="a text for a list"),
        pytest.param(task(cpu=0.25), 'write "256" or "0.25 vCPU"', id="a part of a processor"),
        pytest.param(task(cpu=2), 'write "2048" or "2 vCPU"', id="processors"),
        pytest.param(task(memory=0.5), 'write "512" or "0.5 GB"', id="a part of a GB"),
        pytest.param(task(memory=512), 'write it in quotes: "512"', id="memory as a number"),
        pytest.param(container(memory="128"), "in the input file, if it comes from there", id="by an input"),
    ],
)
def test_the_advice_is_what_was_probably_meant(findings, says):
    (finding,) = findings

    assert says in finding.advice


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
            "shape.placeholder",
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
        pytest.param(
            container(healthCheck={}),
            "shape.missing-key",
            "$.containerDefinitions[0].healthCheck",
            "add command",
            id="what to do about a missing member",
        ),
        pytest.param(
            container(logConfiguration=[{"logDriver": "awslogs"}]),
            "shape.wrong-type",
            "$.containerDefinitions[0].logConfiguration",
            "remove [ and ]",
            id="an object in a list",
        ),
        pytest.param(task(networkMode="vpc"), "shape.enum", "$.networkMode", "awsvpc", id="none of an enum"),
        pytest.param(
            task(networkMode="AWSVPC"), "shape.enum", "$.networkMode", "case", id="an enum's wrong case"
        ),
        pytest.param(task(pidMode=""), "shape.enum", "$.pidMode", "leave it out", id="an empty enum"),
        pytest.param(
            task(tags=[{"key": ""}]),
            "shape.length",
            "$.tags[0].key",
            "tags[0].key is empty: AWS takes 1 to 128 characters",
            id="too short",
        ),
        pytest.param(
            task(tags=[{"key": "k" * 129}]), "shape.length", "$.tags[0].key", "129 char", id="too long"
        ),
        pytest.param(
            task(tags=[{"key": "a!"}]), "shape.pattern", "$.tags[0].key", "write letters", id="a pattern"
        ),
        pytest.param(
            function(Timeout=0), "shape.range", "$.Timeout", "Timeout is 0: AWS takes 1 to", id="too small"
        ),
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
            "write a letter",
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

    assert (finding.rule, finding.severity) == ("shape.new-value", Severity.WARNING)
    assert "botocore" in finding.advice


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


@pytest.mark.parametrize(
    "written",
    [
        "${CPU}",
        "$VAR",
        "<MEM>",
        "%MEMORY%",
        "__CPU__",
        "@CPU@",
        "{{cpu}}",
        "MEMORY",
        "$$$CPU$$$",
        "$(CPU)",
        "[CPU]",
    ],
)
def test_a_placeholder_for_a_number_is_named_with_what_to_write_instead(written):
    (finding,) = container(memory=128, cpu=written)

    assert (finding.rule, finding.expected) == ("shape.placeholder", "an integer")
    assert written in finding.message
    assert "{{ name }}" in finding.advice
    assert "without quotes" in finding.advice


@pytest.mark.parametrize("written", ["1 GB", "0.5 vCPU", "half", ""])
def test_other_texts_for_a_number_are_no_placeholders(written):
    (finding,) = container(memory=128, cpu=written)

    assert finding.rule == "shape.wrong-type"


def test_an_enum_lists_what_aws_takes_and_which_model_says_so():
    (finding,) = task(networkMode="vpc")

    assert "bridge, host, awsvpc, none" in finding.message
    assert MODEL in finding.message
    assert MODEL.startswith("botocore 1.")


def test_of_a_long_enum_only_what_is_alike_is_listed():
    (finding,) = function(Runtime="Python3.13")

    assert (finding.rule, finding.severity) == ("shape.enum", Severity.ERROR)
    assert "python3.13" in finding.message
    assert "more" in finding.message
    assert finding.advice == "the case of letters counts: write python3.13"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("ContainerDefinitions", "write containerDefinitions", id="another case"),
        pytest.param("container_definitions", "containerDefinitions", id="snake case"),
        pytest.param(
            "essential", "it belongs to containerDefinitions[]", id="the name of another object's member"
        ),
        pytest.param("qwertz", "remove it", id="a name like no other"),
    ],
)
def test_an_unknown_attribute_comes_with_what_was_probably_meant(name, says):
    (finding,) = task(**{name: "x"})

    assert finding.rule == "shape.unknown-key"
    assert says in finding.advice


def test_a_long_value_is_cut_in_the_message():
    (finding,) = task(family=["x" * 5000])

    assert len(finding.message) < 200
    assert len(finding.advice) < 300


@pytest.mark.parametrize("text", ["no base64!", "UEsDBA=", "ünicode"])
def test_a_blob_that_is_no_base64_is_found_and_not_repeated(text):
    (finding,) = function(Code={"ZipFile": text})

    assert finding.rule == "shape.base64"
    assert text not in str(finding)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026-01-31T12:00:00Z", []),
        ("2026-01-31", []),
        (1769860800, []),
        ("1769860800", []),
        ("tomorrow", ["shape.timestamp"]),
        (True, ["shape.wrong-type"]),
    ],
)
def test_times_are_read(written, found):
    mapping = {"FunctionName": "f", "StartingPositionTimestamp": written}

    assert [f.rule for f in check("lambda", "CreateEventSourceMapping", mapping)] == found


@pytest.mark.parametrize(
    "document",
    [
        Unknown("{{ all }}"),
        {**TASK, "cpu": Unknown("{{ cpu }}")},
        {**TASK, "networkMode": Unknown("{{ mode }}")},
        {**TASK, "containerDefinitions": Unknown("{{ containers }}")},
        {**TASK, "containerDefinitions": [Unknown("{{ container }}")]},
        {"family": "web", "\uf8fename\uf8fe": []},
        {**TASK, "containerDefinitions": [{"dockerLabels": {"\uf8fekey\uf8fe": "v"}}]},
    ],
)
def test_what_is_not_known_is_not_checked(document):
    assert check("ecs", "RegisterTaskDefinition", document) == []


def test_beside_an_unknown_value_the_rest_is_checked():
    (finding,) = check("ecs", "RegisterTaskDefinition", {**TASK, "cpu": Unknown("{{ cpu }}"), "memory": 512})

    assert finding.json_path == "$.memory"


def test_very_many_mistakes_are_listed_up_to_a_number_and_said_to_be_more():
    findings = task(**{f"x{n}": 1 for n in range(5000)})

    assert len(findings) == 201
    assert findings[-1].rule == "shape.too-many"


def test_each_rule_has_its_own_id_and_says_what_it_looks_at():
    assert len({info.id for info in SHAPE_RULES}) == len(SHAPE_RULES)
    assert all(info.id.startswith("shape.") and info.summary.endswith(".") for info in SHAPE_RULES)


@pytest.mark.parametrize(
    ("findings", "says"),
    [
        pytest.param(
            function(Runtime="python3.99"),
            "known here: python3.15, python3.14, python3.13 and",
            id="a version",
        ),
        pytest.param(
            task(networkMode="vpc"),
            f"that AWS takes: bridge, host, awsvpc, none (by its API model of {MODEL})",
            id="a few values",
        ),
        pytest.param(
            function(Code={"S3Bucket": "b", "S3Key": "k"}),
            "S3Bucket has 1 character: AWS",
            id="one character",
        ),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(findings, says):
    (finding,) = findings

    assert says in finding.message
