"""Our own deployment settings: ``_depdef.json`` for ECS and ``_lambdadepdef.json`` for Lambda."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from gitmoxi.validation.settings_base import Percent, Seconds, Settings

_ALIAS = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,128}")
"""https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html"""


class TrafficShiftType(StrEnum):
    """How traffic moves to what is new."""

    CANARY = "CANARY"
    """Two phases: ``percent``, then all."""
    LINEAR = "LINEAR"
    """Equal steps of ``percent``."""
    ALL_AT_ONCE = "ALL_AT_ONCE"
    """All of it, and then the alarms are watched."""


class OnNewCommit(StrEnum):
    """What happens to a running deployment when a newer commit changes the same target."""

    QUEUE = "queue"
    SUPERSEDE = "supersede"


class EnvironmentSettings(Settings):
    """Where to deploy; what is left out is the installation's own."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2,}(-[a-z]+)+-\d+$")] | None = None
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None


class TrafficShiftingConfig(Settings):
    """How traffic is shifted; ``wait_interval`` in seconds after every step, with alarms watched."""

    type: TrafficShiftType = TrafficShiftType.CANARY
    percent: Percent = 20.0
    wait_interval: Seconds = 60

    @model_validator(mode="after")
    def _must_arrive(self) -> Self:
        if self.type is TrafficShiftType.LINEAR and self.percent == 0:
            raise ValueError("percent is 0, and LINEAR steps of 0 % never end: use 1 to 100")
        return self


class AlarmSettings(Settings):
    """CloudWatch alarms; one in ALARM reverts the traffic."""

    alarm_names: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = ()


class StabilityCheck(Settings):
    """How long new tasks may take until all of them run; all numbers in seconds."""

    poll_interval: Annotated[Seconds, Field(ge=1)] = 30
    timeout: Annotated[Seconds, Field(ge=1)] = 300
    timeout_per_task: Seconds | None = None

    def effective_timeout(self, desired_count: int) -> int:
        """Seconds that a service of so many tasks gets: the longer of the two timeouts."""
        return max(self.timeout, (self.timeout_per_task or 0) * desired_count)


class CircuitBreaker(Settings):
    """Our own breaker; it is on when it stands in the file."""

    failure_threshold: Annotated[int, Field(ge=1)] = 5
    failure_threshold_percent: Annotated[Percent, Field(gt=0)] | None = None
    rollback: bool = True

    def effective_threshold(self, desired_count: int) -> int:
        """Failed new tasks that are allowed: the smaller of the count and the rounded-up percentage."""
        if self.failure_threshold_percent is None:
            return self.failure_threshold
        return min(self.failure_threshold, math.ceil(self.failure_threshold_percent * desired_count / 100))


class CapacityProviderStrategyItem(Settings):
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html."""

    capacity_provider: Annotated[str, Field(min_length=1)]
    weight: Annotated[int, Field(ge=0, le=1000)] = 0
    base: Annotated[int, Field(ge=0, le=100_000)] = 0


def _two_different(pair: tuple[str, str]) -> tuple[str, str]:
    if pair[0] == pair[1]:
        raise ValueError("both target groups of the pair are the same: traffic cannot move between them")
    return pair


TargetGroupArn = Annotated[
    str, Field(pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup/[^/]+/[0-9a-f]+$")
]
TargetGroupArnPair = Annotated[tuple[TargetGroupArn, TargetGroupArn], AfterValidator(_two_different)]


class EcsDepdef(Settings):
    """The settings of an ECS service; an absent file means all defaults."""

    environment: EnvironmentSettings = EnvironmentSettings()
    traffic_shifting_config: TrafficShiftingConfig = TrafficShiftingConfig()
    target_group_arn_pairs: tuple[TargetGroupArnPair, ...] = ()
    alarms: AlarmSettings = AlarmSettings()
    delete_new_upon_traffic_shift_failure: bool = True
    stability_check: StabilityCheck = StabilityCheck()
    gm_deployment_circuit_breaker: CircuitBreaker | None = None
    delete_new_upon_failure: bool = True
    fallback_capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] = ()
    on_new_commit: OnNewCommit = OnNewCommit.QUEUE


class ReadinessCheck(Settings):
    """How long to wait for a new version to become active: ``wait_interval`` in seconds, so many times."""

    wait_interval: Annotated[Seconds, Field(ge=1)] = 10
    max_retries: Annotated[int, Field(ge=1, le=10_000)] = 5


def _alias(name: str) -> str:
    if _ALIAS.fullmatch(name) is None:
        raise ValueError(
            f"{name!r} is no alias: use 1 to 128 letters, digits, - and _, and not digits alone, "
            "which would be a version"
        )
    return name


class LambdaDepdef(Settings):
    """The settings of a Lambda function; ``alias`` is the one whose weights shift."""

    alias: Annotated[str, AfterValidator(_alias)]
    environment: EnvironmentSettings = EnvironmentSettings()
    traffic_shifting_config: TrafficShiftingConfig = TrafficShiftingConfig()
    alarms: AlarmSettings = AlarmSettings()
    readiness_check: ReadinessCheck = ReadinessCheck()
    on_new_commit: OnNewCommit = OnNewCommit.QUEUE
