"""The rules over what real projects committed: an earlier checker's verdicts are a floor for ours."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.rendering.strict_json import parse_text
from gitmoxi.validation.native import ECS_TASK_DEFINITION, check_native
from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.sources import Source
from gitmoxi.validation.task_rules import TASK_RULES, TaskDefinition

pytestmark = pytest.mark.corpus

RULES_BY_VERDICT = {
    "SEM no memory at task or container level": {"task.no-memory", "task.fargate-size-missing"},
    "SEM container without name/image": {"task.container-name", "task.no-image"},
    "SEM fargate awslogs/ECR/secrets without executionRoleArn": {"task.execution-role"},
    "SEM awsvpc hostPort!=containerPort": {"task.host-port"},
    "SEM fargate without awsvpc": {"task.fargate-network"},
    "SEM fargate without task cpu/memory": {"task.fargate-size-missing"},
    "SEM fargate privileged": {"task.fargate-container"},
    "SEM fargate with links": {"task.fargate-container"},
}
REFUSED_THOUGH_WELL_FORMED = {
    "taskdefs/aws-samples__amazon-ecs-firelens-examples__32.json": {
        "task.role-form",
        "task.secret-reference",
    },
    "taskdefs/aws-samples__ecs-bg-external-controller__1.json": {
        "task.container-name",
        "task.family",
        "task.role-form",
    },
    "taskdefs/aws-samples__ecs-trainium-examples__1.json": {"task.image-form"},
}
"""Files that AWS's model takes and AWS does not, beyond the earlier verdicts."""


@pytest.fixture(scope="module")
def files():
    """Rows of the task definitions, each with the rules that found something in the file, by severity."""
    named = os.environ.get("GITMOXI_CORPUS")
    if named is None:
        pytest.skip("GITMOXI_CORPUS names no folder")
    with (Path(named) / "SOURCES.tsv").open() as sources:
        rows = [row for row in csv.DictReader(sources, delimiter="\t") if row["kind"] == "taskdef"]
    return [(row, rules_found(Path(named) / row["file"])) for row in rows]


def rules_found(path):
    parsed = parse_text(path.read_text("utf-8-sig"), path=path.name)
    checked = check_native(
        ECS_TASK_DEFINITION, parsed.value, Source(file=path.name, positions=parsed.positions)
    )
    findings = list(run_rules(TASK_RULES, TaskDefinition(document=checked.document), checked.source))
    return {
        severity: {finding.rule for finding in findings if finding.severity is severity}
        for severity in Severity
    }


def verdicts(row):
    return [verdict for verdict in row["reasons"].split(" | ") if verdict.startswith("SEM ")]


def test_everything_that_the_earlier_checker_found_is_found(files):
    for row, found in files:
        for verdict in verdicts(row):
            assert RULES_BY_VERDICT[verdict] & found[Severity.ERROR], (row["file"], verdict)


def test_no_error_in_files_that_aws_takes(files):
    refused = {
        row["file"]: found[Severity.ERROR]
        for row, found in files
        if row["botocore_class"] == "valid" and not row["placeholders"] and not verdicts(row)
    }
    assert {file: rules for file, rules in refused.items() if rules} == REFUSED_THOUGH_WELL_FORMED


@pytest.mark.parametrize("kind", ["jinja/go-template", "${X}", "${X};UPPER token"])
def test_placeholders_are_found_where_they_stand(files, kind):
    marked = [(row["file"], found) for row, found in files if row["placeholders"] == kind]

    assert [file for file, found in marked if "placeholder.in-text" not in found[Severity.WARNING]] == []


def test_pages_and_scripts_in_commands_are_no_placeholders(files):
    pages = "taskdefs/awsdocs__amazon-ecs-developer-guide__2.json"
    (found,) = [found for row, found in files if row["file"] == pages]

    assert found[Severity.WARNING] == set()
