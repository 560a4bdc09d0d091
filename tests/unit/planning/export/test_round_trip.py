"""Whatever somebody made by hand: its files, rendered, checked and planned against it, change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitmoxi.domain.files import FileKind
from gitmoxi.planning.export.ecs import ecs_files
from tests.unit.planning.export.modelled import HERE, TARGET, ModelledEcs

WORDS = st.text("abcdefgh", min_size=1, max_size=6)
TEXTS = st.text(st.sampled_from("{}%#$\\\"' äb\n"), min_size=1, max_size=12)
TARGET_GROUP = f"arn:aws:elasticloadbalancing:{HERE.region}:{HERE.account}:targetgroup/web/0123456789abcdef"
ROLE = f"arn:aws:iam::{HERE.account}:role/execution"


def named(values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    entries = st.fixed_dictionaries({"name": WORDS, "value": values})
    return st.lists(entries, max_size=most, unique_by=lambda entry: entry["name"])


TAGS = st.lists(
    st.fixed_dictionaries({"key": WORDS, "value": WORDS | st.just("")}),
    max_size=2,
    unique_by=lambda tag: tag["key"],
)
CONTAINER_OPTIONS = {
    "cpu": st.sampled_from([0, 64]),
    "command": st.lists(TEXTS, max_size=2),
    "entryPoint": st.lists(WORDS, max_size=1),
    "environment": named(TEXTS | st.just(""), 3),
    "healthCheck": st.fixed_dictionaries(
        {"command": st.just(["CMD", "true"])},
        optional={"interval": st.sampled_from([10, 30]), "startPeriod": st.sampled_from([0, 5])},
    ),
    "linuxParameters": st.fixed_dictionaries(
        {},
        optional={"initProcessEnabled": st.booleans(), "capabilities": st.just({}), "devices": st.just([])},
    ),
    "readonlyRootFilesystem": st.booleans(),
    "stopTimeout": st.sampled_from([10, 120]),
    "ulimits": st.just([{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}]),
    "logConfiguration": st.fixed_dictionaries(
        {
            "logDriver": st.just("awslogs"),
            "options": st.just(
                {"awslogs-group": "/web", "awslogs-region": HERE.region, "awslogs-stream-prefix": "web"}
            ),
        },
    ),
}
PORTS = st.fixed_dictionaries(
    {"containerPort": st.just(8080)},
    optional={"protocol": st.just("tcp"), "hostPort": st.just(8080), "name": st.just("http")},
)


@st.composite
def containers(draw: st.DrawFn) -> list[dict[str, Any]]:
    first = draw(
        st.fixed_dictionaries({"name": st.just("web"), "image": st.just("web:1")}, optional=CONTAINER_OPTIONS)
    )
    first["portMappings"] = [draw(PORTS)]
    sidecar = draw(
        st.none()
        | st.fixed_dictionaries(
            {"name": st.just("log"), "image": st.just("log:1"), "essential": st.booleans()},
            optional=CONTAINER_OPTIONS,
        )
    )
    return [first] if sidecar is None else [first, sidecar]


TASK_DEFINITIONS = st.fixed_dictionaries(
    {
        "family": st.just("web"),
        "networkMode": st.just("awsvpc"),
        "requiresCompatibilities": st.sampled_from([["FARGATE"], ["EC2", "FARGATE"]]),
        "cpu": st.sampled_from(["256", ".5 vCPU"]),
        "memory": st.sampled_from(["1024", "1 GB"]),
        "executionRoleArn": st.just(ROLE),
        "taskRoleArn": st.just(ROLE),
        "containerDefinitions": containers(),
    },
    optional={
        "runtimePlatform": st.sampled_from(
            [
                {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
                {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            ]
        ),
        "ephemeralStorage": st.just({"sizeInGiB": 30}),
        "volumes": st.just([{"name": "scratch"}, {"name": "cache", "host": {}}]),
        "tags": TAGS,
    },
)
PLACES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"launchType": "FARGATE"},
        {"launchType": "FARGATE", "platformVersion": "1.4.0"},
        {"launchType": "FARGATE", "platformVersion": "LATEST"},
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]},
        {
            "capacityProviderStrategy": [
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
                {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
            ]
        },
    ]
)
NETWORKS = st.fixed_dictionaries(
    {"subnets": st.just(["subnet-2", "subnet-1"])},
    optional={
        "securityGroups": st.just(["sg-1"]),
        "assignPublicIp": st.sampled_from(["ENABLED", "DISABLED"]),
    },
)
DEPLOYMENTS = st.fixed_dictionaries(
    {},
    optional={
        "maximumPercent": st.sampled_from([150, 200]),
        "minimumHealthyPercent": st.sampled_from([50, 100]),
        "deploymentCircuitBreaker": st.fixed_dictionaries(
            {"enable": st.booleans(), "rollback": st.booleans()}
        ),
        "alarms": st.sampled_from(
            [
                {"alarmNames": ["slow"], "enable": True, "rollback": True},
                {"alarmNames": [], "enable": False, "rollback": False},
            ]
        ),
    },
)
SERVICES = st.builds(
    lambda place, network, rest: {
        "serviceName": "web",
        "desiredCount": 1,
        "networkConfiguration": {"awsvpcConfiguration": network},
        **place,
        **rest,
    },
    PLACES,
    NETWORKS,
    st.fixed_dictionaries(
        {},
        optional={
            "deploymentConfiguration": DEPLOYMENTS,
            "loadBalancers": st.just(
                [{"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": 8080}]
            ),
            "healthCheckGracePeriodSeconds": st.sampled_from([0, 30]),
            "enableExecuteCommand": st.booleans(),
            "enableECSManagedTags": st.booleans(),
            "propagateTags": st.sampled_from(["SERVICE", "TASK_DEFINITION", "NONE"]),
            "availabilityZoneRebalancing": st.sampled_from(["ENABLED", "DISABLED"]),
            "tags": TAGS,
        },
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SERVICES, TASK_DEFINITIONS, st.sampled_from([True, False, None]))
def test_the_files_of_any_service_change_nothing(service, task_definition, scaled):
    live, registered = ModelledEcs().create(service, task_definition)
    exported = ecs_files(TARGET, live, registered, scaled=scaled)
    assert exported.first_run == ()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SERVICES, TASK_DEFINITIONS)
def test_a_service_made_anew_from_its_files_is_the_same(service, task_definition):
    original = ecs_files(TARGET, *ModelledEcs().create(service, task_definition), scaled=False)
    documents = {file.kind: json.loads(file.text) for file in original.files}
    again = ModelledEcs().create(documents[FileKind.SVCDEF], documents[FileKind.TASKDEF])
    assert ecs_files(TARGET, *again, scaled=False) == original


BRIDGE = {
    "family": "web",
    "containerDefinitions": [
        {"name": "web", "image": "web:1", "memory": 128, "portMappings": [{"containerPort": 80}]}
    ],
}


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(
            {
                "desiredCount": 2,
                "launchType": "EC2",
                "placementStrategy": [{"type": "spread", "field": "instanceId"}],
                "placementConstraints": [{"type": "distinctInstance"}],
            },
            id="placed",
        ),
        pytest.param({"launchType": "EC2", "schedulingStrategy": "DAEMON"}, id="a daemon"),
    ],
)
def test_services_on_instances_change_nothing(service):
    exported = ecs_files(
        TARGET, *ModelledEcs().create({"serviceName": "web", **service}, BRIDGE), scaled=False
    )
    assert exported.first_run == ()
