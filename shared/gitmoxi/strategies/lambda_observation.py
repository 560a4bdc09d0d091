"""What the Lambda strategies look at, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.sensitive import redact
from gitmoxi.errors import PermanentError
from gitmoxi.explaining.explaining import explain
from gitmoxi.explaining.signs import FunctionStates
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, ProvisionedConcurrency
from gitmoxi.validation.lambda_depdef import LambdaDepdef

ACTIVE = "Active"
"""The state of a function, or a version, that can be invoked."""

LATEST = "$LATEST"
"""What the changeable function is called beside its published versions."""

DELETING = "Deleting"
"""The state of a function from DeleteFunction until it is gone (AWS Lambda API reference, GetFunction)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaObservation:
    """One reading of a Lambda target: the function's $LATEST, the alias, the newest version's number.

    ``plan`` is made anew from ``desired`` and the live state, by the function that the planner used; it
    is None for a deletion. ``latest_version`` is "0" when nothing was ever published. ``owned`` says that the
    function carries this installation's tag, ``created`` that the deployment which is rolled back made it.
    ``good_version`` is the version that a rollback goes back to, None when it is gone, ``good_weights``
    the fractions that other versions had beside it when the deployment began, ``good_code_sha256``
    the hash of its code where that is known; ``code_stays`` says that nobody knows where that code came from,
    so that $LATEST keeps what it has. ``sensitive_values`` are those of every document that was looked at.

    ``provisioned`` is the alias's provisioned concurrency, where anything depends on it; ``published`` the
    version that the deployment published, while it becomes ready; ``superfluous`` are the versions of ours
    that are older than those that are kept and that nobody uses.
    """

    function: LambdaFunction | None
    alias: LambdaAlias | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    desired: DesiredLambda | None = None
    plan: LambdaPlan | None = None
    refused: PermanentError | None = None
    latest_version: str = "0"
    owned: bool = False
    created: bool = False
    good_version: LambdaFunction | None = None
    good_weights: Mapping[str, float] = field(default_factory=dict)
    good_code_sha256: str | None = None
    code_stays: bool = False
    sensitive_values: tuple[str, ...] = ()
    provisioned: ProvisionedConcurrency | None = None
    published: LambdaFunction | None = None
    superfluous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaLimits:
    """How often a function that is not ready is looked at, and when it is given up."""

    interval: timedelta
    timeout: timedelta


def limits_of(settings: LambdaDepdef) -> LambdaLimits:
    """``readinessCheck``: so many looks, so far apart."""
    interval = timedelta(seconds=settings.readiness_check.wait_interval)
    return LambdaLimits(interval=interval, timeout=interval * settings.readiness_check.max_retries)


FIRST_LOOK = timedelta(seconds=1)
"""Lambda sends no event when a function is ready, and most are within a second or two."""


def next_look(progress: Progress, limits: LambdaLimits, now: datetime) -> timedelta:
    """Looks grow apart, from one second to the interval of the settings."""
    waited = now - progress.since if progress.since is not None else timedelta(0)
    return min(limits.interval, max(FIRST_LOOK, waited))


def states_of(function: LambdaFunction) -> str:
    """How the function stands, in Lambda's words."""
    return f"State {function.state}, LastUpdateStatus {function.last_update_status}"


_ON_THE_WAY = frozenset({"Pending", "Deactivating"})
"""States that end by themselves (FunctionConfiguration, AWS Lambda API reference). An Inactive function is
at rest: its next invocation wakes it up, and it can be changed."""


def has_failed(function: LambdaFunction) -> bool:
    """Whether the last change of ``function`` failed (GetFunction in the AWS Lambda API reference)."""
    return "Failed" in (function.state, function.last_update_status)


def is_ready(function: LambdaFunction) -> bool:
    """Whether the last change of ``function`` has settled well."""
    settled = function.state not in _ON_THE_WAY and function.last_update_status != "InProgress"
    return settled and not has_failed(function)


def explanations_of(function: LambdaFunction, sensitive_values: Iterable[str]) -> tuple[Explanation, ...]:
    """Why the function, or its last update, failed; sensitive values are masked before texts are cut."""
    values = tuple(sensitive_values)
    states = FunctionStates.from_aws(function.configuration)
    masked = replace(
        states,
        state_reason=redact(states.state_reason, values),
        update_reason=redact(states.update_reason, values),
    )
    return explain(functions=[masked])
