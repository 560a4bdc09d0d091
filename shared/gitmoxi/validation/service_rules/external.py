"""Rules on services with the controller EXTERNAL, whose tasks Gitmoxi deploys in task sets.

The members that belong to task sets (task definition, launch type or capacity provider strategy, platform
version, network, load balancer, registry) are written in the service definition all the same: they are
taken out of CreateService and given to CreateTaskSet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.reading import flag_at, list_at, number_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import (
    ServiceDocument,
    controller,
    deployment_strategy,
    has,
    uses_service_connect,
)
from gitmoxi.validation.service_rules.pages import (
    CREATE_TASK_SET,
    DEPLOYMENT_CONFIGURATION,
    EXTERNAL_DEPLOYMENTS,
)

_CONFIGURATION: Final = "deploymentConfiguration"
_DEFAULT_PERCENT: Final = {"minimumHealthyPercent": 100, "maximumPercent": 200}
"""What AWS describes where nobody chose anything."""
_NAMES: Final = {
    "volumeConfigurations": "volumes configured at launch",
    "vpcLatticeConfigurations": "VPC Lattice",
}


def _is_external(service: ServiceDocument) -> bool:
    return controller(service) == "EXTERNAL"


@rule(
    "service.external-features",
    summary="Task sets know no Service Connect, no volumes configured at launch and no VPC Lattice.",
    advice="remove it, or use the controller ECS",
    source=EXTERNAL_DEPLOYMENTS,
)
def _features(service: ServiceDocument) -> Iterator[Problem]:
    if not _is_external(service):
        return
    if uses_service_connect(service):
        yield Problem(
            at=("serviceConnectConfiguration",),
            message="the controller EXTERNAL does not support Service Connect",
        )
    for name, what in _NAMES.items():
        if has(service, name):
            yield Problem(at=(name,), message=f"the controller EXTERNAL does not support {what}")


@rule(
    "service.external-deployment",
    summary="ECS's strategies, alarms and circuit breaker work with the controller ECS only.",
    source=DEPLOYMENT_CONFIGURATION,
)
def _deployment(service: ServiceDocument) -> Iterator[Problem]:
    if not _is_external(service):
        return
    strategy = deployment_strategy(service)
    if strategy != "ROLLING":
        yield Problem(
            at=(_CONFIGURATION, "strategy"),
            message=f"the strategy {strategy} needs the controller ECS, and this is EXTERNAL",
            found=strategy,
            advice="remove strategy: trafficShiftingConfig in the deployment settings says how traffic moves",
        )
    instead = {
        "alarms": "name the alarms in the deployment settings instead (alarms.alarmNames)",
        "deploymentCircuitBreaker": "use gmDeploymentCircuitBreaker in the deployment settings instead",
    }
    for name, advice in instead.items():
        if flag_at(service, _CONFIGURATION, name, "enable") is True:
            yield Problem(
                at=(_CONFIGURATION, name),
                message=f"{name} needs the controller ECS, and this is EXTERNAL",
                advice=advice,
            )


@rule(
    "service.external-load-balancers",
    summary="A task set has at most one load balancer.",
    advice="keep one; targetGroupArnPairs in the deployment settings names the pair that traffic moves in",
    source=CREATE_TASK_SET,
)
def _load_balancers(service: ServiceDocument) -> Iterator[Problem]:
    count = len(list_at(service, "loadBalancers"))
    if _is_external(service) and count > 1:
        yield Problem(
            at=("loadBalancers",),
            message=f"there are {count} load balancers, and a task set of the controller EXTERNAL takes one",
            found=str(count),
            expected="1",
        )


@rule(
    "service.external-percent",
    summary="The percentages of a rolling deployment do nothing with the controller EXTERNAL.",
    advice="remove it",
    severity=Severity.WARNING,
    source=DEPLOYMENT_CONFIGURATION,
)
def _percent(service: ServiceDocument) -> Iterator[Problem]:
    if not _is_external(service):
        return
    for name, default in _DEFAULT_PERCENT.items():
        if number_at(service, _CONFIGURATION, name) not in {None, default}:
            yield Problem(
                at=(_CONFIGURATION, name), message=f"{name} has no effect with the controller EXTERNAL"
            )


EXTERNAL_RULES = (_features, _deployment, _load_balancers, _percent)
