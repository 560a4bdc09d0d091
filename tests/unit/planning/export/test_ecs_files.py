"""The files of a live ECS service say what was set, leave out what AWS fills in, and change nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.planning.export.ecs import ecs_files
from gitmoxi.planning.export.files import ExportedFiles
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from tests.unit.planning.samples import (
    ACCOUNT,
    ECS_TARGET,
    EXECUTION_ROLE,
    OWNER,
    REGION,
    SERVICE_ROLE,
    TARGET_GROUP,
    TASK_DEFINITION_ARN,
    live_ecs,
    live_task_definition,
)


def export(
    service: EcsService | None = None,
    task_definition: EcsTaskDefinition | None = None,
    *,
    scaled: bool | None = False,
) -> ExportedFiles:
    return ecs_files(
        ECS_TARGET, service or live_ecs(), task_definition or live_task_definition(), scaled=scaled
    )


def document(exported: ExportedFiles, kind: FileKind) -> dict[str, Any]:
    return json.loads(next(file.text for file in exported.files if file.kind is kind))


def test_the_service_holds_what_was_set_and_nothing_that_aws_fills_in():
    assert document(export(), FileKind.SVCDEF) == {
        "cluster": "demo",
        "serviceName": "web",
        "loadBalancers": [{"targetGroupArn": TARGET_GROUP, "containerName": "nginx", "containerPort": 80}],
        "desiredCount": 2,
        "launchType": "FARGATE",
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        "networkConfiguration": {
            "awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"], "securityGroups": ["sg-1"]}
        },
        "tags": [{"key": "team", "value": "shop"}],
    }


def test_the_task_definition_holds_what_was_set_and_nothing_that_aws_fills_in():
    assert document(export(), FileKind.TASKDEF) == {
        "family": "web",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": EXECUTION_ROLE,
        "containerDefinitions": [
            {"name": "log", "image": "fluent-bit:3", "essential": False},
            {
                "name": "nginx",
                "image": "nginx:1",
                "portMappings": [{"containerPort": 80}],
                "environment": [
                    {"name": "AUDIENCE", "value": "all"},
                    {"name": "COLOUR", "value": "blue"},
                ],
                "healthCheck": {"command": ["CMD-SHELL", "curl -f http://127.0.0.1/ || exit 1"]},
            },
        ],
    }


def test_the_settings_say_where_it_lives_so_that_no_other_installation_makes_it_anew():
    assert document(export(), FileKind.DEPDEF) == {"environment": {"account": ACCOUNT, "region": REGION}}


def test_the_first_dry_run_shows_nothing():
    assert export().first_run == ()
    assert export().notes == ()


def test_members_stand_in_an_order_that_people_expect_with_two_spaces_and_a_last_newline():
    taskdef = next(file.text for file in export().files if file.kind is FileKind.TASKDEF)
    assert taskdef.startswith('{\n  "family": "web",\n  "requiresCompatibilities": [\n    "FARGATE"\n')
    assert taskdef.endswith("}\n")
    assert not taskdef.endswith("\n\n")


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        pytest.param({"roleArn": SERVICE_ROLE}, "role", id="the service-linked role"),
        pytest.param({"platformVersion": "LATEST"}, "platformVersion", id="the newest platform"),
        pytest.param(
            {"availabilityZoneRebalancing": "ENABLED"}, "availabilityZoneRebalancing", id="a new service's"
        ),
        pytest.param(
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]},
            "launchType",
            id="the launch type beside capacity providers",
        ),
        pytest.param(
            {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}},
            "deploymentConfiguration",
            id="a deployment configuration of defaults",
        ),
    ],
)
def test_some_members_are_left_out(change, left_out):
    exported = export(live_ecs(change))
    assert left_out not in document(exported, FileKind.SVCDEF)
    assert exported.first_run == ()


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        pytest.param({"platformVersion": "1.4.0"}, "platformVersion", "1.4.0", id="a pinned platform"),
        pytest.param(
            {"availabilityZoneRebalancing": "DISABLED"},
            "availabilityZoneRebalancing",
            "DISABLED",
            id="no rebalancing, which a new service would have",
        ),
        pytest.param({"enableECSManagedTags": True}, "enableECSManagedTags", True, id="a switch"),
        pytest.param(
            {"deploymentConfiguration": {"maximumPercent": 150}},
            "deploymentConfiguration",
            {"maximumPercent": 150, "deploymentCircuitBreaker": {"enable": True, "rollback": True}},
            id="a percentage",
        ),
        pytest.param(
            {"deploymentConfiguration": {"alarms": {"alarmNames": [], "enable": False, "rollback": True}}},
            "deploymentConfiguration",
            {
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                "alarms": {"alarmNames": [], "rollback": True, "enable": False},
            },
            id="required members are never taken for defaults",
        ),
    ],
)
def test_what_was_set_is_kept(change, name, value):
    exported = export(live_ecs(change))
    assert document(exported, FileKind.SVCDEF)[name] == value
    assert exported.first_run == ()


def test_a_role_of_ones_own_is_kept():
    role = f"arn:aws:iam::{ACCOUNT}:role/elb"
    assert document(export(live_ecs({"roleArn": role})), FileKind.SVCDEF)["role"] == role


def test_the_first_dry_run_tells_what_the_rules_find():
    live = live_ecs({"enableExecuteCommand": True})
    (finding,) = export(live).first_run
    assert finding.startswith("web_svcdef.json:")
    assert "enableExecuteCommand needs a task role" in finding


def test_what_lives_on_the_deployment_is_found_there():
    connect = {"enabled": True, "namespace": "internal", "services": [{"portName": "http"}]}
    primary = {"id": "ecs-svc/1", "status": "PRIMARY", "serviceConnectConfiguration": connect}
    ports = {
        "containerDefinitions": [
            {"name": "nginx", "image": "nginx:1", "portMappings": [{"containerPort": 80, "name": "http"}]}
        ]
    }
    exported = export(live_ecs({"deployments": [primary]}), live_task_definition(ports))
    assert document(exported, FileKind.SVCDEF)["serviceConnectConfiguration"] == connect


@pytest.mark.parametrize(
    ("mode", "mapping", "written"),
    [
        pytest.param("awsvpc", {"containerPort": 80, "hostPort": 80}, {"containerPort": 80}, id="awsvpc"),
        pytest.param("bridge", {"containerPort": 80, "hostPort": 0}, {"containerPort": 80}, id="any port"),
        pytest.param(
            "bridge",
            {"containerPort": 80, "hostPort": 80},
            {"containerPort": 80, "hostPort": 80},
            id="a port of the host",
        ),
        pytest.param(
            "awsvpc",
            {"containerPortRange": "80-90", "hostPortRange": "80-90", "protocol": "udp"},
            {"containerPortRange": "80-90", "protocol": "udp"},
            id="a range",
        ),
    ],
)
def test_host_ports_that_ecs_filled_in_are_left_out(mode, mapping, written):
    container = {"name": "nginx", "image": "nginx:1", "memory": 64, "portMappings": [mapping]}
    exported = export(
        task_definition=live_task_definition({"networkMode": mode, "containerDefinitions": [container]})
    )
    listed = document(exported, FileKind.TASKDEF)["containerDefinitions"][0]["portMappings"]
    assert listed == [written]


def test_neither_our_tags_nor_those_of_aws_are_written():
    tags = {OWNER_TAG: OWNER, "gitmoxi:spec": "0" * 64, "aws:cloudformation:stack-name": "s", "team": "x"}
    exported = export(live_ecs(tags=tags), live_task_definition(tags=tags))
    for kind in (FileKind.SVCDEF, FileKind.TASKDEF):
        assert document(exported, kind)["tags"] == [{"key": "team", "value": "x"}]
    assert exported.first_run == ()


@pytest.mark.parametrize(
    ("scaled", "count", "note"),
    [
        pytest.param(True, None, "Application Auto Scaling sets it (2 at the moment)", id="scaled"),
        pytest.param(False, 2, "", id="not scaled"),
        pytest.param(None, 2, "could not be read; if it does, take it out", id="nobody knows"),
    ],
)
def test_the_count_is_left_to_autoscaling(scaled, count, note):
    exported = export(scaled=scaled)
    assert document(exported, FileKind.SVCDEF).get("desiredCount") == count
    assert note in "".join(exported.notes)
    assert bool(exported.notes) is bool(note)
    assert exported.first_run == ()


@pytest.mark.parametrize("scaled", [True, False, None], ids=["scaled", "not scaled", "nobody knows"])
def test_of_the_count_of_a_daemon_nothing_is_said(scaled):
    exported = export(live_ecs({"schedulingStrategy": "DAEMON"}), scaled=scaled)
    assert "desiredCount" not in document(exported, FileKind.SVCDEF)
    assert not any("desiredCount" in note for note in exported.notes)


def test_an_inactive_task_definition_is_told():
    exported = export(task_definition=live_task_definition({"status": "INACTIVE"}))
    assert exported.notes == ("web:7 is INACTIVE: its equal is registered again with the next deployment",)


def test_without_a_readable_task_definition_the_service_names_it():
    exported = ecs_files(ECS_TARGET, live_ecs(), None, scaled=False)
    assert [file.kind for file in exported.files] == [FileKind.SVCDEF, FileKind.DEPDEF]
    assert document(exported, FileKind.SVCDEF)["taskDefinition"] == TASK_DEFINITION_ARN
    assert "no _taskdef.json is written" in exported.notes[0]
    assert exported.first_run == ()


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_other_controllers_are_written_as_they_are_with_advice(controller):
    task_set = {
        "status": "PRIMARY",
        "taskDefinition": TASK_DEFINITION_ARN,
        "launchType": "FARGATE",
        "loadBalancers": [{"targetGroupArn": TARGET_GROUP, "containerName": "nginx", "containerPort": 80}],
        "scale": {"value": 100.0, "unit": "PERCENT"},
    }
    live = live_ecs(
        {
            "deploymentController": {"type": controller},
            "taskSets": [{"status": "ACTIVE", "launchType": "EC2"}, task_set],
            "taskDefinition": ...,
            "loadBalancers": [],
            "deployments": [],
            "launchType": ...,
        }
    )
    exported = export(live)
    service = document(exported, FileKind.SVCDEF)
    assert service["deploymentController"] == {"type": controller}
    assert service["loadBalancers"] == task_set["loadBalancers"]
    assert service["launchType"] == "FARGATE"
    assert any("deployment" in note for note in exported.notes)


def test_what_the_first_dry_run_would_show_is_told_and_not_hidden():
    failed = live_ecs({"deployments": [{"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "FAILED"}]})
    assert export(failed).first_run != ()


SECRET = "AKIA" + "Q3EGRTUVWXYZ2345"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        pytest.param("ANY", SECRET, "an AWS access key", id="by its form"),
        pytest.param("DB_PASSWORD", "tiger", "a secret, by its name", id="by its name"),
    ],
)
def test_a_secret_in_the_environment_is_told_by_its_name_alone(name, value, what):
    container = {"name": "web", "image": "web:1", "environment": [{"name": name, "value": value}]}
    exported = export(task_definition=live_task_definition({"containerDefinitions": [container]}))
    (note,) = (note for note in exported.notes if "environment variable" in note)
    assert f"{name} of the container web looks like {what}" in note
    assert value not in note


def test_names_of_secrets_are_no_secrets():
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db"
    environment = [{"name": "SECRET_ARN", "value": arn}, {"name": "TOKEN", "value": ""}]
    container = {"name": "nginx", "image": "web:1", "environment": environment}
    exported = export(task_definition=live_task_definition({"containerDefinitions": [container]}))
    assert not any("looks like" in note for note in exported.notes)


def test_a_command_with_template_tags_means_itself_and_is_told():
    command = ["--format", "{{.Name}} {% raw %} {# no comment #} {{{x}}}"]
    container = {"name": "nginx", "image": "web:1", "command": command}
    task_definition = live_task_definition({"containerDefinitions": [container]})
    exported = export(live_ecs({"loadBalancers": []}), task_definition)
    assert document(exported, FileKind.TASKDEF)["containerDefinitions"][0]["command"] == command
    assert exported.first_run == ()
    assert any("begins a template" in note for note in exported.notes)


def test_describe_output_with_times_is_read():
    live = live_ecs()
    documents = {**live.document, "createdAt": object()}
    assert export(dataclasses.replace(live, document=documents)).first_run == ()
