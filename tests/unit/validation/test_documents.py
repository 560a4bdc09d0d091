"""One file alone, and the files of an object as far as they are there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.files import FileKind, ServiceObject
from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import Position, UnknownPart, UnknownRole
from gitmoxi.domain.targets import TargetKind
from gitmoxi.validation.documents import check_document, check_object, checked_in_part, not_deployed
from tests.unit.validation.documents import rendered_document, rendered_object

SOUND = {
    FileKind.TASKDEF: {"family": "w", "containerDefinitions": [{"name": "a", "image": "i", "memory": 128}]},
    FileKind.SVCDEF: {"serviceName": "w"},
    FileKind.DEPDEF: {"stabilityCheck": {"timeout": 600}},
    FileKind.INPUT: {"ref": {"file": ["a.json"], "type": "CDK"}, "image": "i"},
    FileKind.LAMBDADEF: {
        "FunctionName": "f",
        "Role": "arn:aws:iam::111122223333:role/f",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": {"S3Bucket": "code", "S3Key": "f.zip"},
    },
    FileKind.LAMBDA_EVENT_SOURCE_DEF: {"PushEventSources": []},
    FileKind.LAMBDA_DEPDEF: {"alias": "live"},
    FileKind.LAMBDA_INPUT: {},
}
WRONG = {
    FileKind.TASKDEF: ({"family": 1}, "$.family"),
    FileKind.SVCDEF: ({"serviceName": "w", "desiredCount": "1"}, "$.desiredCount"),
    FileKind.DEPDEF: ({"stabilityCheck": {"timeout": "600"}}, "$.stabilityCheck.timeout"),
    FileKind.INPUT: ({"ref": {"file": [1], "type": "CDK"}}, "$.ref.file[0]"),
    FileKind.LAMBDADEF: ({"FunctionName": "f", "Timeout": "3"}, "$.Timeout"),
    FileKind.LAMBDA_EVENT_SOURCE_DEF: ({"PushEventSources": {}}, "$.PushEventSources"),
    FileKind.LAMBDA_DEPDEF: ({"alias": 1}, "$.alias"),
    FileKind.LAMBDA_INPUT: ([], "$"),
}


def errors(findings):
    return [f for f in findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize("kind", FileKind)
def test_a_sound_file_is_sound_alone(kind):
    assert check_document(kind, rendered_document("any.name", SOUND[kind])) == ()


@pytest.mark.parametrize("kind", FileKind)
def test_a_wrong_file_is_told_with_its_place(kind):
    value, path = WRONG[kind]
    found = errors(check_document(kind, rendered_document("any.name", value)))
    assert path in {f.json_path for f in found}
    assert {f.file for f in found} == {"any.name"}
    assert all(f.line and f.column for f in found)


def test_an_object_is_checked_across_its_files():
    balancer = {
        "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/t/0123456789abcdef"
    }
    service = {
        **SOUND[FileKind.SVCDEF],
        "loadBalancers": [{**balancer, "containerName": "x", "containerPort": 80}],
    }
    files = {"_svcdef.json": service, "_taskdef.json": SOUND[FileKind.TASKDEF]}
    assert [f.file for f in errors(check_object(rendered_object(files), unreadable=()))] == [
        "a/n_svcdef.json"
    ]
    alone = rendered_object({"_svcdef.json": service})
    assert errors(check_object(alone, unreadable={FileKind.TASKDEF})) == []


def test_a_function_needs_settings_unless_they_are_there_and_cannot_be_read():
    function = rendered_object({"_lambdadef.json": SOUND[FileKind.LAMBDADEF]})
    assert [f.rule for f in check_object(function, unreadable=())] == ["settings.missing-file"]
    assert check_object(function, unreadable={FileKind.LAMBDA_DEPDEF}) == ()


def test_settings_without_a_function_are_checked_for_themselves():
    settings = rendered_object({"_lambdadepdef.json": {"alias": 1}})
    assert len(errors(check_object(settings, unreadable=()))) == 1


def test_sensitive_values_are_masked():
    files = {"_lambdadef.json": {**SOUND[FileKind.LAMBDADEF], "Timeout": "hunter2-hunter2"}}
    found = check_object(rendered_object(files, sensitive={"hunter2-hunter2"}), unreadable=set(FileKind))
    assert found
    assert not any("hunter2" in str(f) + f.found for f in found)


def test_what_is_not_known_is_named_once_with_all_its_lines():
    parts = [
        UnknownPart(role=role, path=(), position=Position(line, 3), expression=text)
        for role, line, text in (
            (UnknownRole.VALUE, 2, "{{ region }}"),
            (UnknownRole.TAG, 4, "if prod"),
            (UnknownRole.VALUE, 9, "{{ region }}"),
        )
    ]
    document = replace(rendered_document("x_taskdef.json", {}), unknowns=tuple(parts))
    note = checked_in_part(document, "give them")
    assert note.message == (
        "checked in part: 2 values are not known here: {{ region }} (lines 2, 9), {% if prod %} (line 4)"
    )
    assert (note.line, note.column, note.severity, note.advice) == (2, 3, Severity.NOTE, "give them")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        pytest.param("{{ task-role-arn }}", "call it task_role_arn; give them", id="a name with dashes"),
        pytest.param("x-{{ role }}-{{ name }}", "give them", id="dashes around names"),
        pytest.param("{{ 3 - count }}", "give them", id="a real subtraction"),
    ],
)
def test_a_name_with_dashes_is_told_to_be_a_subtraction(expression, says):
    part = UnknownPart(role=UnknownRole.VALUE, path=(), position=Position(1, 1), expression=expression)

    note = checked_in_part(replace(rendered_document("x", {}), unknowns=(part,)), "give them")

    assert note.advice.endswith(says)
    assert ("subtraction" in note.advice) is ("call it" in says)


def test_a_long_list_of_what_is_not_known_is_cut():
    parts = tuple(
        UnknownPart(
            role=UnknownRole.VALUE, path=(), position=Position(n, 1), expression=f"{{{{ v{n} {'x' * 90} }}}}"
        )
        for n in range(1, 9)
    )
    note = checked_in_part(replace(rendered_document("x", {}), unknowns=parts), "")
    assert note.message.endswith("and 3 more")
    assert len(note.message) < 500


@pytest.mark.parametrize(
    ("kind", "file", "wanted"),
    [
        (TargetKind.ECS, FileKind.TASKDEF, "a/n_svcdef.json"),
        (TargetKind.LAMBDA, FileKind.LAMBDA_DEPDEF, "a/n_lambdadef.json"),
    ],
)
def test_files_from_which_nothing_is_deployed_are_noted(kind, file, wanted):
    item = ServiceObject(prefix="a/n", kind=kind, files={file: f"a/n{file.suffix}"})
    note = not_deployed(item)
    assert (note.file, note.severity) == (f"a/n{file.suffix}", Severity.NOTE)
    assert wanted in note.message
