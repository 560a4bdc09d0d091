"""Rules on the deployment settings of a service: what they say about each other and about the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.depdef import StabilityCheck
from gitmoxi.validation.ecs_rules.subject import EcsDocuments
from gitmoxi.validation.reading import list_at, number_at, objects_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import controller, deployment_strategy, has
from gitmoxi.validation.service_rules.pages import CREATE_SERVICE, CREATE_TASK_SET, EXTERNAL_DEPLOYMENTS

_PAIRS: Final = "targetGroupArnPairs"
_ONLY_EXTERNAL: Final = ("trafficShiftingConfig", _PAIRS, "deleteNewUponTrafficShiftFailure")
_DEFAULTS: Final = StabilityCheck()


def _target_groups(documents: EcsDocuments) -> Iterator[tuple[JsonPath, str]]:
    """The target groups of the pairs, with their places in the settings."""
    settings = documents.settings_document
    for pair in range(len(list_at(settings, _PAIRS))):
        for half in range(len(list_at(settings, _PAIRS, pair))):
            arn = text_at(settings, _PAIRS, pair, half)
            if arn is not None:
                yield (_PAIRS, pair, half), arn


@rule(
    "ecs.pair-missing",
    summary="With the controller EXTERNAL one of the pairs has the service's target group.",
    advice="add the pair of this target group to targetGroupArnPairs",
    source=EXTERNAL_DEPLOYMENTS,
)
def _pair_missing(documents: EcsDocuments) -> Iterator[Problem]:
    service = documents.service.document
    known = [arn for _, arn in _target_groups(documents)]
    if controller(service) != "EXTERNAL" or not known:
        return
    for path, _ in objects_at(service, "loadBalancers"):
        arn = text_at(service, *path, "targetGroupArn")
        if arn and arn not in known:
            yield Problem(
                at=(_PAIRS,),
                message=f"no pair has the service's target group {arn}: traffic cannot be shifted from it",
                expected=arn,
                source=documents.settings_source,
            )


@rule(
    "ecs.no-pairs",
    summary="With the controller EXTERNAL and a load balancer there are two target groups to shift between.",
    advice="add targetGroupArnPairs to the deployment settings",
    severity=Severity.WARNING,
    source=EXTERNAL_DEPLOYMENTS,
)
def _no_pairs(documents: EcsDocuments) -> Iterator[Problem]:
    service = documents.service.document
    given = value_at(documents.settings_document, _PAIRS) or not documents.settings_are_known
    if controller(service) == "EXTERNAL" and has(service, "loadBalancers") and not given:
        yield Problem(
            at=("loadBalancers",),
            message="there is no second target group, so traffic cannot be shifted step by step",
            expected="targetGroupArnPairs in the deployment settings",
        )


@rule(
    "ecs.pair-twice",
    summary="A target group is in one pair only.",
    advice="give each pair two target groups of its own",
    source=CREATE_TASK_SET,
)
def _pair_twice(documents: EcsDocuments) -> Iterator[Problem]:
    first: dict[str, JsonPath] = {}
    for path, arn in _target_groups(documents):
        if first.setdefault(arn, path)[1] != path[1]:
            yield Problem(
                at=path,
                message=f"the target group {arn} is in two pairs",
                found=arn,
                source=documents.settings_source,
            )


@rule(
    "ecs.setting-unused",
    summary="Settings for shifting traffic by task sets stand beside services of the controller EXTERNAL.",
    severity=Severity.WARNING,
    source=CREATE_SERVICE,
)
def _unused(documents: EcsDocuments) -> Iterator[Problem]:
    service = documents.service.document
    strategy = deployment_strategy(service)
    if controller(service) != "ECS":
        return
    instead = {"LINEAR": "linearConfiguration", "CANARY": "canaryConfiguration"}
    said = (
        f": deploymentConfiguration.{instead[strategy]} says how traffic moves" if strategy in instead else ""
    )
    for name in _ONLY_EXTERNAL:
        if value_at(documents.settings_document, name) is not None:
            yield Problem(
                at=(name,),
                message=f"{name} has no effect: ECS itself deploys this service ({strategy})",
                found=name,
                advice=f"remove it{said}",
                source=documents.settings_source,
            )


@rule(
    "ecs.fallback-unused",
    summary="A fallback strategy stands beside a capacity provider strategy, whose place it can take.",
    advice="write capacityProviderStrategy instead of launchType in the service, or remove the fallback",
    severity=Severity.WARNING,
    source=CREATE_SERVICE,
)
def _fallback(documents: EcsDocuments) -> Iterator[Problem]:
    launch_type = text_at(documents.service.document, "launchType")
    if launch_type and value_at(documents.settings_document, "fallbackCapacityProviderStrategy"):
        yield Problem(
            at=("fallbackCapacityProviderStrategy",),
            message=f"the service has the launch type {launch_type} and no strategy to fall back from",
            found=launch_type,
            source=documents.settings_source,
        )


@rule(
    "ecs.alarm-twice",
    summary="Each alarm of the settings is named once.",
    advice="remove the second",
    severity=Severity.WARNING,
    source="",
)
def _alarm_twice(documents: EcsDocuments) -> Iterator[Problem]:
    settings, at = documents.settings_document, ("alarms", "alarmNames")
    seen: set[str] = set()
    for index in range(len(list_at(settings, *at))):
        name = text_at(settings, *at, index)
        if name is not None and name in seen:
            yield Problem(
                at=(*at, index),
                message=f"the alarm {name} is named twice",
                found=name,
                source=documents.settings_source,
            )
        if name is not None:
            seen.add(name)


@rule(
    "ecs.timeout-within-grace",
    summary="New tasks may take at least as long to become stable as their health checks are overlooked.",
    advice="raise stabilityCheck.timeout in the deployment settings, or lower the grace period",
    severity=Severity.WARNING,
    source=CREATE_SERVICE,
)
def _timeout_within_grace(documents: EcsDocuments) -> Iterator[Problem]:
    service, settings = documents.service.document, documents.settings_document
    grace = number_at(service, "healthCheckGracePeriodSeconds")
    timeout = number_at(settings, "stabilityCheck", "timeout") or _DEFAULTS.timeout
    for_each = number_at(settings, "stabilityCheck", "timeoutPerTask") or 0
    effective = max(timeout, for_each * (number_at(service, "desiredCount") or 0))
    if grace is not None and effective < grace and documents.settings_are_known:
        yield Problem(
            at=("healthCheckGracePeriodSeconds",),
            message=(
                f"a deployment is given up after {effective} s, and health checks are overlooked for "
                f"{grace} s: tasks that need the grace period never become stable in time"
            ),
            found=f"{grace} s",
            expected=f"at most {effective} s",
        )


@rule(
    "ecs.poll-interval",
    summary="The stability check looks at least once before it times out.",
    advice="lower stabilityCheck.pollInterval",
    severity=Severity.WARNING,
    source="",
)
def _poll_interval(documents: EcsDocuments) -> Iterator[Problem]:
    settings = documents.settings_document
    interval = number_at(settings, "stabilityCheck", "pollInterval")
    timeout = number_at(settings, "stabilityCheck", "timeout") or _DEFAULTS.timeout
    if interval is not None and interval > timeout:
        yield Problem(
            at=("stabilityCheck", "pollInterval"),
            message=f"pollInterval is {interval:g} s, and the timeout is {timeout:g} s",
            found=f"{interval:g} s",
            expected=f"at most {timeout:g} s",
            source=documents.settings_source,
        )


SETTINGS_RULES = (
    _pair_missing,
    _no_pairs,
    _pair_twice,
    _unused,
    _fallback,
    _alarm_twice,
    _timeout_within_grace,
    _poll_interval,
)
