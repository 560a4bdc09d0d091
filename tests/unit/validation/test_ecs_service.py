"""An ECS service object as a whole."""

from __future__ import annotations

import pytest

from gitmoxi.domain.sensitive import mask_of
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.errors import ValidationFailed
from tests.unit.validation.documents import rendered_object

TASK = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}


def validated(service, *, task=TASK, settings=None, sensitive=()):
    files = {"_svcdef.json": service, "_taskdef.json": task, "_depdef.json": settings}
    given = {suffix: value for suffix, value in files.items() if value is not None}
    return validate_ecs(rendered_object(given, sensitive))


def refusals(*args, **kwargs):
    with pytest.raises(ValidationFailed) as caught:
        validated(*args, **kwargs)
    return caught.value.findings


def test_a_good_object_gives_requests_and_default_settings():
    result = validated({"serviceName": "web", "desiredCount": 1})

    assert result.service == {"serviceName": "web", "desiredCount": 1}
    assert result.task_definition == TASK
    assert result.settings == EcsDepdef()
    assert result.warnings == ()


def test_without_a_task_definition_file_the_service_names_one():
    result = validated({"serviceName": "web", "taskDefinition": "web:3"}, task=None)

    assert result.service["taskDefinition"] == "web:3"
    assert result.task_definition is None


def test_a_task_definition_file_overrides_the_one_that_the_service_names():
    result = validated({"serviceName": "web", "taskDefinition": "web:3"})

    assert "taskDefinition" not in result.service
    assert [w.rule for w in result.warnings] == ["ecs.task-definition-overridden"]


def test_no_task_definition_at_all_is_refused_with_that_message():
    (finding,) = refusals({"serviceName": "web"}, task=None)

    assert finding.rule == "ecs.no-task-definition"
    assert "neither a _taskdef.json file nor taskDefinition" in finding.message


@pytest.mark.parametrize(
    ("controller", "says"),
    [
        ("CODE_DEPLOY", "BLUE_GREEN, LINEAR or CANARY"),
        ("EXTERNAL", "EXTERNAL is not supported yet by this version: use ECS"),
    ],
)
def test_other_controllers_are_refused_with_advice(controller, says):
    (finding,) = refusals({"serviceName": "web", "deploymentController": {"type": controller}})

    assert (finding.rule, finding.json_path) == ("ecs.controller", "$.deploymentController.type")
    assert says in str(finding)


def test_the_ecs_controller_is_taken():
    assert validated({"serviceName": "web", "deploymentController": {"type": "ECS"}}).service


def test_an_object_without_a_service_definition_is_refused():
    (finding,) = refusals(None)

    assert finding.advice == "add a/n_svcdef.json"


def test_everything_wrong_is_said_at_once():
    findings = refusals({"desiredCount": "1"}, task={"family": 1}, settings={"percent": 1})

    assert {f.file for f in findings} == {"a/n_svcdef.json", "a/n_taskdef.json", "a/n_depdef.json"}
    assert len(findings) == 5


def test_warnings_accompany_the_errors():
    findings = refusals({"serviceName": "web", "status": "ACTIVE", "zzz": 1})

    assert [f.rule for f in findings] == ["shape.unknown-key", "document.describe-output"]


def test_no_finding_shows_a_sensitive_value():
    findings = refusals({"serviceName": "web", "launchType": "hunter22"}, sensitive={"hunter22"})

    assert "hunter22" not in repr(findings)
    assert mask_of("hunter22") in findings[0].message
