"""Rules on ECS's own blue/green, linear and canary deployments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.reading import flag_at, number_at, objects_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import (
    ServiceDocument,
    controller,
    deployment_strategy,
    has,
    uses_service_connect,
)
from gitmoxi.validation.service_rules.pages import (
    ADVANCED_CONFIGURATION,
    CANARY_CONFIGURATION,
    DEPLOYMENT_CIRCUIT_BREAKER,
    DEPLOYMENT_CONFIGURATION,
    LINEAR_CONFIGURATION,
)

_CONFIGURATION: Final = "deploymentConfiguration"
_DAY: Final = 1440
"""Minutes: the longest that ECS waits at one step."""
_OF: Final = {"linearConfiguration": "LINEAR", "canaryConfiguration": "CANARY"}


def _shifts(service: ServiceDocument) -> bool:
    return controller(service) == "ECS" and deployment_strategy(service) != "ROLLING"


@rule(
    "service.bake-time-missing",
    summary="The strategy BLUE_GREEN has a bake time.",
    advice="add deploymentConfiguration.bakeTimeInMinutes; 0 keeps the old tasks no longer than needed",
    source=DEPLOYMENT_CONFIGURATION,
)
def _bake_time_missing(service: ServiceDocument) -> Iterator[Problem]:
    at = (_CONFIGURATION, "bakeTimeInMinutes")
    if deployment_strategy(service) == "BLUE_GREEN" and value_at(service, *at) is None:
        yield Problem(
            at=at,
            message="BLUE_GREEN needs bakeTimeInMinutes, and it is not there",
            expected="0 to 1440 minutes",
        )


@rule(
    "service.bake-time",
    summary="Bake times are 0 to 1440 minutes.",
    advice="write 0 to 1440",
    source=LINEAR_CONFIGURATION,
)
def _bake_time(service: ServiceDocument) -> Iterator[Problem]:
    for path in (
        ("bakeTimeInMinutes",),
        ("linearConfiguration", "stepBakeTimeInMinutes"),
        ("canaryConfiguration", "canaryBakeTimeInMinutes"),
    ):
        minutes = number_at(service, _CONFIGURATION, *path)
        if minutes is not None and not 0 <= minutes <= _DAY:
            yield Problem(
                at=(_CONFIGURATION, *path),
                message=f"{path[-1]} is {minutes} minutes",
                found=str(minutes),
                expected="0 to 1440 minutes",
            )


@rule(
    "service.step-percent",
    summary="LINEAR shifts 3.0 to 100.0 percent a step, in tenths of a percent.",
    advice="write 3.0 to 100.0 with at most one decimal",
    source=LINEAR_CONFIGURATION,
)
def _step_percent(service: ServiceDocument) -> Iterator[Problem]:
    yield from _percent(service, "linearConfiguration", "stepPercent", least=3.0)


@rule(
    "service.canary-percent",
    summary="CANARY first shifts 0.1 to 100.0 percent, in tenths of a percent.",
    advice="write 0.1 to 100.0 with at most one decimal",
    source=CANARY_CONFIGURATION,
)
def _canary_percent(service: ServiceDocument) -> Iterator[Problem]:
    yield from _percent(service, "canaryConfiguration", "canaryPercent", least=0.1)


def _percent(service: ServiceDocument, part: str, name: str, *, least: float) -> Iterator[Problem]:
    percent = number_at(service, _CONFIGURATION, part, name)
    if percent is not None and not (least <= percent <= 100 and round(percent, 1) == percent):  # noqa: PLR2004 (percent)
        yield Problem(
            at=(_CONFIGURATION, part, name),
            message=f"{name} is {percent}",
            found=str(percent),
            expected=f"{least} to 100.0, in tenths",
        )


@rule(
    "service.strategy-configuration",
    summary="linearConfiguration is for the strategy LINEAR only, canaryConfiguration for CANARY only.",
    source=DEPLOYMENT_CONFIGURATION,
)
def _configuration_of_another(service: ServiceDocument) -> Iterator[Problem]:
    strategy = deployment_strategy(service)
    for name, its_own in _OF.items():
        if value_at(service, _CONFIGURATION, name) is not None and strategy != its_own:
            yield Problem(
                at=(_CONFIGURATION, name),
                message=f"{name} is for the strategy {its_own}, and this is {strategy}",
                found=strategy,
                expected=its_own,
                advice=f"remove {name}, or write {its_own} as strategy",
            )


@rule(
    "service.blue-green-load-balancer",
    summary=(
        "Where traffic is shifted, each target group has its alternate, a production listener rule and a "
        "role, and there is no Classic Load Balancer."
    ),
    source=ADVANCED_CONFIGURATION,
)
def _load_balancer(service: ServiceDocument) -> Iterator[Problem]:
    if not _shifts(service):
        return
    strategy = deployment_strategy(service)
    for path, _ in objects_at(service, "loadBalancers"):
        if has(service, *path, "loadBalancerName"):
            yield Problem(
                at=(*path, "loadBalancerName"),
                message=f"{strategy} cannot shift traffic at a Classic Load Balancer",
                advice="use the target groups of an Application or Network Load Balancer",
            )
            continue
        for name in ("alternateTargetGroupArn", "productionListenerRule", "roleArn"):
            at = (*path, "advancedConfiguration", name)
            if not has(service, *at):
                yield Problem(
                    at=at,
                    message=f"{strategy} needs {name} to shift traffic, and it is not there",
                    expected=f"advancedConfiguration.{name}",
                    advice=f"add advancedConfiguration.{name}",
                )


@rule(
    "service.alternate-target-group",
    summary="The alternate target group is another one than the target group itself.",
    advice="name the second target group",
    source=ADVANCED_CONFIGURATION,
)
def _alternate(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "loadBalancers"):
        at = (*path, "advancedConfiguration", "alternateTargetGroupArn")
        alternate = text_at(service, *at)
        if alternate and alternate == text_at(service, *path, "targetGroupArn"):
            yield Problem(at=at, message="traffic cannot be shifted from a target group to itself")


@rule(
    "service.advanced-configuration-unused",
    summary="advancedConfiguration is for deployments that shift traffic.",
    advice="remove it, or write BLUE_GREEN, LINEAR or CANARY as deploymentConfiguration.strategy",
    severity=Severity.WARNING,
    source=ADVANCED_CONFIGURATION,
)
def _advanced_unused(service: ServiceDocument) -> Iterator[Problem]:
    if _shifts(service):
        return
    for path, _ in objects_at(service, "loadBalancers"):
        if has(service, *path, "advancedConfiguration"):
            yield Problem(
                at=(*path, "advancedConfiguration"),
                message="advancedConfiguration has no effect in rolling deployments",
            )


@rule(
    "service.no-traffic-to-shift",
    summary="A service whose traffic is to be shifted has a load balancer, Service Connect or VPC Lattice.",
    advice="add loadBalancers, serviceConnectConfiguration or vpcLatticeConfigurations, or use ROLLING",
    severity=Severity.WARNING,
    source=DEPLOYMENT_CONFIGURATION,
)
def _no_traffic(service: ServiceDocument) -> Iterator[Problem]:
    reached = has(service, "loadBalancers") or has(service, "vpcLatticeConfigurations")
    if _shifts(service) and not reached and not uses_service_connect(service):
        strategy = deployment_strategy(service)
        yield Problem(
            at=(_CONFIGURATION, "strategy"),
            message=f"{strategy} shifts traffic, and nothing here brings traffic to the service",
            found=strategy,
        )


@rule(
    "service.breaker-unused",
    summary="ECS's circuit breaker watches rolling deployments only.",
    advice="turn it off; Gitmoxi's own stabilityCheck in the deployment settings watches all strategies",
    severity=Severity.WARNING,
    source=DEPLOYMENT_CIRCUIT_BREAKER,
)
def _breaker_unused(service: ServiceDocument) -> Iterator[Problem]:
    at = (_CONFIGURATION, "deploymentCircuitBreaker")
    if _shifts(service) and flag_at(service, *at, "enable") is True:
        yield Problem(
            at=at,
            message=f"the circuit breaker does not watch {deployment_strategy(service)} deployments",
        )


STRATEGY_RULES = (
    _bake_time_missing,
    _bake_time,
    _step_percent,
    _canary_percent,
    _configuration_of_another,
    _load_balancer,
    _alternate,
    _advanced_unused,
    _no_traffic,
    _breaker_unused,
)
