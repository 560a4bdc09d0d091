"""What a service document says about itself, with the defaults of CreateService."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.reading import flag_at, objects_at, text_at, value_at

ServiceDocument: TypeAlias = dict[str, JsonValue]
"""A ``CreateService`` request as committed, cleaned, of whatever form."""

FARGATE_PROVIDERS: Final = frozenset({"FARGATE", "FARGATE_SPOT"})
"""The capacity providers that are there in every account; all others are the account's own."""


def has(service: ServiceDocument, *path: str | int) -> bool:
    """Whether there is something other than an empty value at ``path``."""
    return bool(value_at(service, *path))


def controller(service: ServiceDocument) -> str:
    """Who deploys: ``ECS``, ``EXTERNAL`` or ``CODE_DEPLOY``."""
    return text_at(service, "deploymentController", "type") or "ECS"


def deployment_strategy(service: ServiceDocument) -> str:
    """How ECS deploys: ``ROLLING``, ``BLUE_GREEN``, ``LINEAR`` or ``CANARY``."""
    return text_at(service, "deploymentConfiguration", "strategy") or "ROLLING"


def is_daemon(service: ServiceDocument) -> bool:
    """Whether there is to be one task on every container instance."""
    return text_at(service, "schedulingStrategy") == "DAEMON"


def is_rolling(service: ServiceDocument) -> bool:
    """Whether ECS itself replaces the tasks little by little."""
    return controller(service) == "ECS" and deployment_strategy(service) == "ROLLING"


def capacity_providers(service: ServiceDocument) -> Iterator[tuple[JsonPath, str]]:
    """The names in the capacity provider strategy, with their places."""
    for path, _ in objects_at(service, "capacityProviderStrategy"):
        name = text_at(service, *path, "capacityProvider")
        if name:
            yield (*path, "capacityProvider"), name


def on_fargate(service: ServiceDocument) -> bool:
    """Whether the service says that its tasks run on Fargate."""
    names = {name for _, name in capacity_providers(service)}
    return text_at(service, "launchType") == "FARGATE" or bool(names & FARGATE_PROVIDERS)


def uses_service_connect(service: ServiceDocument) -> bool:
    """Whether Service Connect is switched on."""
    return flag_at(service, "serviceConnectConfiguration", "enabled") is True
