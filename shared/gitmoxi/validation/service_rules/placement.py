"""Rules on placement, scheduling and the balance between Availability Zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.reading import list_at, number_at, objects_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has, is_daemon, on_fargate
from gitmoxi.validation.service_rules.pages import (
    CREATE_SERVICE,
    PLACEMENT_CONSTRAINT,
    PLACEMENT_STRATEGY,
    SERVICE_REBALANCING,
)

_ZONE: Final = "attribute:ecs.availability-zone"
_MOST: Final = {"placementStrategy": 5, "placementConstraints": 10}
_ALL: Final = 100


@rule(
    "service.fargate-placement",
    summary="Tasks on Fargate have no placement strategies and no placement constraints.",
    advice="remove it: Fargate spreads the tasks over the subnets' zones by itself",
    source=PLACEMENT_CONSTRAINT,
)
def _fargate_placement(service: ServiceDocument) -> Iterator[Problem]:
    if on_fargate(service):
        for name in _MOST:
            if has(service, name):
                yield Problem(at=(name,), message=f"{name} is not supported for tasks on Fargate")


@rule(
    "service.placement-too-long",
    summary="A service has at most 5 placement strategies and 10 placement constraints.",
    advice="remove some",
    source=CREATE_SERVICE,
)
def _too_long(service: ServiceDocument) -> Iterator[Problem]:
    for name, most in _MOST.items():
        count = len(list_at(service, name))
        if count > most:
            yield Problem(
                at=(name,),
                message=f"{name} has {count} items",
                found=str(count),
                expected=f"at most {most}",
            )


@rule(
    "service.placement-field",
    summary="The strategy binpack goes by cpu or memory, and spread by an attribute or by instance.",
    source=PLACEMENT_STRATEGY,
)
def _strategy_field(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "placementStrategy"):
        kind, field = text_at(service, *path, "type"), text_at(service, *path, "field")
        if kind == "binpack" and (field or "").casefold() not in {"cpu", "memory"}:
            yield Problem(
                at=(*path, "field"),
                message=f"binpack cannot go by {field}" if field else "binpack does not say by what",
                found=field or "",
                expected="cpu or memory",
                advice="write cpu or memory as field",
            )
        elif kind == "spread" and not field:
            yield Problem(
                at=(*path, "field"),
                message="spread does not say by what",
                expected=f"instanceId or an attribute such as {_ZONE}",
                advice=f"write instanceId or {_ZONE} as field",
            )


@rule(
    "service.placement-expression",
    summary="The constraint memberOf has an expression, and distinctInstance has none.",
    source=PLACEMENT_CONSTRAINT,
)
def _constraint_expression(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "placementConstraints"):
        kind, expression = text_at(service, *path, "type"), text_at(service, *path, "expression")
        at = (*path, "expression")
        if kind == "memberOf" and not expression:
            yield Problem(
                at=at,
                message="memberOf does not say of what",
                advice="write an expression of the cluster query language",
            )
        elif kind == "distinctInstance" and expression:
            yield Problem(at=at, message="distinctInstance takes no expression", advice="remove it")


@rule(
    "service.daemon",
    summary=(
        "A DAEMON service has no desired count, no placement strategy, no capacity provider strategy, "
        "does not run on Fargate, and is deployed by ECS itself."
    ),
    advice="remove it, or use the scheduling strategy REPLICA",
    source=CREATE_SERVICE,
)
def _daemon(service: ServiceDocument) -> Iterator[Problem]:
    if not is_daemon(service):
        return
    if value_at(service, "desiredCount") is not None:
        yield Problem(
            at=("desiredCount",),
            message="a DAEMON service runs one task on every container instance: it takes no desiredCount",
            advice="remove desiredCount",
        )
    for name in ("placementStrategy", "capacityProviderStrategy"):
        if has(service, name):
            yield Problem(at=(name,), message=f"a DAEMON service takes no {name}")
    if text_at(service, "launchType") == "FARGATE":
        yield Problem(at=("launchType",), message="a DAEMON service cannot run on Fargate", found="FARGATE")
    kind = text_at(service, "deploymentController", "type")
    if kind in {"CODE_DEPLOY", "EXTERNAL"}:
        yield Problem(
            at=("schedulingStrategy",),
            message=f"the deployment controller {kind} deploys REPLICA services only",
            found="DAEMON",
            expected="REPLICA",
        )


@rule(
    "service.zone-rebalancing",
    summary=(
        "Availability Zone rebalancing needs a REPLICA service off external instances, without a Classic "
        "Load Balancer, with a maximumPercent above 100, not bound to zones, and spread over them first."
    ),
    advice="change that, or write DISABLED",
    source=SERVICE_REBALANCING,
)
def _zone_rebalancing(service: ServiceDocument) -> Iterator[Problem]:
    if text_at(service, "availabilityZoneRebalancing") == "ENABLED":
        for reason in _obstacles(service):
            yield Problem(
                at=("availabilityZoneRebalancing",),
                message=f"Availability Zone rebalancing cannot be enabled: {reason}",
                found="ENABLED",
                expected="DISABLED",
            )


def _obstacles(service: ServiceDocument) -> Iterator[str]:
    if is_daemon(service):
        yield "this is a DAEMON service"
    if text_at(service, "launchType") == "EXTERNAL":
        yield "the tasks run on external instances"
    maximum = number_at(service, "deploymentConfiguration", "maximumPercent")
    if maximum is not None and maximum <= _ALL:
        yield f"maximumPercent is {maximum}, which leaves no room to start a task before another stops"
    if any(text_at(service, *path, "loadBalancerName") for path, _ in objects_at(service, "loadBalancers")):
        yield "the service uses a Classic Load Balancer"
    if any(_ZONE in (text_at(service, *path, "expression") or "") for path in _paths(service, "Constraints")):
        yield "a placement constraint binds the tasks to zones"
    first = next(_paths(service, "Strategy"), None)
    if first and (text_at(service, *first, "type"), text_at(service, *first, "field")) != ("spread", _ZONE):
        yield "the first placement strategy is not a spread over Availability Zones"


def _paths(service: ServiceDocument, placement: str) -> Iterator[JsonPath]:
    return (path for path, _ in objects_at(service, f"placement{placement}"))


PLACEMENT_RULES = (
    _fargate_placement,
    _too_long,
    _strategy_field,
    _constraint_expression,
    _daemon,
    _zone_rebalancing,
)
