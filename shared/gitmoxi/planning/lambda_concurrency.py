"""What changes in a function's reserved, and its alias's provisioned, concurrency.

Sources: API_PutFunctionConcurrency, API_PutProvisionedConcurrencyConfig and
API_DeleteProvisionedConcurrencyConfig of the AWS Lambda API Reference, and "Configuring provisioned
concurrency for a function" of the Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import MISSING, Json
from gitmoxi.ports.aws_lambda import LambdaFunction, ProvisionedConcurrency
from gitmoxi.validation.lambda_depdef import NONE

RESERVED: Final = "reservedConcurrency"
PROVISIONED: Final = "provisionedConcurrency"

Executions = int | str
"""A number, or ``NONE`` for none at all."""

READY: Final = "READY"
FAILED: Final = "FAILED"
"""How an allocation ended (``Status`` in API_ProvisionedConcurrencyConfigListItem)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcurrencyPlan:
    """What is to be set; None where nothing changes.

    Lambda takes no more provisioned than reserved executions: ``reserved_last`` says that the provisioned
    ones have to shrink before the reservation may.
    """

    reserved: Executions | None = None
    provisioned: Executions | None = None
    reserved_last: bool = False
    differences: tuple[Difference, ...] = ()


def plan_concurrency(
    desired: DesiredLambda,
    live: LambdaFunction | None,
    provisioned: ProvisionedConcurrency | None,
    *,
    alias_name: str,
) -> ConcurrencyPlan:
    """Compare the settings with what lives; a setting that is left out changes nothing.

    ``provisioned`` is that of the alias. One that failed is asked for again.
    """
    held = NONE if live is None or live.reserved_concurrency is None else live.reserved_concurrency
    ready = NONE if provisioned is None else provisioned.requested
    standing = f"{ready} ({FAILED})" if provisioned is not None and provisioned.status == FAILED else ready
    reserved = _change(held, desired.settings.get(RESERVED))
    ahead = _change(standing, desired.settings.get(PROVISIONED))
    return ConcurrencyPlan(
        reserved=reserved,
        provisioned=ahead,
        reserved_last=isinstance(reserved, int) and isinstance(ready, int) and reserved < ready,
        differences=(
            *_shown("function", RESERVED, held, reserved),
            *_shown("alias", f"{alias_name}.{PROVISIONED}", standing, ahead),
        ),
    )


def reserving_steps(plan: ConcurrencyPlan, *, last: bool) -> tuple[str, ...]:
    """The step of the reserved concurrency, if that is its place: before the alias moves, or ``last``."""
    return _told(plan.reserved, "the reserved concurrency") if plan.reserved_last is last else ()


def serving_steps(plan: ConcurrencyPlan, alias_name: str) -> tuple[str, ...]:
    """The steps once the alias has moved."""
    provisioned = _told(plan.provisioned, f"the provisioned concurrency of the alias {alias_name}")
    return (*provisioned, *reserving_steps(plan, last=True))


def kept_concurrency(
    desired: DesiredLambda, previous: Mapping[str, Any], live: Mapping[str, int | None]
) -> tuple[str, ...]:
    """Settings that left the file: what they had set stays."""
    return tuple(
        f'{name} was taken out of the settings, and {value} stays: write "{NONE}" to take it away'
        for name, value in live.items()
        if value is not None and previous.get(name) is not None and desired.settings.get(name) is None
    )


def _change(live: Executions, wanted: Executions | None) -> Executions | None:
    return None if wanted is None or wanted == live else wanted


def _shown(document: str, path: str, live: Executions, wanted: Executions | None) -> tuple[Difference, ...]:
    if wanted is None:
        return ()
    before, after = (_side(value) for value in (live, wanted))
    return (Difference(document=document, path=path, before=before, after=after),)


def _side(value: Executions) -> Json:
    return MISSING if value == NONE else value


def _told(wanted: Executions | None, what: str) -> tuple[str, ...]:
    if wanted is None:
        return ()
    return (f"take {what} away",) if wanted == NONE else (f"set {what} to {wanted}",)


def live_concurrency(
    live: LambdaFunction, provisioned: ProvisionedConcurrency | None
) -> dict[str, int | None]:
    """What the function and its alias have, by the names of the settings."""
    return {
        RESERVED: live.reserved_concurrency,
        PROVISIONED: provisioned.requested if provisioned is not None else None,
    }
