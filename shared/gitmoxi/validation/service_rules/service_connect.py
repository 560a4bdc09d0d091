"""Rules on Service Connect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.reading import flag_at, list_at, number_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has
from gitmoxi.validation.service_rules.pages import (
    SERVICE_CONNECT,
    SERVICE_CONNECT_CLIENT_ALIAS,
    SERVICE_CONNECT_SERVICE,
)
from gitmoxi.validation.sources import shown

_CONNECT: Final = "serviceConnectConfiguration"
_DISCOVERY_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")
_DNS_NAME: Final = re.compile(r"[a-z0-9_.][a-z0-9_.-]{0,126}")


def _services(service: ServiceDocument) -> Iterator[JsonPath]:
    return (path for path, _ in objects_at(service, _CONNECT, "services"))


@rule(
    "service.connect-disabled",
    summary="Service Connect is enabled where it is configured.",
    advice="write true for enabled, or remove the rest",
    severity=Severity.WARNING,
    source=SERVICE_CONNECT,
)
def _disabled(service: ServiceDocument) -> Iterator[Problem]:
    if flag_at(service, _CONNECT, "enabled") is False and has(service, _CONNECT, "services"):
        yield Problem(
            at=(_CONNECT, "enabled"),
            message="Service Connect is configured and not enabled, so it has no effect",
            found="false",
            expected="true",
        )


@rule(
    "service.connect-aliases",
    summary="A service of Service Connect has one client alias: the port, and name, that clients use.",
    advice="add one client alias with its port",
    severity=Severity.WARNING,
    source=SERVICE_CONNECT_SERVICE,
)
def _aliases_missing(service: ServiceDocument) -> Iterator[Problem]:
    for path in _services(service):
        if not has(service, *path, "clientAliases"):
            yield Problem(
                at=(*path, "clientAliases"),
                message="there is no client alias, so no client finds this port",
            )


@rule(
    "service.connect-aliases-too-many",
    summary="A service of Service Connect has at most one client alias.",
    advice="keep one, and add another item to services for the other",
    source=SERVICE_CONNECT_SERVICE,
)
def _aliases_too_many(service: ServiceDocument) -> Iterator[Problem]:
    for path in _services(service):
        count = len(list_at(service, *path, "clientAliases"))
        if count > 1:
            yield Problem(
                at=(*path, "clientAliases"),
                message=f"there are {count} client aliases",
                found=str(count),
                expected="1",
            )


@rule(
    "service.connect-names",
    summary="Names for discovery and DNS are lower-case, of limited length, and do not begin with a hyphen.",
    advice="rename it",
    source=SERVICE_CONNECT_SERVICE,
)
def _names(service: ServiceDocument) -> Iterator[Problem]:
    for path in _services(service):
        name = text_at(service, *path, "discoveryName")
        if name is not None and not _DISCOVERY_NAME.fullmatch(name):
            yield Problem(
                at=(*path, "discoveryName"),
                message=f"{shown(name)} cannot be a discoveryName",
                found=name,
                expected="1 to 64 lower-case letters, digits, _ and -, not beginning with -",
            )
        for alias, _ in objects_at(service, *path, "clientAliases"):
            dns_name = text_at(service, *alias, "dnsName")
            if dns_name is not None and not _DNS_NAME.fullmatch(dns_name):
                yield Problem(
                    at=(*alias, "dnsName"),
                    message=f"{shown(dns_name)} cannot be a dnsName",
                    found=dns_name,
                    expected="1 to 127 lower-case letters, digits, _, - and ., not beginning with -",
                )


@rule(
    "service.connect-twice",
    summary="Discovery names, and client aliases (name and port), are unique within a namespace.",
    advice="give each its own name",
    source=SERVICE_CONNECT_CLIENT_ALIAS,
)
def _twice(service: ServiceDocument) -> Iterator[Problem]:
    names: set[str] = set()
    aliases: set[tuple[str, int | float]] = set()
    for path in _services(service):
        name = text_at(service, *path, "discoveryName") or text_at(service, *path, "portName")
        if name is not None and name in names:
            yield Problem(
                at=(*path, "discoveryName"), message=f"two services are discovered as {name}", found=name
            )
        if name is not None:
            names.add(name)
        for alias, _ in objects_at(service, *path, "clientAliases"):
            dns_name, port = text_at(service, *alias, "dnsName"), number_at(service, *alias, "port")
            if dns_name is None or port is None:
                continue
            if (dns_name, port) in aliases:
                yield Problem(at=alias, message=f"two client aliases are {dns_name}:{port}")
            aliases.add((dns_name, port))


@rule(
    "service.connect-access-log",
    summary="Access logs of Service Connect need a log configuration.",
    advice="add serviceConnectConfiguration.logConfiguration",
    source=SERVICE_CONNECT,
)
def _access_log(service: ServiceDocument) -> Iterator[Problem]:
    if has(service, _CONNECT, "accessLogConfiguration") and not has(service, _CONNECT, "logConfiguration"):
        yield Problem(
            at=(_CONNECT, "logConfiguration"),
            message="accessLogConfiguration has no logConfiguration to write to",
            expected="logConfiguration",
        )


SERVICE_CONNECT_RULES = (_disabled, _aliases_missing, _aliases_too_many, _names, _twice, _access_log)
