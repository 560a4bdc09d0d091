"""Rules on rolling deployments: how many tasks, alarms, breaker, early success."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.reading import flag_at, list_at, number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import (
    ServiceDocument,
    deployment_strategy,
    is_daemon,
    is_rolling,
)
from gitmoxi.validation.service_rules.pages import (
    CREATE_SERVICE,
    DEPLOYMENT_ALARMS,
    DEPLOYMENT_CONFIGURATION,
    DEPLOYMENT_EARLY_SUCCESS,
    SERVICE_EVENT_MESSAGES,
)

CONFIGURATION: Final = "deploymentConfiguration"
_ALL: Final = 100


def _minimum(service: ServiceDocument) -> int | float:
    given = number_at(service, CONFIGURATION, "minimumHealthyPercent")
    return given if given is not None else (0 if is_daemon(service) else 100)


def _maximum(service: ServiceDocument) -> int | float:
    given = number_at(service, CONFIGURATION, "maximumPercent")
    return given if given is not None else (100 if is_daemon(service) else 200)


@rule(
    "service.deployment-blocked",
    summary="In a rolling deployment the minimum healthy percentage is below the maximum percentage.",
    advice="lower minimumHealthyPercent or raise maximumPercent; left out they are 100 and 200",
    source=DEPLOYMENT_CONFIGURATION,
)
def _blocked(service: ServiceDocument) -> Iterator[Problem]:
    minimum, maximum = _minimum(service), _maximum(service)
    if is_rolling(service) and minimum >= maximum:
        yield Problem(
            at=(CONFIGURATION,),
            message=(
                f"with minimumHealthyPercent {minimum} and maximumPercent {maximum} no deployment can "
                "progress: ECS may neither stop a task nor start one"
            ),
            found=f"{minimum} and {maximum}",
            expected="a minimum below the maximum",
        )


@rule(
    "service.deployment-stuck",
    summary="With the desired count, rounding of the percentages leaves a task to stop or to start.",
    advice="raise maximumPercent (200 starts the new tasks first) or lower minimumHealthyPercent",
    severity=Severity.WARNING,
    source=SERVICE_EVENT_MESSAGES,
)
def _stuck(service: ServiceDocument) -> Iterator[Problem]:
    desired = number_at(service, "desiredCount")
    minimum, maximum = _minimum(service), _maximum(service)
    if not desired or desired < 0 or not is_rolling(service) or is_daemon(service) or minimum >= maximum:
        return
    kept = math.ceil(desired * minimum / _ALL)
    allowed = math.floor(desired * maximum / _ALL)
    if kept >= desired >= allowed:
        yield Problem(
            at=(CONFIGURATION,),
            message=(
                f"with desiredCount {desired}, minimumHealthyPercent {minimum} keeps {kept} running and "
                f"maximumPercent {maximum} allows {allowed}: no deployment can progress"
            ),
            found=f"{minimum} and {maximum}",
        )


@rule(
    "service.maximum-percent",
    summary="A rolling deployment may run all tasks: the maximum percentage is not below 100.",
    advice="write 100 or more; left out it is 200",
    severity=Severity.WARNING,
    source=DEPLOYMENT_CONFIGURATION,
)
def _below_all(service: ServiceDocument) -> Iterator[Problem]:
    maximum = number_at(service, CONFIGURATION, "maximumPercent")
    if maximum is not None and maximum < _ALL and _minimum(service) < maximum and is_rolling(service):
        yield Problem(
            at=(CONFIGURATION, "maximumPercent"),
            message=f"maximumPercent is {maximum}: a deployment may never run all of the tasks",
            found=str(maximum),
            expected="100 or more",
        )


@rule(
    "service.percent-negative",
    summary="No percentage of a deployment is negative.",
    advice="write 0 or more",
    source=DEPLOYMENT_CONFIGURATION,
)
def _negative(service: ServiceDocument) -> Iterator[Problem]:
    for name in ("minimumHealthyPercent", "maximumPercent"):
        value = number_at(service, CONFIGURATION, name)
        if value is not None and value < 0:
            yield Problem(
                at=(CONFIGURATION, name),
                message=f"{name} is {value}: a percentage cannot be negative",
                found=str(value),
                expected="0 or more",
            )


@rule(
    "service.grace-period",
    summary="healthCheckGracePeriodSeconds is not negative.",
    advice="write 0 or more",
    source=CREATE_SERVICE,
)
def _grace_period(service: ServiceDocument) -> Iterator[Problem]:
    grace = number_at(service, "healthCheckGracePeriodSeconds")
    if grace is not None and grace < 0:
        yield Problem(
            at=("healthCheckGracePeriodSeconds",),
            message=f"healthCheckGracePeriodSeconds is {grace}: a time cannot be negative",
            found=str(grace),
            expected="0 or more",
        )


@rule(
    "service.daemon-maximum-percent",
    summary="A DAEMON service has a maximum percentage of at most 100: an instance runs one task of it.",
    advice="write 100 or leave it out; a minimumHealthyPercent below 100 lets deployments progress",
    source=DEPLOYMENT_CONFIGURATION,
)
def _daemon_maximum(service: ServiceDocument) -> Iterator[Problem]:
    maximum = number_at(service, CONFIGURATION, "maximumPercent")
    if is_daemon(service) and maximum is not None and maximum > _ALL:
        yield Problem(
            at=(CONFIGURATION, "maximumPercent"),
            message=f"maximumPercent is {maximum}, and a DAEMON service never runs two tasks on an instance",
            found=str(maximum),
            expected="100",
        )


@rule(
    "service.alarms-empty",
    summary="Where alarms are to end a deployment, at least one is named.",
    advice="name alarms, or write false for enable",
    severity=Severity.WARNING,
    source=DEPLOYMENT_ALARMS,
)
def _alarms_empty(service: ServiceDocument) -> Iterator[Problem]:
    at = (CONFIGURATION, "alarms")
    if flag_at(service, *at, "enable") is True and value_at(service, *at, "alarmNames") == []:
        yield Problem(at=(*at, "alarmNames"), message="alarms are enabled, and none is named")


@rule(
    "service.alarm-twice",
    summary="Each alarm is named once.",
    advice="remove the second",
    severity=Severity.WARNING,
    source=DEPLOYMENT_ALARMS,
)
def _alarm_twice(service: ServiceDocument) -> Iterator[Problem]:
    names = (CONFIGURATION, "alarms", "alarmNames")
    seen: set[str] = set()
    for index in range(len(list_at(service, *names))):
        name = text_at(service, *names, index)
        if name is not None and name in seen:
            yield Problem(at=(*names, index), message=f"the alarm {name} is named twice", found=name)
        if name is not None:
            seen.add(name)


@rule(
    "service.early-success",
    summary=(
        "Early success is for rolling deployments; enabled, it says from which percentage on, not below "
        "minimumHealthyPercent, and when the old tasks go."
    ),
    source=DEPLOYMENT_EARLY_SUCCESS,
)
def _early_success(service: ServiceDocument) -> Iterator[Problem]:
    at = (CONFIGURATION, "earlySuccessCriteria")
    if flag_at(service, *at, "enable") is not True:
        return
    strategy = deployment_strategy(service)
    if strategy != "ROLLING":
        yield Problem(
            at=at,
            message=f"early success is for the strategy ROLLING only, and this is {strategy}",
            found=strategy,
            expected="ROLLING",
            advice="remove earlySuccessCriteria",
        )
    healthy = number_at(service, *at, "healthyPercent")
    for name in ("healthyPercent", "sourceServiceRevisionCleanup"):
        if value_at(service, *at, name) is None:
            yield Problem(
                at=(*at, name), message=f"early success is enabled without {name}", advice=f"add {name}"
            )
    if healthy is not None and healthy < _minimum(service):
        yield Problem(
            at=(*at, "healthyPercent"),
            message=f"healthyPercent {healthy} is below minimumHealthyPercent, which is {_minimum(service)}",
            found=str(healthy),
            expected=f"{_minimum(service)} or more",
            advice="raise healthyPercent or lower minimumHealthyPercent",
        )


DEPLOYMENT_RULES = (
    _blocked,
    _stuck,
    _below_all,
    _negative,
    _grace_period,
    _daemon_maximum,
    _alarms_empty,
    _alarm_twice,
    _early_success,
)
