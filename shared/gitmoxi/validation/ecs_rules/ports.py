"""Rules on the containers and ports of the task definition that a service refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.ecs_rules.subject import EcsDocuments, TaskDocument, containers, port_names
from gitmoxi.validation.reading import number_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import uses_service_connect
from gitmoxi.validation.service_rules.pages import (
    LOAD_BALANCER,
    SERVICE_CONNECT_SERVICE,
    SERVICE_REGISTRY,
)
from gitmoxi.validation.sources import nearest

_REFERRING: Final = ("loadBalancers", "serviceRegistries")


@rule(
    "ecs.unknown-container",
    summary="Load balancers and registries name containers that the task definition has.",
    source=LOAD_BALANCER,
)
def _unknown_container(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    names = [name for _, name in containers(task)]
    for path in (path for member in _REFERRING for path, _ in objects_at(service, member)):
        name = text_at(service, *path, "containerName")
        if name and name not in names:
            yield Problem(
                at=(*path, "containerName"),
                message=f"the task definition has no container {name}",
                found=name,
                expected=_one_of(names),
                advice=_nearest_of(name, names, "name a container of the task definition"),
            )


@rule(
    "ecs.unmapped-port",
    summary="Load balancers and registries name ports that the container maps.",
    source=SERVICE_REGISTRY,
)
def _unmapped_port(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    places = {name: path for path, name in containers(task)}
    for path in (path for member in _REFERRING for path, _ in objects_at(service, member)):
        name, port = text_at(service, *path, "containerName"), number_at(service, *path, "containerPort")
        if name not in places or port is None or _is_mapped(task, places[name], port):
            continue
        mapped = [f"{each:g}" for each in _mapped(task, places[name])]
        yield Problem(
            at=(*path, "containerPort"),
            message=f"the container {name} maps no port {port:g}",
            found=f"{port:g}",
            expected=_one_of(mapped),
            advice=f'add {{"containerPort": {port:g}}} to portMappings of {name}, or name a mapped port here',
        )


def _mapped(task: TaskDocument, container: JsonPath) -> list[int | float]:
    ports = (
        number_at(task, *mapping, "containerPort")
        for mapping, _ in objects_at(task, *container, "portMappings")
    )
    return [port for port in ports if port is not None]


def _is_mapped(task: TaskDocument, container: JsonPath, port: float) -> bool:
    for mapping, _ in objects_at(task, *container, "portMappings"):
        first, _, last = (text_at(task, *mapping, "containerPortRange") or "").partition("-")
        if first.isdecimal() and last.isdecimal() and int(first) <= port <= int(last):
            return True
    return port in _mapped(task, container)


@rule(
    "ecs.unknown-port-name",
    summary="Service Connect and VPC Lattice name port mappings that the task definition has.",
    source=SERVICE_CONNECT_SERVICE,
)
def _unknown_port_name(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    names = list(port_names(task))
    places = [path for path, _ in objects_at(service, "vpcLatticeConfigurations")]
    if uses_service_connect(service):
        places += [path for path, _ in objects_at(service, "serviceConnectConfiguration", "services")]
    for path in places:
        name = text_at(service, *path, "portName")
        if name is not None and name not in names:
            yield Problem(
                at=(*path, "portName"),
                message=f"no port mapping of the task definition has the name {name}",
                found=name,
                expected=_one_of(names),
                advice=_nearest_of(name, names, f'add "name": "{name}" to the port mapping that is meant'),
            )


@rule(
    "ecs.registry-network",
    summary="In the network modes bridge and host a registry names a container and its port.",
    advice="add containerName and containerPort",
    source=SERVICE_REGISTRY,
)
def _registry_network(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    mode = text_at(task, "networkMode")
    for path, _ in objects_at(service, "serviceRegistries"):
        named = text_at(service, *path, "containerName"), number_at(service, *path, "containerPort")
        if mode in {"bridge", "host"} and named == (None, None):
            yield Problem(
                at=path,
                message=f"in the network mode {mode} the registry needs a container and its port",
                expected="containerName and containerPort",
            )


def _one_of(names: list[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _nearest_of(name: str, names: list[str], otherwise: str) -> str:
    close = nearest(name, names)
    return f"did you mean {close}?" if close is not None else otherwise


PORT_RULES = (_unknown_container, _unmapped_port, _unknown_port_name, _registry_network)
