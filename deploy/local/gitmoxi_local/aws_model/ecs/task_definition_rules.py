"""What RegisterTaskDefinition refuses, with the words that its users report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.ecs import errors, fargate
from gitmoxi_local.aws_model.ecs.state import Doc

_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")


def check(params: Mapping[str, Any]) -> None:
    """Refuse what AWS refuses (API_RegisterTaskDefinition).

    Raises:
        AwsError: ClientException.
    """
    if not _FAMILY.fullmatch(params["family"]):
        raise errors.client(
            "Invalid family name: only letters, numbers, hyphens and underscores, at most 255."
        )
    containers = params["containerDefinitions"]
    if not containers:
        raise errors.client("Container list cannot be empty.")
    for container in containers:
        _check_container(container, params)
    _check_container_set(containers)
    _check_sums(containers, params)
    if params.get("networkMode") == "awsvpc":
        _check_awsvpc(containers)
    if "FARGATE" in params.get("requiresCompatibilities", []):
        _check_fargate(containers, params)


def _check_container(container: Doc, params: Mapping[str, Any]) -> None:
    for member in ("name", "image"):
        if not container.get(member):
            raise errors.client(f"Container.{member} should not be null or empty.")
    name = container["name"]
    if "memory" not in params and "memory" not in container and "memoryReservation" not in container:
        raise errors.client(
            f"Invalid setting for container '{name}'. "
            "At least one of 'memory' or 'memoryReservation' must be specified."
        )
    if container.get("memoryReservation", 0) > container.get("memory", float("inf")):
        raise errors.client(
            f"Invalid setting for container '{name}'. 'memory' must be greater than 'memoryReservation'."
        )


def _check_container_set(containers: list[Doc]) -> None:
    names = [container["name"] for container in containers]
    if len(set(names)) < len(names):
        raise errors.client("Container names within a task definition must be unique.")
    if not any(container.get("essential", True) for container in containers):
        raise errors.client("A task definition must have at least one essential container.")
    for container in containers:
        for dependency in container.get("dependsOn", []):
            _check_dependency(container["name"], dependency, containers)


def _check_dependency(name: str, dependency: Doc, containers: list[Doc]) -> None:
    other = next((c for c in containers if c["name"] == dependency["containerName"]), None)
    if other is None:
        missing = dependency["containerName"]
        raise errors.client(
            f"Container '{name}' depends on '{missing}', which is not in the task definition."
        )
    if dependency["condition"] in {"SUCCESS", "COMPLETE"} and other.get("essential", True):
        raise errors.client(
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
        )


def _check_sums(containers: list[Doc], params: Mapping[str, Any]) -> None:
    if "cpu" in params:
        limit = fargate.cpu_units(params["cpu"])
        if sum(container.get("cpu", 0) for container in containers) > limit:
            raise errors.client(
                "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
            )
    if "memory" in params:
        limit = fargate.memory_mib(params["memory"])
        for container in containers:
            if container.get("memory", 0) > limit:
                message = (
                    f"The 'memory' setting for container '{container['name']}' is greater than for the task."
                )
                raise errors.client(message)


def _check_awsvpc(containers: list[Doc]) -> None:
    mappings = [mapping for container in containers for mapping in container.get("portMappings", [])]
    if any(mapping.get("hostPort", 0) not in {0, mapping.get("containerPort")} for mapping in mappings):
        raise errors.client(
            "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
        )


def _check_fargate(containers: list[Doc], params: Mapping[str, Any]) -> None:
    if params.get("networkMode") != "awsvpc":
        raise errors.client("Fargate only supports network mode ‘awsvpc’.")  # noqa: RUF001 (AWS's own quotation marks)
    for member in ("cpu", "memory"):
        if member not in params:
            raise errors.client(f"Fargate requires that '{member}' be defined at the task level.")
    cpu, memory = fargate.cpu_units(params["cpu"]), fargate.memory_mib(params["memory"])
    if not fargate.offers(cpu, memory):
        raise errors.client(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
    if "executionRoleArn" not in params:
        _check_needs_no_execution_role(containers)


def _check_needs_no_execution_role(containers: list[Doc]) -> None:
    for container in containers:
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
            raise errors.client(
                "Fargate requires task definition to have execution role ARN to support log driver awslogs."
            )
        if ".dkr.ecr." in container["image"]:
            raise errors.client(
                "Fargate requires task definition to have execution role ARN to support ECR images."
            )
