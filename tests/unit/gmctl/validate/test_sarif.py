"""SARIF 2.1.0, by the parts of its specification that we use.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from gitmoxi.domain.findings import RuleInfo, Severity
from gitmoxi_gmctl.validate.sarif import sarif_log
from tests.unit.gmctl.validate.reports import finding, report

RULE = RuleInfo(
    id="shape.wrong-type",
    severity=Severity.ERROR,
    summary="Every value has the type that AWS takes.",
    advice="Write it as its type is written.",
    source="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html",
)

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
POSITIVE = {"type": "integer", "minimum": 1}
ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$"}},
    "additionalProperties": False,
}


def closed(required, **properties):
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


RULE_SHAPE = closed(
    ["id"],
    id={"type": "string"},
    shortDescription=TEXT,
    help=TEXT,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=closed(["level"], level=LEVEL),
)
LOCATION = closed(
    ["physicalLocation"],
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=ARTIFACT,
        region=closed(["startLine"], startLine=POSITIVE, startColumn=POSITIVE),
    ),
    logicalLocations={"type": "array", "items": closed([], fullyQualifiedName={"type": "string"})},
)
RESULT = closed(
    ["message", "ruleId", "ruleIndex", "level", "locations"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=TEXT,
    locations={"type": "array", "minItems": 1, "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
)
INVOCATION = closed(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications={
        "type": "array",
        "items": closed(["message"], level=LEVEL, message=TEXT),
    },
)
DRIVER = closed(
    ["name"],
    name={"type": "string"},
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules={"type": "array", "uniqueItems": True, "items": RULE_SHAPE},
)
RUN = closed(
    ["tool", "results"],
    tool=closed(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations={"type": "array", "items": INVOCATION},
    artifacts={"type": "array", "uniqueItems": True, "items": closed([], location=ARTIFACT)},
    results={"type": "array", "items": RESULT},
)
LOG = closed(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={"type": "array", "items": RUN},
)


def log(*findings, **others):
    made = sarif_log(report(*findings, **others), {RULE.id: RULE})
    jsonschema.Draft7Validator(LOG).validate(json.loads(json.dumps(made)))
    return made


def run_of(*findings, **others):
    (run,) = log(*findings, **others)["runs"]
    return run


def test_an_empty_log_is_a_log_too():
    run = run_of(files=())
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


def test_a_finding_is_a_result_at_its_place():
    (result,) = run_of(finding())["results"]
    assert result["level"] == "error"
    assert result["message"] == {"text": "cpu is a number\nwrite it in quotes"}
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a/web_taskdef.json"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "$.cpu"}]


def test_a_finding_on_a_whole_file_has_no_region():
    (result,) = run_of(finding(line=None, column=None))["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_each_result_points_to_its_rule():
    run = run_of(finding(), finding(rule="json.syntax"), finding(line=9))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["json.syntax", "shape.wrong-type"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_rule_says_what_it_is_about_and_where_to_read_on():
    (rule,) = run_of(finding())["tool"]["driver"]["rules"]
    assert rule == {
        "id": RULE.id,
        "shortDescription": {"text": RULE.summary},
        "defaultConfiguration": {"level": "error"},
        "help": {"text": RULE.advice},
        "helpUri": RULE.source,
    }


@pytest.mark.parametrize("severity", Severity)
def test_levels_are_sarifs_own(severity):
    assert run_of(finding(severity=severity))["results"][0]["level"] == severity.value


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        pytest.param("a b/ü_taskdef.json", "a%20b/%C3%BC_taskdef.json", id="relative, encoded"),
        pytest.param("../x_taskdef.json", "../x_taskdef.json", id="above"),
        pytest.param("/srv/x_taskdef.json", "file:///srv/x_taskdef.json", id="absolute"),
    ],
)
def test_locations_are_uris(path, uri):
    (result,) = run_of(finding(file=path), files=[path])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_fingerprint_outlives_a_move_of_lines():
    first, second = (run_of(finding(line=line))["results"][0] for line in (3, 30))
    assert first["partialFingerprints"] == second["partialFingerprints"]
    other = run_of(finding(json_path="$.memory"))["results"][0]
    assert other["partialFingerprints"] != first["partialFingerprints"]


def test_what_files_say_is_no_link():
    (result,) = run_of(finding(message="[click](https://example.com)\x1b[0m"))["results"]
    assert not re.search(r"\]\(", result["message"]["text"])
    assert "\x1b" not in result["message"]["text"]


def test_a_run_that_could_not_read_a_file_was_no_success():
    (invocation,) = run_of(unchecked=[("x_input.json", "you may not read it", True)])["invocations"]
    assert not invocation["executionSuccessful"]
    (told,) = invocation["toolExecutionNotifications"]
    assert told == {"level": "error", "message": {"text": "x_input.json: you may not read it"}}


def test_a_skipped_link_is_told_and_no_failure():
    (invocation,) = run_of(unchecked=[("x_input.json", "it is a link", False)])["invocations"]
    assert invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["level"] == "note"
