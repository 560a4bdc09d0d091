"""How the containers of a task reach each other and the world, by network mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.placeholders import has_placeholder
from gitmoxi.validation.reading import list_at, number_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_OWN_PORTS: Final = ("awsvpc", "host")
"""The modes in which a container's port is the port that the world sees."""


@container_rule(
    "task.host-port",
    summary="With networkMode awsvpc or host, the hostPort is left out or the same as the containerPort.",
    source=api("PortMapping"),
    advice="remove hostPort",
)
def _host_port(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    if task.network_mode not in _OWN_PORTS:
        return
    for path, mapping in container.each("portMappings"):
        port, host_port = number_at(mapping, "containerPort"), number_at(mapping, "hostPort")
        if port and host_port and port != host_port:
            yield Problem(
                at=(*path, "hostPort"),
                message=f"hostPort {host_port} of {container.shown} is not its containerPort {port}, "
                f"as networkMode {task.network_mode} wants it",
                found=str(host_port),
                expected=str(port),
            )


@container_rule(
    "task.ports-without-network",
    summary="With networkMode none, containers map no ports.",
    source=api("ContainerDefinition"),
    advice="remove portMappings, or take another networkMode",
)
def _ports_without_network(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    if task.network_mode == "none" and list_at(container.values, "portMappings"):
        yield Problem(
            at=container.at("portMappings"),
            message=f"{container.shown} maps ports, and networkMode none gives it no network",
        )


@container_rule(
    "task.links-need-bridge",
    summary="Links exist only with networkMode bridge.",
    source=api("ContainerDefinition"),
    advice="remove links: the containers of a task reach each other at localhost",
)
def _links_need_bridge(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    mode = task.network_mode
    if mode == "bridge" or task.fargate or has_placeholder(mode):
        return
    if list_at(container.values, "links"):
        yield Problem(
            at=container.at("links"),
            message=f"{container.shown} has links, and networkMode {mode} has none",
            found=mode,
            expected="bridge",
        )


@container_rule(
    "task.awsvpc-member",
    summary="With networkMode awsvpc, containers have no hostname and no extraHosts.",
    source=api("ContainerDefinition"),
    advice="remove it",
)
def _awsvpc_member(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    if task.network_mode != "awsvpc":
        return
    for member in ("hostname", "extraHosts"):
        if value_at(container.values, member) not in (None, "", []):
            yield Problem(
                at=container.at(member),
                message=f"networkMode awsvpc does not take the {member} of {container.shown}",
            )


@rule(
    "task.external-network",
    summary="Tasks for one's own machines (EXTERNAL) do not have networkMode awsvpc.",
    source=guide("ecs-anywhere"),
    advice="take bridge or host, or remove EXTERNAL from requiresCompatibilities",
)
def _external_network(task: TaskDefinition) -> Iterator[Problem]:
    if "EXTERNAL" in task.compatibilities and task.network_mode == "awsvpc":
        yield Problem(
            at=("networkMode",),
            message="tasks with the compatibility EXTERNAL cannot have networkMode awsvpc",
            found="awsvpc",
            expected="bridge, host or none",
        )


@container_rule(
    "task.reserved-host-port",
    summary="Containers take no host port that ECS or SSH uses on every instance.",
    source=api("PortMapping"),
    advice="take another hostPort, or 0 to get any free one",
    severity=Severity.WARNING,
)
def _reserved_host_port(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    if task.network_mode == "awsvpc":
        return
    for path, mapping in container.each("portMappings"):
        port = number_at(mapping, "hostPort")
        if port in _RESERVED_PORTS:
            yield Problem(
                at=(*path, "hostPort"),
                message=f"hostPort {port} of {container.shown} is taken on every container instance",
                found=str(port),
            )


_RESERVED_PORTS: Final = frozenset({22, 2375, 2376, 51678, 51679, 51680})

NETWORK_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _host_port,
    _ports_without_network,
    _links_need_bridge,
    _awsvpc_member,
    _external_network,
    _reserved_host_port,
)
