"""A service's configuration with AWS's defaults, split into what makes a revision and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.capacity import FARGATE_PROVIDERS
from gitmoxi_local.aws_model.ecs.state import Cluster, Doc, Place, TaskDefinition

_OPTIONAL_IN_REVISION = (
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "monitoring",
)
_KEPT_IN_SERVICE = (
    "desiredCount",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "deploymentController",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
)
"""With deploymentConfiguration these start no service deployment when they change (API_UpdateService)."""


def of_service(place: Place, params: Mapping[str, Any]) -> Doc:
    """The service-level part of a CreateService, defaults filled in (API_CreateService, API_Service)."""
    account = place[0]
    daemon = params.get("schedulingStrategy") == "DAEMON"
    limits = {"maximumPercent": 100, "minimumHealthyPercent": 0} if daemon else {}
    # A daemon runs one task on each container instance, and the modelled cluster has room on one.
    defaults: Doc = {
        "desiredCount": 1 if daemon else 0,
        "placementConstraints": [],
        "placementStrategy": [],
        "healthCheckGracePeriodSeconds": 0,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        "availabilityZoneRebalancing": "ENABLED",
        "roleArn": params.get(
            "role", f"arn:aws:iam::{account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        ),
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "strategy": "ROLLING",
            "bakeTimeInMinutes": 0,
        }
        | limits
        | params.get("deploymentConfiguration", {}),
    }
    if params.get("deploymentController", {}).get("type") == "EXTERNAL":
        defaults |= {"loadBalancers": [], "serviceRegistries": [], "taskSets": []}
    return defaults | {name: params[name] for name in _KEPT_IN_SERVICE if name in params}


def of_service_updated(fields: Doc, params: Mapping[str, Any]) -> Doc:
    """The service-level part after an UpdateService: what is left out is kept."""
    given = {name: params[name] for name in _KEPT_IN_SERVICE if name in params}
    configuration = fields["deploymentConfiguration"] | params.get("deploymentConfiguration", {})
    return fields | given | {"deploymentConfiguration": configuration}


def of_revision(cluster: Cluster, definition: TaskDefinition, params: Mapping[str, Any]) -> Doc:
    """The part of a CreateService or RunTask that tasks are made of, defaults filled in."""
    fields: Doc = {
        "taskDefinition": definition.arn,
        "loadBalancers": params.get("loadBalancers", []),
        "serviceRegistries": params.get("serviceRegistries", []),
        **{name: params[name] for name in _OPTIONAL_IN_REVISION if name in params},
        **_network(params),
        **_capacity(cluster, params),
    }
    return _with_platform(fields, params.get("platformVersion"))


def of_revision_updated(
    cluster: Cluster, definition: TaskDefinition, fields: Doc, params: Mapping[str, Any]
) -> Doc:
    """The part of a service that tasks are made of after an UpdateService: what is left out is kept."""
    lists = ("loadBalancers", "serviceRegistries", *_OPTIONAL_IN_REVISION)
    changed = {name: params[name] for name in lists if name in params}
    updated = fields | changed | _network(params) | {"taskDefinition": definition.arn}
    if "capacityProviderStrategy" in params:
        for name in ("launchType", "capacityProviderStrategy"):
            updated.pop(name, None)
        updated |= _capacity(cluster, params)
    return _with_platform(updated, params.get("platformVersion", fields.get("platformVersion")))


def on_fargate(fields: Doc) -> bool:
    """Whether tasks of this configuration run on Fargate."""
    strategy = fields.get("capacityProviderStrategy", [])
    providers = {item["capacityProvider"] for item in strategy}
    return bool(providers & FARGATE_PROVIDERS) or fields.get("launchType") == "FARGATE"


def launch_type(fields: Doc) -> str:
    """The launch type that tasks of this configuration show."""
    return "FARGATE" if on_fargate(fields) else str(fields.get("launchType", "EC2"))


def _network(params: Mapping[str, Any]) -> Doc:
    if "networkConfiguration" not in params:
        return {}
    vpc = {"securityGroups": [], "assignPublicIp": "DISABLED"}
    given = params["networkConfiguration"].get("awsvpcConfiguration", {})
    return {"networkConfiguration": {"awsvpcConfiguration": vpc | given}}


def _capacity(cluster: Cluster, params: Mapping[str, Any]) -> Doc:
    """Launch type or capacity providers; without either, the cluster's default, else EC2."""
    strategy = params.get("capacityProviderStrategy")
    if not strategy and "launchType" not in params:
        strategy = cluster.fields.get("defaultCapacityProviderStrategy")
    if strategy:
        return {"capacityProviderStrategy": [{"weight": 0, "base": 0} | item for item in strategy]}
    return {"launchType": params.get("launchType", "EC2")}


def _with_platform(fields: Doc, version: str | None) -> Doc:
    """Fargate has a platform; an explicit version is kept anyhow, for the rules to refuse."""
    rest = {name: value for name, value in fields.items() if not name.startswith("platform")}
    if on_fargate(rest):
        return rest | {"platformVersion": version or "LATEST", "platformFamily": "Linux"}
    return rest | ({"platformVersion": version} if version else {})
