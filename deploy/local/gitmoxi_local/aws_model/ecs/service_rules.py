"""What CreateService, UpdateService and RunTask refuse, with the words that their users report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.capacity import FARGATE_PROVIDERS
from gitmoxi_local.aws_model.ecs import breaker_rules, errors, service_fields
from gitmoxi_local.aws_model.ecs.state import Cluster, Doc, TaskDefinition

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_TOKEN = re.compile(r"[!-~]{1,36}")
_MOST_PROVIDERS = 20
_PLATFORMS = frozenset({"LATEST", "1.4.0", "1.3.0"})
_TASK_SET_MEMBERS = (
    "taskDefinition",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
)


def check_create(params: Mapping[str, Any]) -> None:
    """Refuse a CreateService that needs no look at any state (API_CreateService).

    Raises:
        AwsError: InvalidParameterException, or UnsupportedFeatureException for what is not modelled.
    """
    if not _NAME.fullmatch(params.get("serviceName", "")):
        raise errors.invalid(
            "Invalid service name: only letters, numbers, hyphens and underscores, at most 255."
        )
    if "clientToken" in params and not _TOKEN.fullmatch(params["clientToken"]):
        raise errors.invalid("clientToken: up to 36 ASCII characters in the range of 33-126 are allowed.")
    if "launchType" in params and params.get("capacityProviderStrategy"):
        raise errors.invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    controller = params.get("deploymentController", {}).get("type", "ECS")
    if controller == "CODE_DEPLOY":
        raise errors.not_modelled("the CODE_DEPLOY deployment controller")
    if controller == "EXTERNAL":
        _check_external(params)
    elif not params.get("taskDefinition"):
        raise errors.invalid("TaskDefinition can not be blank.")
    _check_count(params, controller)
    check_deployment_configuration(params.get("deploymentConfiguration", {}))


def check_deployment_configuration(configuration: Doc) -> None:
    """Refuse what blocks every deployment, and what is not modelled (API_DeploymentConfiguration)."""
    strategy = configuration.get("strategy", "ROLLING")
    if strategy != "ROLLING":
        raise errors.not_modelled(f"the deployment strategy {strategy}")
    if configuration.get("lifecycleHooks"):
        raise errors.not_modelled("deployment lifecycle hooks")
    _check_breaker(configuration)
    _check_early_success(configuration)
    if configuration.get("maximumPercent", 200) == configuration.get("minimumHealthyPercent", 100) == 100:  # noqa: PLR2004 (percent)
        raise errors.invalid(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
        )


def _check_breaker(configuration: Doc) -> None:
    """API_ThresholdConfiguration; the words are unverified."""
    rule: Doc | None = configuration.get("deploymentCircuitBreaker", {}).get("thresholdConfiguration")
    if rule is None:
        return
    if rule["type"] not in breaker_rules.TYPES:
        raise errors.invalid(f"The threshold type must be one of {', '.join(sorted(breaker_rules.TYPES))}.")
    if rule["value"] < 1:
        raise errors.invalid("The threshold value must be at least 1.")


def _check_early_success(configuration: Doc) -> None:
    """API_DeploymentEarlySuccessCriteria; the words are unverified."""
    criteria: Doc = configuration.get("earlySuccessCriteria", {})
    if not criteria.get("enable"):
        return
    if not {"healthyPercent", "sourceServiceRevisionCleanup"} <= criteria.keys():
        raise errors.invalid(
            "earlySuccessCriteria requires healthyPercent and sourceServiceRevisionCleanup when enabled."
        )
    if criteria["healthyPercent"] < configuration.get("minimumHealthyPercent", 100):
        raise errors.invalid("healthyPercent must be greater than or equal to minimumHealthyPercent.")


def check_desired_count(count: int) -> None:
    """Refuse a negative desired count."""
    if count < 0:
        raise errors.invalid("Task count can not be lesser than 0")


def check_revision(cluster: Cluster, definition: TaskDefinition, fields: Doc) -> None:
    """Refuse tasks that could never start: what fits neither the definition nor the cluster.

    Raises:
        AwsError: InvalidParameterException, or PlatformUnknownException.
    """
    _check_capacity(cluster, definition, fields)
    _check_network(definition, fields)
    for pair in fields["loadBalancers"]:
        _check_load_balancer(definition, pair)


def _check_external(params: Mapping[str, Any]) -> None:
    """Task sets carry these instead of the service (API_CreateTaskSet)."""
    given = next((name for name in _TASK_SET_MEMBERS if params.get(name)), None)
    if given is not None:
        raise errors.invalid(
            f"{given} cannot be specified for a service using the EXTERNAL deployment controller: "
            "specify it with CreateTaskSet."
        )


def _check_count(params: Mapping[str, Any], controller: str) -> None:
    if params.get("schedulingStrategy") == "DAEMON":
        if "desiredCount" in params:
            raise errors.invalid(
                "The daemon scheduling strategy does not support a desired count. "
                "Remove the desired count value and try again."
            )
        if params.get("launchType") == "FARGATE":
            raise errors.invalid(
                "The daemon scheduling strategy is not supported for the FARGATE launch type."
            )
    elif "desiredCount" not in params and controller == "ECS":
        raise errors.invalid(
            "desiredCount must be specified when schedulingStrategy is REPLICA or not specified."
        )
    check_desired_count(params.get("desiredCount", 0))


def _check_capacity(cluster: Cluster, definition: TaskDefinition, fields: Doc) -> None:
    fargate = service_fields.on_fargate(fields)
    version = fields.get("platformVersion")
    if version is not None and not fargate:
        raise errors.invalid("The platform version must be null when specifying an EC2 launch type.")
    if version is not None and version not in _PLATFORMS:
        raise AwsError("PlatformUnknownException", "The specified platform does not exist.")
    if fargate and "FARGATE" not in definition.document["compatibilities"]:
        raise errors.invalid("Task definition does not support launch_type FARGATE.")
    _check_strategy(fields.get("capacityProviderStrategy", []))
    associated = cluster.fields.get("capacityProviders", [])
    for item in fields.get("capacityProviderStrategy", []):
        if item["capacityProvider"] not in associated:
            raise errors.invalid(
                "The specified capacity provider strategy cannot contain a capacity provider that is not "
                "associated with the cluster. Associate the capacity provider with the cluster and try again."
            )


def _check_strategy(strategy: list[Doc]) -> None:
    """API_CapacityProviderStrategyItem; the words about base, weight and number are unverified."""
    fargate = {item["capacityProvider"] in FARGATE_PROVIDERS for item in strategy}
    if len(fargate) > 1:
        raise errors.invalid(
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling "
            "groups and Fargate providers. Specify one or the other and try again."
        )
    if len(strategy) > _MOST_PROVIDERS:
        raise errors.invalid(
            f"A capacity provider strategy can contain a maximum of {_MOST_PROVIDERS} capacity providers."
        )
    if sum(item["base"] > 0 for item in strategy) > 1:
        raise errors.invalid("Only one capacity provider in a strategy can have a base defined.")
    if len(strategy) > 1 and not any(item["weight"] for item in strategy):
        raise errors.invalid("At least one capacity provider must have a weight value greater than zero.")


def _check_network(definition: TaskDefinition, fields: Doc) -> None:
    awsvpc = definition.document.get("networkMode") == "awsvpc"
    if awsvpc and "networkConfiguration" not in fields:
        raise errors.invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if not awsvpc and "networkConfiguration" in fields:
        raise errors.invalid(
            "Network Configuration is not valid for the given networkMode of this task definition."
        )
    if awsvpc and not fields["networkConfiguration"]["awsvpcConfiguration"].get("subnets"):
        raise errors.invalid("subnets can not be empty.")


def _check_load_balancer(definition: TaskDefinition, pair: Doc) -> None:
    name, port = pair.get("containerName"), pair.get("containerPort")
    containers = definition.document["containerDefinitions"]
    container = next((one for one in containers if one["name"] == name), None)
    if container is None:
        raise errors.invalid(f"The container {name} does not exist in the task definition.")
    if all(mapping.get("containerPort") != port for mapping in container["portMappings"]):
        raise errors.invalid(f"The container {name} did not have a container port {port} defined.")
