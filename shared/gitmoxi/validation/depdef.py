"""Our own deployment settings: ``_depdef.json`` for ECS, and what it shares with that for Lambda."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from gitmoxi.validation.settings_base import Percent, Seconds, Settings, TargetGroupArn


class TrafficShiftType(StrEnum):
    """How traffic moves to what is new."""

    CANARY = "CANARY"
    """Two phases: ``percent``, then all."""
    LINEAR = "LINEAR"
    """Equal steps of ``percent``."""
    ALL_AT_ONCE = "ALL_AT_ONCE"
    """All of it, and then the alarms are watched."""


class OnNewCommit(StrEnum):
    """What happens to a running deployment when a newer commit changes the same target.

    The newer commit's file decides: it is the latest that a person said.
    """

    QUEUE = "queue"
    SUPERSEDE = "supersede"


class OnForeignChange(StrEnum):
    """What happens to a running deployment when somebody else changes its target."""

    STOP = "stop"
    """It ends as FAILED and leaves everything as it is."""
    ADOPT = "adopt"
    """It goes on with what it finds."""


ON_NEW_COMMIT: Final = (
    "What happens to a running deployment when this commit changes the same target: queue lets it end "
    "first, supersede ends it and begins this one. The newer commit's file decides. A rollback and a "
    "deletion that have begun always end first, and a commit that deletes the target waits its turn."
)


class EnvironmentSettings(Settings):
    """Where to deploy; what is left out is the installation's own."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2,}(-[a-z]+)+-\d+$")] | None = Field(
        default=None, description="The AWS region to deploy to. Left out, it is the installation's own."
    )
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = Field(
        default=None,
        description=(
            "The AWS account to deploy to, 12 digits in quotes. Left out, it is the installation's own."
        ),
    )


class TrafficShiftingConfig(Settings):
    """How traffic is shifted; ``wait_interval`` in seconds after every step, with alarms watched."""

    type: TrafficShiftType = Field(
        default=TrafficShiftType.CANARY,
        description=(
            "How traffic moves to what is new: CANARY in two phases, the percentage first and then all of "
            "it; LINEAR in equal steps; ALL_AT_ONCE at once, and then the alarms are watched."
        ),
    )
    percent: Percent = Field(
        default=20.0,
        description=(
            "The percentage of the traffic that moves in the first phase (CANARY) or each step (LINEAR)."
        ),
    )
    wait_interval: Seconds = Field(
        default=60, description="Seconds to wait after every step, while the alarms are watched."
    )

    @model_validator(mode="after")
    def _must_arrive(self) -> Self:
        if self.type is TrafficShiftType.LINEAR and self.percent == 0:
            raise ValueError("percent is 0, and LINEAR steps of 0 % never end: use 1 to 100")
        return self


class AlarmSettings(Settings):
    """CloudWatch alarms; one in ALARM reverts the traffic."""

    alarm_names: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = Field(
        default=(),
        description=(
            "Names of CloudWatch alarms. One that is in ALARM while traffic shifts, or while a step is "
            "waited for, brings the traffic back."
        ),
    )


class StabilityCheck(Settings):
    """How long new tasks may take until all of them run; all numbers in seconds."""

    poll_interval: Annotated[Seconds, Field(ge=1)] = Field(
        default=30, description="Seconds between two looks at the new tasks."
    )
    timeout: Annotated[Seconds, Field(ge=1)] = Field(
        default=300, description="Seconds within which all new tasks must run."
    )
    timeout_per_task: Seconds | None = Field(
        default=None,
        description=(
            "Seconds for each task of the desired count. The longer of this product and timeout counts."
        ),
    )

    def effective_timeout(self, desired_count: int) -> int:
        """Seconds that a service of so many tasks gets: the longer of the two timeouts."""
        return max(self.timeout, (self.timeout_per_task or 0) * desired_count)


class CircuitBreaker(Settings):
    """Our own breaker; it is on when it stands in the file."""

    failure_threshold: Annotated[int, Field(ge=1)] = Field(
        default=5, description="The number of new tasks that may fail before the deployment is given up."
    )
    failure_threshold_percent: Annotated[Percent, Field(gt=0)] | None = Field(
        default=None,
        description=(
            "The same as a percentage of the desired count, rounded up. The smaller of the two numbers "
            "counts."
        ),
    )
    rollback: bool = Field(
        default=True, description="Whether a deployment that was given up is rolled back, or left as it is."
    )

    def effective_threshold(self, desired_count: int) -> int:
        """Failed new tasks that are allowed: the smaller of the count and the rounded-up percentage."""
        if self.failure_threshold_percent is None:
            return self.failure_threshold
        return min(self.failure_threshold, math.ceil(self.failure_threshold_percent * desired_count / 100))


class CapacityProviderStrategyItem(Settings):
    """A capacity provider's part in a strategy; see API_CapacityProviderStrategyItem in AWS's reference."""

    capacity_provider: Annotated[str, Field(min_length=1)] = Field(
        description="The name of the capacity provider, such as FARGATE."
    )
    weight: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=0, description="The provider's share of the tasks, relative to the other weights."
    )
    base: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=0, description="The number of tasks that the provider gets before the weights count."
    )


def _two_different(pair: tuple[str, str]) -> tuple[str, str]:
    if pair[0] == pair[1]:
        raise ValueError("both target groups of the pair are the same: traffic cannot move between them")
    return pair


TargetGroupArnPair = Annotated[tuple[TargetGroupArn, TargetGroupArn], AfterValidator(_two_different)]


class EcsDepdef(Settings):
    """The settings of an ECS service; an absent file means all defaults."""

    environment: EnvironmentSettings = Field(
        default=EnvironmentSettings(), description="The region and account to deploy to."
    )
    traffic_shifting_config: TrafficShiftingConfig = Field(
        default=TrafficShiftingConfig(),
        description="How traffic moves to the new tasks of a service with the controller EXTERNAL.",
    )
    target_group_arn_pairs: tuple[TargetGroupArnPair, ...] = Field(
        default=(),
        description=(
            "Pairs of target groups, for the controller EXTERNAL. The pair that holds the active target "
            "group is used, and its other half gets the new tasks; the halves change places with each "
            "deployment."
        ),
    )
    alarms: AlarmSettings = Field(
        default=AlarmSettings(), description="The CloudWatch alarms that end a deployment."
    )
    delete_new_upon_traffic_shift_failure: bool = Field(
        default=True,
        description=(
            "Whether the new tasks are deleted when traffic had to be brought back. With false they are "
            "kept for a look; the traffic goes back either way."
        ),
    )
    stability_check: StabilityCheck = Field(
        default=StabilityCheck(), description="How long new tasks may take until all of them run."
    )
    gm_deployment_circuit_breaker: CircuitBreaker | None = Field(
        default=None,
        description=(
            "Gitmoxi's own circuit breaker, which gives a deployment up when too many new tasks fail. It is "
            "on when it stands in the file, even as {}; ECS's own may be on beside it."
        ),
    )
    delete_new_upon_failure: bool = Field(
        default=True,
        description=(
            "Whether the new tasks are deleted after a deployment that failed. After a failed first "
            "deployment true removes the service, and false scales it to 0 tasks."
        ),
    )
    fallback_capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] = Field(
        default=(),
        description=(
            "The capacity providers for the tasks that the service's own strategy cannot place, such as "
            "FARGATE behind FARGATE_SPOT."
        ),
    )
    on_new_commit: OnNewCommit = Field(default=OnNewCommit.QUEUE, description=ON_NEW_COMMIT)
