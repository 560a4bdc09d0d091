"""Wanted documents, and live ones as DescribeServices, DescribeTaskDefinition and GetFunction answer them."""

from __future__ import annotations

import copy
from typing import Any

from gitmoxi.domain.targets import OWNER_TAG, EcsTarget, LambdaTarget
from gitmoxi.planning.desired import DesiredEcs, DesiredLambda
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition

ACCOUNT, REGION, OWNER = "111122223333", "eu-central-1", "gitmoxi-test"
ECS_TARGET = EcsTarget(account=ACCOUNT, region=REGION, cluster="demo", service_name="web")
LAMBDA_TARGET = LambdaTarget(account=ACCOUNT, region=REGION, function_name="greet")
TASK_DEFINITION_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:7"
TARGET_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/web/0123456789abcdef"
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"

TASK_DEFINITION: dict[str, Any] = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": ".25 vCPU",
    "memory": "0.5 GB",
    "executionRoleArn": "execution",
    "containerDefinitions": [
        {
            "name": "nginx",
            "image": "nginx:1",
            "portMappings": [{"containerPort": 80}],
            "environment": [{"name": "COLOUR", "value": "blue"}, {"name": "AUDIENCE", "value": "all"}],
            "healthCheck": {"command": ["CMD-SHELL", "curl -f http://127.0.0.1/ || exit 1"]},
        },
        {"name": "log", "image": "fluent-bit:3", "essential": False},
    ],
}

LIVE_TASK_DEFINITION: dict[str, Any] = {
    "taskDefinitionArn": TASK_DEFINITION_ARN,
    "containerDefinitions": [
        {
            "name": "log",
            "image": "fluent-bit:3",
            "cpu": 0,
            "portMappings": [],
            "essential": False,
            "environment": [],
            "mountPoints": [],
            "volumesFrom": [],
            "systemControls": [],
        },
        {
            "name": "nginx",
            "image": "nginx:1",
            "cpu": 0,
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
            "essential": True,
            "environment": [{"name": "AUDIENCE", "value": "all"}, {"name": "COLOUR", "value": "blue"}],
            "mountPoints": [],
            "volumesFrom": [],
            "systemControls": [],
            "healthCheck": {
                "command": ["CMD-SHELL", "curl -f http://127.0.0.1/ || exit 1"],
                "interval": 30,
                "timeout": 5,
                "retries": 3,
            },
        },
    ],
    "family": "web",
    "executionRoleArn": EXECUTION_ROLE,
    "networkMode": "awsvpc",
    "revision": 7,
    "volumes": [],
    "status": "ACTIVE",
    "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}],
    "placementConstraints": [],
    "compatibilities": ["EC2", "FARGATE", "MANAGED_INSTANCES"],
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "registeredAt": "2026-11-01T10:00:00+00:00",
    "registeredBy": f"arn:aws:iam::{ACCOUNT}:user/somebody",
    "enableFaultInjection": False,
}

SERVICE: dict[str, Any] = {
    "cluster": "demo",
    "serviceName": "web",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": ["subnet-b", "subnet-a"], "securityGroups": ["sg-1"]}
    },
    "loadBalancers": [{"targetGroupArn": TARGET_GROUP, "containerName": "nginx", "containerPort": 80}],
    "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    "tags": [{"key": "team", "value": "shop"}],
}

_NETWORK = {
    "awsvpcConfiguration": {
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }
}

LIVE_SERVICE: dict[str, Any] = {
    "serviceArn": ECS_TARGET.service_arn,
    "serviceName": "web",
    "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/demo",
    "loadBalancers": [{"targetGroupArn": TARGET_GROUP, "containerName": "nginx", "containerPort": 80}],
    "serviceRegistries": [],
    "status": "ACTIVE",
    "desiredCount": 2,
    "runningCount": 2,
    "pendingCount": 0,
    "launchType": "FARGATE",
    "platformVersion": "LATEST",
    "platformFamily": "Linux",
    "taskDefinition": TASK_DEFINITION_ARN,
    "deploymentConfiguration": {
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "resetOnHealthyTask": True,
            "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
        },
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    },
    "deployments": [
        {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "taskDefinition": TASK_DEFINITION_ARN,
            "desiredCount": 2,
            "runningCount": 2,
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
            "networkConfiguration": _NETWORK,
            "rolloutState": "COMPLETED",
        }
    ],
    "roleArn": SERVICE_ROLE,
    "events": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "networkConfiguration": _NETWORK,
    "healthCheckGracePeriodSeconds": 0,
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "enableECSManagedTags": False,
    "propagateTags": "NONE",
    "enableExecuteCommand": False,
    "availabilityZoneRebalancing": "ENABLED",
}

FUNCTION: dict[str, Any] = {
    "FunctionName": "greet",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Role": EXECUTION_ROLE,
    "Code": {"S3Bucket": "code", "S3Key": "greet-1.zip"},
    "Environment": {"Variables": {"COLOUR": "blue"}},
    "VpcConfig": {"SubnetIds": ["subnet-b", "subnet-a"], "SecurityGroupIds": ["sg-1"]},
    "Layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3"],
    "Tags": {"team": "shop"},
}

LIVE_FUNCTION: dict[str, Any] = {
    "FunctionName": "greet",
    "FunctionArn": LAMBDA_TARGET.function_arn,
    "Runtime": "python3.13",
    "Role": EXECUTION_ROLE,
    "Handler": "app.handler",
    "CodeSize": 300,
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "LastModified": "2026-11-01T10:00:00.000+0000",
    "CodeSha256": "sha-1",
    "Version": "$LATEST",
    "VpcConfig": {
        "SubnetIds": ["subnet-a", "subnet-b"],
        "SecurityGroupIds": ["sg-1"],
        "VpcId": "vpc-1",
        "Ipv6AllowedForDualStack": False,
    },
    "Environment": {"Variables": {"COLOUR": "blue"}},
    "TracingConfig": {"Mode": "PassThrough"},
    "RevisionId": "8f0e",
    "Layers": [{"Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3", "CodeSize": 12}],
    "State": "Active",
    "LastUpdateStatus": "Successful",
    "PackageType": "Zip",
    "Architectures": ["x86_64"],
    "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    "RuntimeVersionConfig": {"RuntimeVersionArn": f"arn:aws:lambda:{REGION}::runtime:0"},
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/greet"},
}


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A deep copy of ``base`` with ``change`` laid over it; a value of ... takes a member out."""
    result = copy.deepcopy(base)
    for name, value in change.items():
        if value is ...:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = copy.deepcopy(value)
    return result


def desired_ecs(
    *, service: dict[str, Any] | None = None, task_definition: dict[str, Any] | None = None, **other: Any
) -> DesiredEcs:
    """The sample service with changes laid over its two documents."""
    return DesiredEcs(
        target=ECS_TARGET,
        service=merged(SERVICE, service or {}),
        task_definition=merged(TASK_DEFINITION, task_definition or {}),
        **other,
    )


def desired_ecs_by_reference(reference: str | None) -> DesiredEcs:
    """The sample service without a task definition file."""
    named = {} if reference is None else {"taskDefinition": reference}
    return DesiredEcs(target=ECS_TARGET, service=merged(SERVICE, named))


def live_ecs(change: dict[str, Any] | None = None, *, tags: dict[str, str] | None = None) -> EcsService:
    """The sample service as it lives, made by us, with changes laid over it."""
    own = {OWNER_TAG: OWNER, "gitmoxi:action": "a" * 32, "team": "shop"}
    return EcsService(document=merged(LIVE_SERVICE, change or {}), tags=own if tags is None else tags)


def live_task_definition(
    change: dict[str, Any] | None = None, *, tags: dict[str, str] | None = None
) -> EcsTaskDefinition:
    """The revision that the sample service runs."""
    own = {OWNER_TAG: OWNER, "gitmoxi:spec": "0" * 64}
    return EcsTaskDefinition(
        document=merged(LIVE_TASK_DEFINITION, change or {}), tags=own if tags is None else tags
    )


def desired_lambda(change: dict[str, Any] | None = None, **other: Any) -> DesiredLambda:
    """The sample function with changes laid over its document."""
    settings = other.pop("settings", {"alias": "live"})
    return DesiredLambda(
        target=LAMBDA_TARGET, function=merged(FUNCTION, change or {}), settings=settings, **other
    )


def live_lambda(
    change: dict[str, Any] | None = None,
    *,
    tags: dict[str, str] | None = None,
    code: dict[str, Any] | None = None,
) -> LambdaFunction:
    """The sample function's $LATEST as it lives, made by us."""
    own = {OWNER_TAG: OWNER, "team": "shop"}
    return LambdaFunction(
        configuration=merged(LIVE_FUNCTION, change or {}),
        code=code or {"RepositoryType": "S3"},
        tags=own if tags is None else tags,
    )


def live_version(number: str = "4", change: dict[str, Any] | None = None) -> LambdaFunction:
    """A published version of the sample function."""
    return LambdaFunction(configuration=merged(LIVE_FUNCTION, {"Version": number, **(change or {})}))


LIVE_ALIAS = LambdaAlias(name="live", version="4", revision_id="77")
