"""Rules on service registries (Cloud Map)."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.validation.reading import list_at, objects_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has
from gitmoxi.validation.service_rules.pages import SERVICE_REGISTRY


@rule(
    "service.registries-too-many",
    summary="A service has at most one service registry.",
    advice="keep one",
    source=SERVICE_REGISTRY,
)
def _too_many(service: ServiceDocument) -> Iterator[Problem]:
    count = len(list_at(service, "serviceRegistries"))
    if count > 1:
        yield Problem(
            at=("serviceRegistries",),
            message=f"there are {count} service registries",
            found=str(count),
            expected="1",
        )


@rule(
    "service.registry-members",
    summary=(
        "A registry has its ARN, and either a port, or a container's name together with its port, or neither."
    ),
    source=SERVICE_REGISTRY,
)
def _members(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "serviceRegistries"):
        port, name, container_port = (
            has(service, *path, member) for member in ("port", "containerName", "containerPort")
        )
        if not has(service, *path, "registryArn"):
            yield Problem(
                at=(*path, "registryArn"), message="the registry has no ARN", advice="add registryArn"
            )
        if port and (name or container_port):
            yield Problem(
                at=(*path, "port"),
                message="port excludes containerName and containerPort",
                advice="keep port, or containerName with containerPort",
            )
        elif name is not container_port:
            missing = "containerPort" if name else "containerName"
            yield Problem(
                at=(*path, missing),
                message=f"containerName and containerPort belong together, and there is no {missing}",
                advice=f"add {missing}",
            )


DISCOVERY_RULES = (_too_many, _members)
