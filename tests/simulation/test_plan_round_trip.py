"""A plan makes what was wanted: carried out in the modelled ECS and planned again, nothing is left to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitmoxi.domain.deployments import Verb, action_id
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs, from_bytes, to_bytes
from gitmoxi.planning.ecs import EcsPlan, plan_ecs
from gitmoxi.planning.ecs_requests import create_service_request, register_request, update_service_request
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from gitmoxi_local.aws_model.base import CallContext, ImageFaults
from gitmoxi_local.aws_model.ecs import EcsModel

Doc = dict[str, Any]

HERE = CallContext(account="111122223333", region="eu-central-1", caller="tester")
TARGET = EcsTarget(account=HERE.account, region=HERE.region, cluster="demo", service_name="web")
OWNER = "gitmoxi-test"
TARGET_GROUP = f"arn:aws:elasticloadbalancing:{HERE.region}:{HERE.account}:targetgroup/web/0123456789abcdef"


@dataclass(slots=True)
class Surroundings:
    """A clock that is moved by hand, and identifiers that are the same in every run."""

    moment: datetime = datetime(2026, 11, 22, 9, tzinfo=UTC)
    count: int = 0

    def now(self) -> datetime:
        return self.moment

    def hex(self, length: int) -> str:
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()[:length]


@dataclass(slots=True)
class Cloud:
    """The modelled ECS, and a deployer that does what a plan says in the simplest way."""

    around: Surroundings = field(default_factory=Surroundings)
    model: EcsModel = field(init=False)
    actions: int = 0

    def __post_init__(self) -> None:
        self.model = EcsModel(clock=self.around, ids=self.around, faults=ImageFaults(), emit=lambda _: None)
        self.call("CreateCluster", clusterName="demo", capacityProviders=["FARGATE", "FARGATE_SPOT"])

    def call(self, operation: str, **params: Any) -> Doc:
        return self.model.call(operation, params, HERE)

    def plan(self, desired: DesiredEcs, **options: Any) -> EcsPlan:
        service = self.service()
        running = self.task_definition(service.task_definition_arn) if service else None
        return plan_ecs(from_bytes(to_bytes(desired)), service, running, owner=OWNER, **options)

    def carry_out(self, desired: DesiredEcs, plan: EcsPlan) -> None:
        arn = self._registered(desired) if plan.register else None
        if plan.verb is Verb.CREATE:
            names = {"client_token": self._action(), "owner": OWNER, "action_id": self._action()}
            self.call("CreateService", **create_service_request(plan, task_definition_arn=arn, **names))
        elif plan.update_request is not None:
            self.call("UpdateService", **update_service_request(plan, task_definition_arn=arn))
        if plan.tags_to_set:
            tags = [{"key": key, "value": value} for key, value in plan.tags_to_set.items()]
            self.call("TagResource", resourceArn=TARGET.service_arn, tags=tags)
        if plan.tags_to_remove:
            self.call("UntagResource", resourceArn=TARGET.service_arn, tagKeys=list(plan.tags_to_remove))
        self.settle()

    def settle(self) -> None:
        end = self.around.moment + timedelta(seconds=30)
        while (due := self.model.advance()) is not None and due <= end:
            self.around.moment = due
        self.around.moment = end

    def service(self) -> EcsService | None:
        found = self.call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])["services"]
        return EcsService(document=found[0], tags=_tags(found[0])) if found else None

    def task_definition(self, arn: str) -> EcsTaskDefinition:
        answer = self.call("DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"])
        return EcsTaskDefinition(document=answer["taskDefinition"], tags=_tags(answer))

    def service_deployments(self) -> int:
        answer = self.call("ListServiceDeployments", cluster="demo", service="web")
        return len(answer["serviceDeployments"])

    def _registered(self, desired: DesiredEcs) -> str:
        request = register_request(desired, owner=OWNER, action_id=self._action())
        answer = self.call("RegisterTaskDefinition", **request)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def _action(self) -> str:
        self.actions += 1
        return action_id("d-1", 1, self.actions)


def _tags(answer: Doc) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in answer.get("tags", [])}


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


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
    return DesiredEcs(target=TARGET, service=service, task_definition=task_definition)


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
def test_what_was_created_needs_nothing_more(cloud: Cloud, desired: DesiredEcs) -> None:
    first = cloud.plan(desired)
    assert first.verb is Verb.CREATE
    cloud.carry_out(desired, first)
    for previous in (None, desired):
        again = cloud.plan(desired, previous=previous)
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
def test_what_was_updated_needs_nothing_more(cloud: Cloud, before: DesiredEcs, after: DesiredEcs) -> None:
    cloud.carry_out(before, cloud.plan(before))
    deployments = cloud.service_deployments()
    plan = cloud.plan(after, previous=before)
    assert plan.verb is Verb.UPDATE
    assert plan.differences
    cloud.carry_out(after, plan)
    again = cloud.plan(after, previous=after)
    assert (again.verb, again.differences) == (Verb.NOTHING, ())
    assert (cloud.service_deployments() > deployments) is plan.starts_deployment


def test_a_forced_plan_starts_a_service_deployment_and_leaves_the_service_as_it_is(cloud: Cloud) -> None:
    cloud.carry_out(LARGE, cloud.plan(LARGE))
    deployments = cloud.service_deployments()
    cloud.carry_out(LARGE, cloud.plan(LARGE, force=True))
    assert cloud.service_deployments() == deployments + 1
    assert cloud.plan(LARGE).verb is Verb.NOTHING


def test_a_deleted_service_is_created_again(cloud: Cloud) -> None:
    cloud.carry_out(SMALL, cloud.plan(SMALL))
    cloud.call("DeleteService", cluster="demo", service="web", force=True)
    cloud.settle()
    cloud.carry_out(SMALL, cloud.plan(SMALL))
    assert cloud.plan(SMALL).verb is Verb.NOTHING
