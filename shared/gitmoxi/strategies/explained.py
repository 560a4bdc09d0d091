"""Explanations in decisions: of refused calls, in one sentence, and which of them no step has told yet."""

from __future__ import annotations

from dataclasses import replace

from gitmoxi.domain.deployments import ActionError, Progress
from gitmoxi.domain.explanations import UNKNOWN, Explanation
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, Target
from gitmoxi.errors import AwsRejectedError, PermanentError
from gitmoxi.explaining.explaining import explain
from gitmoxi.explaining.signs import Refusal
from gitmoxi.explaining.table import SYMPTOMS

NOTICED = "noticed"
"""Progress value: the marks of the causes that a step has told while the deployment went on."""

MOST_NOTICED = 6
"""So many causes are told while a deployment goes on; its end tells whatever is known then."""

_NOT_ON_THE_TARGET = frozenset({"ecs:RegisterTaskDefinition"})
"""Calls whose resource in IAM is another than the service or function that is deployed."""


def why_refused(error: ActionError, target: Target | None) -> tuple[Explanation, ...]:
    """The explanation of a call that AWS refused; none of a refusal of our own, which explains itself."""
    if not error.operation:
        return ()
    resource = "" if error.operation in _NOT_ON_THE_TARGET else _arn(target)
    refusal = Refusal(action=error.operation, code=error.code, message=error.message, resource=resource)
    return explain(refusals=[refusal])


def why_impossible(error: PermanentError) -> tuple[Explanation, ...]:
    """The explanation of an error that AWS's refusal of a call is, or is behind."""
    refused = error if isinstance(error, AwsRejectedError) else error.__cause__
    return explain(refusals=[Refusal.from_error(refused)]) if isinstance(refused, AwsRejectedError) else ()


def denied(explanations: tuple[Explanation, ...]) -> bool:
    """Whether a permission, or the credentials, are missing: only people can give them."""
    return any(one.id.startswith("access.") for one in explanations)


def headline(explanations: tuple[Explanation, ...]) -> str:
    """The first cause as a part of a sentence; words that Gitmoxi does not know stand for themselves."""
    if not explanations:
        return "AWS gave no reason"
    first = explanations[0]
    told = first.evidence[0] if first.id == UNKNOWN and first.evidence else first.cause
    return told.rstrip(".")


def news(progress: Progress, explanations: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """Causes that no step has told yet; symptoms are no news, for what they follow from is told."""
    told = _marks(progress)
    if len(told) >= MOST_NOTICED:
        return ()
    return tuple(one for one in explanations if one.id not in SYMPTOMS and one.mark not in told)


def noticed(progress: Progress, explanations: tuple[Explanation, ...]) -> Progress:
    """``progress`` once a step tells these."""
    marks = (*_marks(progress), *(one.mark for one in explanations))
    return replace(progress, values={**progress.values, NOTICED: " ".join(marks[:MOST_NOTICED])})


def _marks(progress: Progress) -> tuple[str, ...]:
    return tuple(progress.values.get(NOTICED, "").split())


def _arn(target: Target | None) -> str:
    match target:
        case EcsTarget():
            return target.service_arn
        case LambdaTarget():
            return target.function_arn
        case None:
            return ""
