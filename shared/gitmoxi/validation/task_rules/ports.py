"""The port mappings of containers by themselves, whatever the network mode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import shown
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_PAGE: Final = api("PortMapping")
_LAST_PORT: Final = 65535
_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")
_RANGE: Final = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)


@container_rule(
    "task.port-number",
    summary="A containerPort is 1 to 65535; a hostPort also 0, which means any.",
    source=_PAGE,
    advice="write a port of 1 to 65535",
)
def _port_number(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, mapping in container.each("portMappings"):
        for member, least in (("containerPort", 1), ("hostPort", 0)):
            port = number_at(mapping, member)
            if port is not None and not least <= port <= _LAST_PORT:
                yield Problem(
                    at=(*path, member),
                    message=f"{port} is not a {member} that {container.shown} can have",
                    found=str(port),
                    expected=f"{least} to {_LAST_PORT}",
                )


@container_rule(
    "task.port-missing",
    summary="A port mapping has either a containerPort or a containerPortRange.",
    source=_PAGE,
)
def _port_missing(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, mapping in container.each("portMappings"):
        port, ports = value_at(mapping, "containerPort"), value_at(mapping, "containerPortRange")
        if port is None and ports is None:
            yield Problem(
                at=path,
                message=f"a port mapping of {container.shown} has no containerPort",
                expected="containerPort",
                advice="write the port on which the container listens",
            )
        elif port is not None and ports is not None:
            yield Problem(
                at=(*path, "containerPortRange"),
                message=f"a port mapping of {container.shown} has both containerPort and containerPortRange",
                advice="keep one of them",
            )


@container_rule(
    "task.port-range",
    summary="A containerPortRange is written first-last, has no hostPort, and is not for networkMode host.",
    source=_PAGE,
)
def _port_range(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, mapping in container.each("portMappings"):
        ports = text_at(mapping, "containerPortRange")
        if ports is None:
            continue
        if not _is_range(ports):
            yield Problem(
                at=(*path, "containerPortRange"),
                message=f"{ports} is not a range of ports",
                found=ports,
                expected="first-last, such as 8000-8010",
                advice=placeholder_advice(ports)
                or "write the first and the last port with a hyphen between them",
            )
        if value_at(mapping, "hostPort") is not None:
            yield Problem(
                at=(*path, "hostPort"),
                message="a mapping with containerPortRange has no hostPort",
                advice="remove hostPort: AWS chooses the ports",
            )
        if task.network_mode == "host":
            yield Problem(
                at=(*path, "containerPortRange"),
                message="containerPortRange does not exist with networkMode host",
                advice="take networkMode awsvpc or bridge",
            )


def _is_range(text: str) -> bool:
    found = _RANGE.fullmatch(text)
    return found is not None and 1 <= int(found[1]) < int(found[2]) <= _LAST_PORT


@rule(
    "task.port-taken-twice",
    summary="A host port, which with awsvpc and host is the container port, is mapped once in a task.",
    source=_PAGE,
    advice="give one of the containers another port",
)
def _port_taken_twice(task: TaskDefinition) -> Iterator[Problem]:
    own_ports = task.network_mode in {"awsvpc", "host"}
    taken: dict[tuple[str, float], str] = {}
    for container in task.containers():
        for path, mapping in container.each("portMappings"):
            member = "containerPort" if own_ports else "hostPort"
            port = number_at(mapping, member)
            protocol = (text_at(mapping, "protocol") or "tcp").lower()
            if not port:
                continue
            first = taken.get((protocol, port))
            if first is not None:
                yield Problem(
                    at=(*path, member),
                    message=f"{container.shown} maps {protocol} port {port}, which {first} has mapped before",
                    found=str(port),
                )
            taken.setdefault((protocol, port), container.shown)


@container_rule(
    "task.port-name",
    summary="The name of a port mapping is lower-case and has at most 64 characters.",
    source=_PAGE,
    advice="use a-z, 0-9, _ and -, and do not begin with -",
)
def _port_name(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, mapping in container.each("portMappings"):
        name = text_at(mapping, "name")
        if name and not _NAME.fullmatch(name):
            yield Problem(
                at=(*path, "name"),
                message=f"AWS does not take {shown(name)} as the name of a port",
                found=name,
                expected=_NAME.pattern,
                advice=placeholder_advice(name),
            )


@rule(
    "task.port-name-twice",
    summary="Each port mapping of a task has its own name.",
    source=_PAGE,
    advice="give each its own: Service Connect finds ports by their names",
    severity=Severity.WARNING,
)
def _port_name_twice(task: TaskDefinition) -> Iterator[Problem]:
    taken: set[str] = set()
    for container in task.containers():
        for path, mapping in container.each("portMappings"):
            name = text_at(mapping, "name")
            if name and name in taken:
                yield Problem(
                    at=(*path, "name"),
                    message=f"another port mapping of this task is named {name} too",
                    found=name,
                )
            taken.add(name or "")


@container_rule(
    "task.app-protocol-unnamed",
    summary="A port mapping with an appProtocol has a name, by which Service Connect finds it.",
    source=_PAGE,
    advice="give the port mapping a name, or remove appProtocol",
    severity=Severity.WARNING,
)
def _app_protocol_unnamed(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, mapping in container.each("portMappings"):
        if text_at(mapping, "appProtocol") and not text_at(mapping, "name"):
            yield Problem(
                at=(*path, "appProtocol"),
                message=f"appProtocol means nothing in a port mapping of {container.shown} without a name",
            )


PORT_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _port_number,
    _port_missing,
    _port_range,
    _port_taken_twice,
    _port_name,
    _port_name_twice,
    _app_protocol_unnamed,
)
