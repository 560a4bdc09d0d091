"""A plan makes what was wanted: carried out in the modelled ECS and planned again, nothing is left to do."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.planning.desired import DesiredEcs
from tests.simulation.cloud import ECS_TARGET, HERE
from tests.simulation.planning_hands import PlanningHands, described

Doc = dict[str, Any]

TARGET_GROUP = f"arn:aws:elasticloadbalancing:{HERE.region}:{HERE.account}:targetgroup/web/0123456789abcdef"


@pytest.fixture
def cloud() -> PlanningHands:
    return PlanningHands()


FARGATE_NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-2", "subnet-1"]}}

SMALL_TASK: Doc = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "web", "image": "web:1"}],
}
SMALL_SERVICE: Doc = {
    "serviceName": "web",
    "cluster": "demo",
    "desiredCount": 1,
    "launchType": "FARGATE",
    "networkConfiguration": FARGATE_NETWORK,
}
LARGE_TASK: Doc = {
    "family": "shop",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE", "EC2"],
    "cpu": "1 vCPU",
    "memory": "2 GB",
    "executionRoleArn": f"arn:aws:iam::{HERE.account}:role/execution",
    "taskRoleArn": f"arn:aws:iam::{HERE.account}:role/task",
    "ephemeralStorage": {"sizeInGiB": 30},
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
    "volumes": [{"name": "scratch"}, {"name": "cache", "host": {}}],
    "tags": [{"key": "team", "value": "shop"}],
    "containerDefinitions": [
        {
            "name": "web",
            "image": "web:1",
            "portMappings": [
                {"containerPort": 8080, "name": "http", "appProtocol": "http"},
                {"containerPort": 53, "protocol": "udp"},
            ],
            "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
            "secrets": [
                {"name": "KEY", "valueFrom": f"arn:aws:ssm:{HERE.region}:{HERE.account}:parameter/k"}
            ],
            "healthCheck": {"command": ["CMD", "true"], "retries": 2},
            "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/tmp/scratch"}],
            "dependsOn": [{"containerName": "log", "condition": "START"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/shop"}},
            "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
            "linuxParameters": {"initProcessEnabled": True},
            "stopTimeout": 20,
        },
        {"name": "log", "image": "log:1", "essential": False, "cpu": 10, "memoryReservation": 50},
    ],
}
LARGE_SERVICE: Doc = {
    **SMALL_SERVICE,
    "desiredCount": 3,
    "platformVersion": "1.4.0",
    "loadBalancers": [{"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": 8080}],
    "healthCheckGracePeriodSeconds": 5,
    "enableExecuteCommand": True,
    "enableECSManagedTags": True,
    "propagateTags": "SERVICE",
    "availabilityZoneRebalancing": "DISABLED",
    "deploymentConfiguration": {
        "maximumPercent": 150,
        "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "alarms": {"alarmNames": ["slow", "broken"], "enable": True, "rollback": False},
    },
    "tags": [{"key": "team", "value": "shop"}, {"key": "stage", "value": ""}],
}
SPOT_SERVICE: Doc = {
    **{name: value for name, value in SMALL_SERVICE.items() if name != "launchType"},
    "capacityProviderStrategy": [
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
        {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
    ],
}
BRIDGE_TASK: Doc = {
    "family": "old",
    "containerDefinitions": [
        {"name": "web", "image": "web:1", "memory": 128, "portMappings": [{"containerPort": 80}]},
    ],
}
BRIDGE_SERVICE: Doc = {
    "serviceName": "web",
    "desiredCount": 2,
    "launchType": "EC2",
    "placementStrategy": [{"type": "spread", "field": "instanceId"}, {"type": "binpack", "field": "cpu"}],
    "placementConstraints": [{"type": "distinctInstance"}],
}
UNCOUNTED_SERVICE: Doc = {name: value for name, value in SMALL_SERVICE.items() if name != "desiredCount"}


def wanted(service: Doc, task_definition: Doc) -> DesiredEcs:
    return DesiredEcs(target=ECS_TARGET, service=service, task_definition=task_definition)


SMALL = wanted(SMALL_SERVICE, SMALL_TASK)
LARGE = wanted(LARGE_SERVICE, LARGE_TASK)

WISHES = [
    pytest.param(SMALL, id="the least that works"),
    pytest.param(LARGE, id="nearly everything"),
    pytest.param(wanted(SPOT_SERVICE, SMALL_TASK), id="capacity providers"),
    pytest.param(wanted(BRIDGE_SERVICE, BRIDGE_TASK), id="EC2 with bridge network"),
    pytest.param(wanted(UNCOUNTED_SERVICE, SMALL_TASK), id="count left out"),
]


@pytest.mark.parametrize("desired", WISHES)
async def test_what_was_created_needs_nothing_more(cloud: PlanningHands, desired: DesiredEcs) -> None:
    first = await cloud.plan(desired)
    assert first.verb is Verb.CREATE
    await cloud.carry_out(desired, first)
    for previous in (None, desired):
        again = await cloud.plan(desired, previous=previous)
        assert (again.verb, again.differences, again.warnings) == (Verb.NOTHING, (), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(SMALL, LARGE, id="everything is added"),
        pytest.param(LARGE, SMALL, id="everything is taken out"),
        pytest.param(SMALL, wanted(SPOT_SERVICE, SMALL_TASK), id="launch type to capacity providers"),
        pytest.param(LARGE, wanted({**LARGE_SERVICE, "desiredCount": 1}, LARGE_TASK), id="count"),
        pytest.param(SMALL, wanted({**SMALL_SERVICE, "tags": LARGE_SERVICE["tags"]}, SMALL_TASK), id="tags"),
        pytest.param(LARGE, wanted(LARGE_SERVICE, {**LARGE_TASK, "tags": []}), id="task definition's tags"),
    ],
)
async def test_what_was_updated_needs_nothing_more(
    cloud: PlanningHands, before: DesiredEcs, after: DesiredEcs
) -> None:
    await cloud.carry_out(before, await cloud.plan(before))
    deployments = cloud.service_deployments(ECS_TARGET)
    cloud.aws.journal.clear()
    plan = await cloud.plan(after, previous=before)
    assert plan.verb is Verb.UPDATE
    assert plan.differences
    await cloud.carry_out(after, plan)
    assert [f"ecs:{name}" for name in cloud.aws.mutations] == [call.api for call in described(plan).calls]
    again = await cloud.plan(after, previous=after)
    assert (again.verb, again.differences) == (Verb.NOTHING, ())
    assert (cloud.service_deployments(ECS_TARGET) > deployments) is plan.starts_deployment


async def test_a_forced_plan_starts_a_service_deployment_and_leaves_the_service_as_it_is(
    cloud: PlanningHands,
) -> None:
    await cloud.carry_out(LARGE, await cloud.plan(LARGE))
    deployments = cloud.service_deployments(ECS_TARGET)
    await cloud.carry_out(LARGE, await cloud.plan(LARGE, force=True))
    assert cloud.service_deployments(ECS_TARGET) == deployments + 1
    assert (await cloud.plan(LARGE)).verb is Verb.NOTHING


async def test_a_deleted_service_is_created_again(cloud: PlanningHands) -> None:
    await cloud.carry_out(SMALL, await cloud.plan(SMALL))
    cloud.call("DeleteService", cluster="demo", service="web", force=True)
    cloud.settle()
    await cloud.carry_out(SMALL, await cloud.plan(SMALL))
    assert (await cloud.plan(SMALL)).verb is Verb.NOTHING
