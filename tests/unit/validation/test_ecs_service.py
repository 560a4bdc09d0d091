"""An ECS service object as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Severity
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.ecs_rules import ECS_RULE_INFOS
from gitmoxi.validation.ecs_service import check_ecs, validate_ecs
from gitmoxi.validation.errors import ValidationFailed
from gitmoxi.validation.service_rules import SERVICE_RULE_INFOS
from gitmoxi.validation.verdict import VERDICT_RULE_INFOS
from tests.unit.validation.documents import rendered_object

TASK = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}

ROLE = "arn:aws:iam::111122223333:role/execution"


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


def checked(files, *, unreadable=(), sensitive=()):
    return check_ecs(rendered_object(files, sensitive), unreadable=unreadable)


def rules_of(findings):
    return [finding.rule for finding in findings]


def test_a_task_definition_is_checked_alone():
    good = checked({"_taskdef.json": TASK})
    bad = checked(
        {"_taskdef.json": {**TASK, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}}
    )

    assert (good.service, good.findings) == (None, ())
    assert "task.fargate-size-missing" in rules_of(bad.findings)


def test_settings_are_checked_alone():
    check = checked({"_depdef.json": {"percent": 1}})

    assert check.settings is None
    assert rules_of(check.findings) == ["settings.unknown-key"]


def test_what_cannot_be_read_is_not_missed():
    service = {"serviceName": "web"}

    assert rules_of(checked({"_svcdef.json": service}).findings) == ["ecs.no-task-definition"]
    assert checked({"_svcdef.json": service}, unreadable={FileKind.TASKDEF}).findings == ()


def test_the_task_definition_is_checked_for_where_the_service_starts_it():
    service = {
        "serviceName": "web",
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    }

    assert "task.fargate-network" in rules_of(refusals(service))


def test_all_rules_run_on_documents_of_the_wrong_form():
    service = {"desiredCount": "1", "launchType": "EC2", "platformVersion": "LATEST", "loadBalancers": [{}]}

    findings = refusals(service, task={"family": 1, "containerDefinitions": []}, settings={"percent": 1})

    assert {
        "shape.missing-key",
        "shape.wrong-type",
        "service.platform-version",
        "service.load-balancer-target",
        "settings.unknown-key",
        "task.no-container",
    } <= set(rules_of(findings))


def test_files_are_compared_though_each_has_errors():
    service = {
        "serviceName": "web",
        "zzz": 1,
        "loadBalancers": [{"targetGroupArn": "x", "containerName": "wep", "containerPort": 80}],
    }

    findings = refusals(service, task={**TASK, "zzz": 1}, settings={"percent": 1})

    (finding,) = [finding for finding in findings if finding.rule == "ecs.unknown-container"]
    assert finding.file == "a/n_svcdef.json"
    assert finding.line is not None
    assert finding.advice == "did you mean web?"


def test_a_placeholder_that_aws_refuses_is_found_once():
    service = {"serviceName": "web", "cluster": "${CLUSTER}", "role": "${ROLE}"}

    findings = refusals(service)

    assert [f.rule for f in findings if f.json_path == "$.cluster"] == ["service.cluster"]
    assert [f.rule for f in findings if f.json_path == "$.role"] == ["service.role"]


@pytest.mark.parametrize(
    ("rule", "path", "members"),
    [
        pytest.param("task.family", "$.family", {"family": "$NAME"}, id="family"),
        pytest.param("task.role-form", "$.taskRoleArn", {"taskRoleArn": "${ROLE}"}, id="a role"),
        pytest.param(
            "task.role-form",
            "$.executionRoleArn",
            {"executionRoleArn": "arn:aws:iam::ACCOUNT:role/a"},
            id="an account",
        ),
        pytest.param("task.size-form", "$.cpu", {"cpu": "$CPU"}, id="a size"),
        pytest.param("shape.enum", "$.networkMode", {"networkMode": "$$$MODE$$$"}, id="one of AWS's values"),
        pytest.param(
            "task.volume-name", "$.volumes[0].name", {"volumes": [{"name": "<name>"}]}, id="a volume"
        ),
    ],
)
def test_a_placeholder_that_aws_refuses_in_a_task_definition_is_one_error(rule, path, members):
    findings = refusals({"serviceName": "web"}, task=TASK | members)

    (finding,) = [finding for finding in findings if finding.json_path == path]
    assert (finding.rule, finding.severity) == (rule, Severity.ERROR)
    assert "input file" in finding.advice


@pytest.mark.parametrize(
    ("rule", "path", "members"),
    [
        pytest.param("task.container-name", "name", {"name": "$NAME"}, id="name"),
        pytest.param("task.image-form", "image", {"image": "web:${TAG}"}, id="a tag"),
        pytest.param("task.image-form", "image", {"image": "<IMAGE1_NAME>"}, id="an image"),
        pytest.param(
            "task.secret-reference",
            "secrets[0].valueFrom",
            {"secrets": [{"name": "A", "valueFrom": "${SECRET}"}]},
            id="a secret",
        ),
        pytest.param(
            "task.environment-file",
            "environmentFiles[0].value",
            {"environmentFiles": [{"type": "s3", "value": "${FILE}"}]},
            id="an environment file",
        ),
        pytest.param(
            "task.mount-point",
            "mountPoints[0].containerPath",
            {"mountPoints": [{"sourceVolume": "v", "containerPath": "${DIR}"}]},
            id="a path",
        ),
        pytest.param(
            "task.port-name",
            "portMappings[0].name",
            {"portMappings": [{"containerPort": 80, "name": "${PORT}"}]},
            id="a port's name",
        ),
        pytest.param(
            "task.port-range",
            "portMappings[0].containerPortRange",
            {"portMappings": [{"containerPortRange": "${PORTS}"}]},
            id="a range of ports",
        ),
        pytest.param(
            "task.resource-requirement",
            "resourceRequirements[0].value",
            {"resourceRequirements": [{"type": "GPU", "value": "$GPUS"}]},
            id="a number",
        ),
    ],
)
def test_a_placeholder_that_aws_refuses_in_a_container_is_one_error(rule, path, members):
    definition = {
        "executionRoleArn": ROLE,
        "containerDefinitions": [TASK["containerDefinitions"][0] | members],
    }

    findings = refusals({"serviceName": "web"}, task=TASK | definition)

    (finding,) = [f for f in findings if f.json_path == f"$.containerDefinitions[0].{path}"]
    assert (finding.rule, finding.severity) == (rule, Severity.ERROR)
    assert "input file" in finding.advice


def test_what_stands_for_another_attribute_is_refused_where_it_stands():
    findings = refusals({"serviceName": "web", "clusterArn": "arn:aws:ecs:region:1:cluster/c"})

    places = {finding.rule: (finding.line, finding.column) for finding in findings}
    assert places["service.cluster"] == places["document.taken-for"]


HOSTS = {"type": "memberOf", "expression": "attribute:stack == ${STACK}"}


def test_placeholders_in_texts_that_aws_takes_are_warned_of():
    result = validated(
        {"serviceName": "web", "placementConstraints": [HOSTS]},
        settings={"alarms": {"alarmNames": ["${ALARM}"]}},
    )

    assert {(w.file, w.rule) for w in result.warnings} == {
        ("a/n_svcdef.json", "placeholder.in-text"),
        ("a/n_depdef.json", "placeholder.in-text"),
    }


def test_values_that_are_not_known_are_neither_good_nor_bad():
    rendered = rendered_object({"_svcdef.json": {}, "_taskdef.json": {}, "_depdef.json": {}})
    unknown = {
        FileKind.SVCDEF: {
            "serviceName": Unknown("{{ name }}"),
            "launchType": Unknown("{{ launch }}"),
            "loadBalancers": [
                {"targetGroupArn": Unknown("{{ tg }}"), "containerName": "web", "containerPort": 80}
            ],
        },
        FileKind.TASKDEF: {
            **TASK,
            "containerDefinitions": [
                {"name": "web", "image": Unknown("{{ image }}"), "memory": Unknown("{{ m }}")},
                Unknown("{{ sidecar }}"),
            ],
        },
        FileKind.DEPDEF: {
            "environment": {"region": Unknown("{{ region }}")},
            "targetGroupArnPairs": Unknown("{{ pairs }}"),
        },
    }
    documents = {kind: replace(rendered.documents[kind], document=value) for kind, value in unknown.items()}

    check = check_ecs(replace(rendered, documents=documents))

    assert check.findings == ()
    assert check.settings == EcsDepdef()


def test_a_check_shows_no_sensitive_value():
    check = checked({"_svcdef.json": {"serviceName": "hunter 22"}}, sensitive={"hunter 22"})

    assert "hunter 22" not in repr(check)
    assert mask_of("hunter 22") in check.findings[0].message


def test_every_rule_that_speaks_is_listed():
    listed = {info.id for info in (*SERVICE_RULE_INFOS, *ECS_RULE_INFOS, *VERDICT_RULE_INFOS)}
    found = refusals({"serviceName": "a b", "launchType": "EC2", "platformVersion": "x"}, task=None)

    assert {
        rule for rule in rules_of(found) if rule.startswith(("service.", "ecs.", "definition."))
    } <= listed
    assert rules_of(refusals(None))[0] in listed
