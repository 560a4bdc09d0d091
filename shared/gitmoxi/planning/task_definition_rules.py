"""How AWS reads a task definition: its defaults, its lists without order, what it writes differently.

Sources: API_RegisterTaskDefinition, API_ContainerDefinition, API_PortMapping, API_HealthCheck,
API_MountPoint, API_VolumeFrom, API_ContainerRestartPolicy, API_EFSVolumeConfiguration,
API_EFSAuthorizationConfig, API_DockerVolumeConfiguration, API_ProxyConfiguration and API_RuntimePlatform of
the Amazon ECS API Reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from gitmoxi.planning.documents import Document, Json
from gitmoxi.planning.rules import Rules

UNITS_PER_VCPU: Final = 1024
"""CPU units of a vCPU, and MiB of a GB as ECS counts them (API_RegisterTaskDefinition, cpu and memory)."""

DEFAULTS: Final[Mapping[str, Document]] = {
    "": {"networkMode": "bridge", "enableFaultInjection": False},
    "containerDefinitions[]": {
        "cpu": 0,
        "essential": True,
        "privileged": False,
        "readonlyRootFilesystem": False,
        "disableNetworking": False,
        "interactive": False,
        "pseudoTerminal": False,
        "versionConsistency": "enabled",
    },
    "containerDefinitions[].portMappings[]": {"protocol": "tcp"},
    "containerDefinitions[].healthCheck": {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0},
    "containerDefinitions[].mountPoints[]": {"readOnly": False},
    "containerDefinitions[].volumesFrom[]": {"readOnly": False},
    "containerDefinitions[].restartPolicy": {"restartAttemptPeriod": 300},
    "containerDefinitions[].linuxParameters": {"initProcessEnabled": False},
    "volumes[]": {"configuredAtLaunch": False},
    "volumes[].efsVolumeConfiguration": {"rootDirectory": "/", "transitEncryption": "DISABLED"},
    "volumes[].efsVolumeConfiguration.authorizationConfig": {"iam": "DISABLED"},
    "volumes[].dockerVolumeConfiguration": {"scope": "task", "autoprovision": False, "driver": "local"},
    "proxyConfiguration": {"type": "APPMESH"},
    "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
}

KEYED: Final[Mapping[str, tuple[str, ...]]] = {
    "containerDefinitions": ("name",),
    "containerDefinitions[].environment": ("name",),
    "containerDefinitions[].secrets": ("name",),
    "containerDefinitions[].portMappings": ("containerPort", "containerPortRange", "protocol"),
    "containerDefinitions[].mountPoints": ("containerPath",),
    "containerDefinitions[].volumesFrom": ("sourceContainer",),
    "containerDefinitions[].dependsOn": ("containerName",),
    "containerDefinitions[].ulimits": ("name",),
    "containerDefinitions[].systemControls": ("namespace",),
    "containerDefinitions[].logConfiguration.secretOptions": ("name",),
    "containerDefinitions[].linuxParameters.devices": ("hostPath",),
    "containerDefinitions[].linuxParameters.tmpfs": ("containerPath",),
    "volumes": ("name",),
    "inferenceAccelerators": ("deviceName",),
    "proxyConfiguration.properties": ("name",),
}

UNORDERED: Final = frozenset(
    {
        "requiresCompatibilities",
        "placementConstraints",
        "containerDefinitions[].links",
        "containerDefinitions[].extraHosts",
        "containerDefinitions[].dockerSecurityOptions",
        "containerDefinitions[].resourceRequirements",
        "containerDefinitions[].restartPolicy.ignoredExitCodes",
        "containerDefinitions[].linuxParameters.capabilities.add",
        "containerDefinitions[].linuxParameters.capabilities.drop",
        "containerDefinitions[].linuxParameters.devices[].permissions",
        "containerDefinitions[].linuxParameters.tmpfs[].mountOptions",
    }
)

FIELDS: Final = frozenset(
    {
        "family",
        "taskRoleArn",
        "executionRoleArn",
        "networkMode",
        "containerDefinitions",
        "volumes",
        "placementConstraints",
        "requiresCompatibilities",
        "cpu",
        "memory",
        "pidMode",
        "ipcMode",
        "proxyConfiguration",
        "inferenceAccelerators",
        "ephemeralStorage",
        "runtimePlatform",
        "enableFaultInjection",
    }
)
"""What RegisterTaskDefinition takes; anything else that DescribeTaskDefinition answers is AWS's own."""

IGNORED: Final = frozenset(
    {
        "tags",
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    }
)
"""Compared apart (tags), or filled in by AWS (API_TaskDefinition)."""


def same_role(want: Json, have: Json) -> bool:
    """Whether two IAM roles are one: ECS takes a role by its name and answers its ARN."""
    return _role_name(want) == _role_name(have) and _is_arn(want) is not _is_arn(have)


def _is_arn(role: Json) -> bool:
    return isinstance(role, str) and role.startswith("arn:")


def _role_name(role: Json) -> str:
    name = str(role)
    return name.partition(":role/")[2] if _is_arn(role) else name.removeprefix("/")


def _prepared(document: Document) -> Document:
    result: dict[str, Any] = dict(document)
    for member, unit in (("cpu", "vcpu"), ("memory", "gb")):
        if member in result:
            result[member] = _task_size(result[member], unit)
    containers = result.get("containerDefinitions")
    if isinstance(containers, list):
        fixed_ports = result.get("networkMode") in {"awsvpc", "host"}
        result["containerDefinitions"] = [_container(item, fixed_ports=fixed_ports) for item in containers]
    return result


def _container(container: Json, *, fixed_ports: bool) -> Json:
    if not isinstance(container, Mapping):
        return container
    result = dict(container)
    result |= _each(container, "portMappings", lambda port: _port_mapping(port, fixed_ports=fixed_ports))
    if isinstance(container.get("environment"), list):
        # ECS drops a variable without a value.
        result["environment"] = [
            entry for entry in container["environment"] if not isinstance(entry, Mapping) or "value" in entry
        ]
    return result


def _each(parent: Document, member: str, change: Callable[[Document], Document]) -> Document:
    items = parent.get(member)
    if not isinstance(items, list):
        return {}
    return {member: [change(item) if isinstance(item, Mapping) else item for item in items]}


def _port_mapping(mapping: Document, *, fixed_ports: bool) -> Document:
    """``hostPort`` as ECS fills it in: the container's port, or 0 for any free one (API_PortMapping)."""
    if "containerPort" not in mapping or mapping.get("hostPort"):
        return mapping
    return {**mapping, "hostPort": mapping["containerPort"] if fixed_ports else 0}


def _task_size(size: Json, unit: str) -> Json:
    """CPU units or MiB as the text that ECS answers: "1 vCPU" is "1024", ".5 GB" is "512"."""
    text = str(size).strip().lower()
    number = text.removesuffix(unit).strip()
    if not re.fullmatch(r"\d*\.?\d+", number):
        return size
    amount = Decimal(number)
    return str(int(amount * UNITS_PER_VCPU if number != text else amount))


TASK_DEFINITION_RULES: Final = Rules(
    document="task definition",
    keyed=KEYED,
    unordered=UNORDERED,
    defaults=DEFAULTS,
    ignored=IGNORED,
    fields=FIELDS,
    same={"taskRoleArn": same_role, "executionRoleArn": same_role},
    prepare=_prepared,
)
