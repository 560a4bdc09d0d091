"""A plan as people read it, free of sensitive values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gitmoxi.domain.deployments import PlannedWarning, PlanRecord, Risk, Verb
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.calls import planned_calls
from gitmoxi.planning.differences import Mask
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.planning.errors import ReplacementNeededError
from gitmoxi.planning.masking import masking

Plan = EcsPlan | LambdaPlan


def describe(plan: Plan, *, deployment_id: str, sensitive_values: Iterable[str] = ()) -> PlanRecord:
    """The record of a plan; give the sensitive values of the wanted **and** of the last good revision."""
    mask = masking(sensitive_values)
    return PlanRecord(
        deployment_id=deployment_id,
        verb=plan.verb,
        strategy=plan.strategy,
        differences=tuple(difference.planned(mask) for difference in plan.differences),
        steps=tuple(str(mask(step)) for step in plan.steps),
        calls=tuple(replace(call, summary=str(mask(call.summary))) for call in planned_calls(plan)),
        warnings=tuple(_masked(warning, mask) for warning in plan.warnings),
    )


def describe_refusal(
    error: ReplacementNeededError, *, deployment_id: str, sensitive_values: Iterable[str] = ()
) -> PlanRecord:
    """The record of what cannot be changed in place, to be shown; nothing of it is ever carried out."""
    mask = masking(sensitive_values)
    warning = PlannedWarning(text=str(error), risk=Risk.DOWNTIME)
    return PlanRecord(
        deployment_id=deployment_id,
        verb=Verb.REPLACE,
        strategy="none",
        differences=tuple(difference.planned(mask) for difference in error.differences),
        steps=(),
        calls=(),
        warnings=(_masked(warning, mask),),
    )


def _masked(warning: PlannedWarning, mask: Mask) -> PlannedWarning:
    return replace(warning, text=str(mask(warning.text)))
