"""How AWS reads an ECS service: what it keeps, fills in, restarts tasks for, and never changes.

Sources: API_CreateService, API_UpdateService, API_Service, API_Deployment, API_DeploymentConfiguration,
API_DeploymentCircuitBreaker, API_AwsVpcConfiguration and API_CapacityProviderStrategyItem of the Amazon ECS
API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitmoxi.planning.documents import Document
from gitmoxi.planning.rules import Rules
from gitmoxi.planning.task_definition_rules import same_role
from gitmoxi.ports.ecs import EcsService

NO_ALARMS: Final = {"alarmNames": [], "enable": False, "rollback": False}
NO_BREAKER: Final = {"enable": False, "rollback": False}
DEFAULT_THRESHOLD: Final = {"type": "BOUNDED_PERCENT", "value": 50}

SERVICE_RULES: Final = Rules(
    document="service",
    keyed={
        "loadBalancers": ("targetGroupArn", "loadBalancerName", "containerName", "containerPort"),
        "serviceRegistries": ("registryArn",),
        "capacityProviderStrategy": ("capacityProvider",),
        "volumeConfigurations": ("name",),
        "vpcLatticeConfigurations": ("portName", "targetGroupArn"),
        "serviceConnectConfiguration.services": ("portName",),
        "serviceConnectConfiguration.logConfiguration.secretOptions": ("name",),
    },
    unordered=frozenset(
        {
            "networkConfiguration.awsvpcConfiguration.subnets",
            "networkConfiguration.awsvpcConfiguration.securityGroups",
            "deploymentConfiguration.alarms.alarmNames",
            "deploymentConfiguration.lifecycleHooks",
            "deploymentConfiguration.lifecycleHooks[].lifecycleStages",
            "placementConstraints",
            "serviceConnectConfiguration.services[].clientAliases",
        }
    ),
    defaults={
        "": {
            "availabilityZoneRebalancing": "DISABLED",
            "deploymentController": {"type": "ECS"},
            "deploymentConfiguration": {},
            "enableECSManagedTags": False,
            "enableExecuteCommand": False,
            "healthCheckGracePeriodSeconds": 0,
            "propagateTags": "NONE",
            "schedulingStrategy": "REPLICA",
            "serviceConnectConfiguration": {"enabled": False},
        },
        "deploymentConfiguration": {
            "alarms": NO_ALARMS,
            "bakeTimeInMinutes": 0,
            "deploymentCircuitBreaker": NO_BREAKER,
            "earlySuccessCriteria": {"enable": False},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "strategy": "ROLLING",
        },
        "deploymentConfiguration.deploymentCircuitBreaker": {
            "resetOnHealthyTask": True,
            "thresholdConfiguration": DEFAULT_THRESHOLD,
        },
        "deploymentConfiguration.lifecycleHooks[]": {"targetType": "AWS_LAMBDA"},
        "networkConfiguration.awsvpcConfiguration": {"assignPublicIp": "DISABLED"},
        "capacityProviderStrategy[]": {"base": 0, "weight": 0},
    },
    # UpdateService leaves alone what it is not told, down to the breaker's own members.
    kept_in=frozenset(
        {
            "",
            "deploymentConfiguration",
            "deploymentConfiguration.deploymentCircuitBreaker",
            "deploymentConfiguration.earlySuccessCriteria",
            "deploymentConfiguration.lifecycleHooks[].timeoutConfiguration",
            "volumeConfigurations[].managedEBSVolume",
        }
    ),
    # Left out, ECS or the VPC chooses, and may answer its choice.
    kept=frozenset(
        {
            "networkConfiguration.awsvpcConfiguration.securityGroups",
            "deploymentConfiguration.lifecycleHooks[].timeoutConfiguration",
            "serviceConnectConfiguration.services[].discoveryName",
        }
    ),
    ignored=frozenset({"tags", "cluster", "serviceName", "taskDefinition", "clientToken", "monitoring"}),
    same={"role": same_role},
)

ON_THE_DEPLOYMENT: Final = (
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""Members that DescribeServices answers only on the PRIMARY deployment (API_Deployment)."""

UNREADABLE: Final = "monitoring"
"""The one member that DescribeServices does not answer at all (API_Service)."""

UNCHANGEABLE: Final = frozenset({"schedulingStrategy", "launchType", "role"})
"""Members of CreateService that UpdateService does not have."""

STARTING: Final = frozenset(
    {
        "deploymentController",
        "loadBalancers",
        "networkConfiguration",
        "platformVersion",
        "serviceConnectConfiguration",
        "serviceRegistries",
        "volumeConfigurations",
        "vpcLatticeConfigurations",
    }
)
"""A change of one of these starts a service deployment (API_UpdateService)."""

FORCED: Final = frozenset({"capacityProviderStrategy", "deploymentController", UNREADABLE})
"""Changes that reach running tasks only with a forced deployment, or of which AWS's page says nothing."""

_RESETS: Final[Mapping[str, Any]] = {
    "capacityProviderStrategy": [],
    "deploymentConfiguration.alarms": NO_ALARMS,
    "deploymentConfiguration.deploymentCircuitBreaker": NO_BREAKER,
    "deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask": True,
    "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration": DEFAULT_THRESHOLD,
    "deploymentConfiguration.earlySuccessCriteria": {"enable": False},
    "deploymentConfiguration.lifecycleHooks": [],
    "deploymentConfiguration.maximumPercent": 200,
    "deploymentConfiguration.minimumHealthyPercent": 100,
    "deploymentConfiguration.strategy": "ROLLING",
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": 0,
    "loadBalancers": [],
    "networkConfiguration.awsvpcConfiguration.securityGroups": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "platformVersion": "LATEST",
    "propagateTags": "NONE",
    "serviceConnectConfiguration": {"enabled": False},
    "serviceRegistries": [],
    "volumeConfigurations": [],
    "vpcLatticeConfigurations": [],
}

_DAEMON_RESETS: Final[Mapping[str, Any]] = {
    "deploymentConfiguration.maximumPercent": 100,
    "deploymentConfiguration.minimumHealthyPercent": 0,
}
"""A DAEMON service has percentages of its own (API_DeploymentConfiguration)."""


def resets(live: Document) -> Mapping[str, Any]:
    """What is sent for a member that the last good revision had and the new one has not."""
    return {**_RESETS, **_DAEMON_RESETS} if live.get("schedulingStrategy") == "DAEMON" else _RESETS


STAYING: Final = ("availabilityZoneRebalancing", "networkConfiguration", UNREADABLE)
"""Members that stay as they are when they are taken out: UpdateService has no value for "none"."""


def comparable_service(live: EcsService) -> Document:
    """A live service in the terms of CreateService."""
    document: dict[str, Any] = dict(live.document)
    primary = live.primary or {}
    document |= {name: primary[name] for name in ON_THE_DEPLOYMENT if primary.get(name)}
    if "roleArn" in document:
        document["role"] = document["roleArn"]
    return document
