"""Rules on where a service's tasks run: launch type, capacity providers, platform version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import list_at, number_at, objects_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import (
    FARGATE_PROVIDERS,
    ServiceDocument,
    capacity_providers,
    has,
    on_fargate,
)
from gitmoxi.validation.service_rules.pages import (
    CAPACITY_PROVIDER_STRATEGY_ITEM,
    CREATE_SERVICE,
    EXTERNAL_INSTANCES,
)
from gitmoxi.validation.sources import shown

_MOST_PROVIDERS: Final = 20
_PLATFORM_VERSION: Final = re.compile(r"LATEST|\d+\.\d+\.\d+")


@rule(
    "service.launch-type-with-strategy",
    summary="A service has a launch type or a capacity provider strategy, never both.",
    advice="remove one of the two",
    source=CREATE_SERVICE,
)
def _both(service: ServiceDocument) -> Iterator[Problem]:
    launch_type = text_at(service, "launchType")
    if launch_type and has(service, "capacityProviderStrategy"):
        yield Problem(
            at=("launchType",),
            message=f"launchType {launch_type} and capacityProviderStrategy exclude each other",
            found="both",
            expected="one of them",
        )


@rule(
    "service.managed-instances",
    summary="Managed Instances are asked for by a capacity provider, not by a launch type.",
    advice="remove launchType and name the capacity provider in capacityProviderStrategy",
    source=CREATE_SERVICE,
)
def _managed_instances(service: ServiceDocument) -> Iterator[Problem]:
    if text_at(service, "launchType") == "MANAGED_INSTANCES":
        yield Problem(
            at=("launchType",),
            message="a service cannot be created with the launch type MANAGED_INSTANCES",
            found="MANAGED_INSTANCES",
        )


@rule(
    "service.strategy-bases",
    summary="At most one capacity provider of a strategy has a base.",
    advice="leave base out for all but one",
    source=CAPACITY_PROVIDER_STRATEGY_ITEM,
)
def _bases(service: ServiceDocument) -> Iterator[Problem]:
    with_base = [
        path
        for path, _ in objects_at(service, "capacityProviderStrategy")
        if number_at(service, *path, "base")
    ]
    for path in with_base[1:]:
        yield Problem(at=(*path, "base"), message="another capacity provider of the strategy has a base too")


@rule(
    "service.strategy-weights",
    summary="Where a strategy names several capacity providers, one of them has a weight above 0.",
    advice="give each provider that is to get tasks a weight of 1 or more; the default is 0",
    source=CAPACITY_PROVIDER_STRATEGY_ITEM,
)
def _weights(service: ServiceDocument) -> Iterator[Problem]:
    weights = [
        number_at(service, *path, "weight") for path, _ in objects_at(service, "capacityProviderStrategy")
    ]
    if len(weights) > 1 and not any(weights):
        yield Problem(
            at=("capacityProviderStrategy",),
            message="all weights of the strategy are 0, so no task can be placed",
            expected="a weight above 0",
        )


@rule(
    "service.strategy-mixed",
    summary="A strategy names Fargate's capacity providers or the account's own, never both.",
    advice="keep the providers of one kind; a second service can use the others",
    source=CREATE_SERVICE,
)
def _mixed(service: ServiceDocument) -> Iterator[Problem]:
    names = list(capacity_providers(service))
    fargate = [name for _, name in names if name in FARGATE_PROVIDERS]
    for path, name in names:
        if fargate and name not in FARGATE_PROVIDERS:
            yield Problem(
                at=path,
                message=f"the strategy mixes {fargate[0]} with {name}, which is none of Fargate's providers",
                found=name,
            )
            return


@rule(
    "service.strategy-provider-twice",
    summary="A strategy names each capacity provider once.",
    advice="put both weights into one item",
    source=CREATE_SERVICE,
)
def _provider_twice(service: ServiceDocument) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, name in capacity_providers(service):
        if name in seen:
            yield Problem(at=path, message=f"the strategy names {name} more than once", found=name)
        seen.add(name)


@rule(
    "service.strategy-too-long",
    summary="A strategy names at most 20 capacity providers.",
    advice="remove some",
    source=CREATE_SERVICE,
)
def _too_long(service: ServiceDocument) -> Iterator[Problem]:
    count = len(list_at(service, "capacityProviderStrategy"))
    if count > _MOST_PROVIDERS:
        yield Problem(
            at=("capacityProviderStrategy",),
            message=f"the strategy names {count} capacity providers",
            found=str(count),
            expected=f"at most {_MOST_PROVIDERS}",
        )


@rule(
    "service.platform-version",
    summary="A platform version is given for tasks on Fargate only.",
    advice="remove platformVersion",
    source=CREATE_SERVICE,
)
def _platform_version_without_fargate(service: ServiceDocument) -> Iterator[Problem]:
    version = text_at(service, "platformVersion")
    elsewhere = text_at(service, "launchType") or ", ".join(name for _, name in capacity_providers(service))
    if version and elsewhere and not on_fargate(service):
        yield Problem(
            at=("platformVersion",),
            message=f"platformVersion is Fargate's, and the tasks run on {elsewhere}",
            found=version,
        )


@rule(
    "service.platform-version-form",
    summary="A platform version is LATEST or three numbers such as 1.4.0.",
    advice="write LATEST, or leave it out, which means the same",
    source=CREATE_SERVICE,
)
def _platform_version_form(service: ServiceDocument) -> Iterator[Problem]:
    version = text_at(service, "platformVersion")
    if version is not None and not _PLATFORM_VERSION.fullmatch(version):
        yield Problem(
            at=("platformVersion",),
            message=f"there is no platform version {shown(version)}",
            found=version,
            expected="LATEST or a version such as 1.4.0",
        )


@rule(
    "service.external-instances",
    summary="Tasks on external instances (launch type EXTERNAL) have no load balancer or service discovery.",
    advice="remove it, or run the service elsewhere",
    source=EXTERNAL_INSTANCES,
)
def _external_instances(service: ServiceDocument) -> Iterator[Problem]:
    if text_at(service, "launchType") != "EXTERNAL":
        return
    for name in ("loadBalancers", "serviceRegistries"):
        if value_at(service, name):
            yield Problem(at=(name,), message=f"tasks of the launch type EXTERNAL cannot be used with {name}")


CAPACITY_RULES = (
    _both,
    _managed_instances,
    _bases,
    _weights,
    _mixed,
    _provider_twice,
    _too_long,
    _platform_version_without_fargate,
    _platform_version_form,
    _external_instances,
)
