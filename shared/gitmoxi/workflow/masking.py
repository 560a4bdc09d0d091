"""Keeps sensitive values out of what a deployment's record says about itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.sensitive import redact
from gitmoxi.errors import AwsRejectedError, PermanentError
from gitmoxi.planning.errors import PlanningError, ReplacementNeededError
from gitmoxi.strategies.decision import Decision


def masked_error(error: PermanentError, sensitive_values: Iterable[str]) -> PermanentError:
    """``error`` with every sensitive value in its text masked: AWS quotes what it refuses."""
    values = tuple(sensitive_values)
    text = redact(str(error), values)
    if text == str(error):
        return error
    if isinstance(error, AwsRejectedError):
        reason = redact(error.reason, values)
        return type(error)(operation=error.operation, code=error.code, reason=reason)
    if isinstance(error, ReplacementNeededError):
        return ReplacementNeededError(text, differences=error.differences)
    return PlanningError(text) if isinstance(error, PlanningError) else PermanentError(text)


def masked_decision(decision: Decision, sensitive_values: Iterable[str]) -> Decision:
    """``decision`` with its texts masked: stopped tasks and failed functions quote their settings."""
    values = tuple(sensitive_values)
    if not values:
        return decision
    cause = None if decision.cause is None else redact(decision.cause, values)
    return replace(
        decision,
        because=redact(decision.because, values),
        cause=cause,
        explanations=masked_explanations(decision.explanations, values),
    )


def masked_explanations(
    explanations: Iterable[Explanation], sensitive_values: Iterable[str]
) -> tuple[Explanation, ...]:
    """``explanations`` with cause, evidence and advice masked."""
    values = tuple(sensitive_values)
    return tuple(
        replace(
            one,
            cause=redact(one.cause, values),
            evidence=tuple(redact(text, values) for text in one.evidence),
            advice=redact(one.advice, values),
        )
        for one in explanations
    )
