"""Our own deployment settings for Lambda: ``_lambdadepdef.json``."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.depdef import (
    ON_NEW_COMMIT,
    AlarmSettings,
    EnvironmentSettings,
    OnForeignChange,
    OnNewCommit,
    TrafficShiftingConfig,
)
from gitmoxi.validation.settings_base import Seconds, Settings
from gitmoxi.validation.sources import shown

_ALIAS = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,128}")
"""https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html"""

NONE: Final = "none"
"""A concurrency that is to be taken away; left out, it is left alone."""


class ReadinessCheck(Settings):
    """How long to wait for a new version to become active: ``wait_interval`` in seconds, so many times."""

    wait_interval: Annotated[Seconds, Field(ge=1)] = Field(
        default=10, description="Seconds between two looks at the new version."
    )
    max_retries: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=5, description="The number of looks after which the deployment is given up."
    )


def _alias(name: str) -> str:
    if _ALIAS.fullmatch(name) is None:
        raise ValueError(
            f"{shown(name)} is no alias: use 1 to 128 letters, digits, - and _, and not digits alone, "
            "which would be a version"
        )
    return name


def _executions(least: int) -> BeforeValidator:
    """One complaint for both forms: a number of executions, or the word that takes them away."""

    def check(value: JsonValue) -> JsonValue:
        number = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not number and value != NONE:
            raise ValueError(
                f'{shown(value)} is no concurrency: write a whole number of at least {least}, or "{NONE}" to '
                "take it away; leave the setting out to leave it alone"
            )
        return value

    return BeforeValidator(check)


ReservedConcurrency = Annotated[Annotated[int, Field(ge=0)] | Literal["none"], _executions(0)]
"""API_PutFunctionConcurrency takes 0, which stops all invocations."""

ProvisionedConcurrency = Annotated[Annotated[int, Field(ge=1)] | Literal["none"], _executions(1)]
"""API_PutProvisionedConcurrencyConfig"""


class LambdaDepdef(Settings):
    """The settings of a Lambda function; ``alias`` is the one whose weights shift."""

    alias: Annotated[str, AfterValidator(_alias)] = Field(
        description=(
            "The alias whose weights shift: 1 to 128 letters, digits, hyphens and underscores, not digits "
            "alone. It is made if it is not there. This setting has no default."
        ),
    )
    environment: EnvironmentSettings = Field(
        default=EnvironmentSettings(), description="The region and account to deploy to."
    )
    traffic_shifting_config: TrafficShiftingConfig = Field(
        default=TrafficShiftingConfig(), description="How traffic moves to the new version of the function."
    )
    alarms: AlarmSettings = Field(
        default=AlarmSettings(), description="The CloudWatch alarms that bring the alias back."
    )
    readiness_check: ReadinessCheck = Field(
        default=ReadinessCheck(), description="How long a new version may take to become active."
    )
    versions_to_keep: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=5,
        description=(
            "How many of the versions that Gitmoxi published are kept, the newest one included. Older ones "
            "are deleted after a deployment succeeded, except those that an alias of the function uses or "
            "that have provisioned concurrency. Versions that others published are never deleted."
        ),
    )
    reserved_concurrency: ReservedConcurrency | None = Field(
        default=None,
        description=(
            "The reserved concurrency of the function: a number, 0 to stop all invocations, or "
            '"none" to take the reservation away. Left out, it is left alone.'
        ),
    )
    provisioned_concurrency: ProvisionedConcurrency | None = Field(
        default=None,
        description=(
            'The provisioned concurrency of the alias: a number from 1, or "none" to take it away. Left out, '
            "it is left alone. It may not be above reservedConcurrency. The deployment waits until it is "
            "ready."
        ),
    )
    on_foreign_change: OnForeignChange = Field(
        default=OnForeignChange.STOP,
        description=(
            "What happens when somebody else changes the function or its alias during a deployment: stop "
            "ends the deployment as failed and leaves all as it is; adopt goes on with what is there, and "
            "sets what the files say once more."
        ),
    )
    on_new_commit: OnNewCommit = Field(default=OnNewCommit.QUEUE, description=ON_NEW_COMMIT)

    @model_validator(mode="after")
    def _must_fit(self) -> Self:
        provisioned, reserved = self.provisioned_concurrency, self.reserved_concurrency
        if isinstance(provisioned, int) and isinstance(reserved, int) and provisioned > reserved:
            raise ValueError(
                f"provisionedConcurrency is {provisioned} and reservedConcurrency {reserved}: AWS takes no "
                "more provisioned than reserved executions"
            )
        return self
