"""A plan as people read it, free of sensitive values."""

from __future__ import annotations

from collections.abc import Iterable

from gitmoxi.domain.deployments import PlanRecord
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.planning.masking import masking

Plan = EcsPlan | LambdaPlan


def describe(plan: Plan, *, deployment_id: str, sensitive_values: Iterable[str] = ()) -> PlanRecord:
    """The record of a plan; give the sensitive values of the wanted **and** of the last good revision."""
    mask = masking(sensitive_values)
    return PlanRecord(
        deployment_id=deployment_id,
        verb=plan.verb,
        strategy=plan.strategy,
        differences=tuple(str(mask(difference.text(mask))) for difference in plan.differences),
        steps=tuple(str(mask(step)) for step in plan.steps),
        warnings=tuple(str(mask(warning)) for warning in plan.warnings),
    )
