"""What somebody else changes of $LATEST while a rollback restores it."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.lambda_activation import await_sight_of_change
from gitmoxi.strategies.lambda_foreign import answer_change, foreign_change, is_behind, with_standing
from gitmoxi.strategies.lambda_observation import LambdaLimits, LambdaObservation


def as_it_stands(deployment: Deployment, seen: LambdaObservation) -> Deployment:
    """The deployment with $LATEST as it stands now, for later looks to compare with."""
    return deployment if seen.function is None else with_standing(deployment, seen.function)


def changed_by_others(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision | None:
    """The answer to what somebody else changed of $LATEST since our last change of it."""
    if seen.function is None:
        return None
    if is_behind(deployment, seen.function):
        waiting = await_sight_of_change(deployment, limits, now)
        if waiting is not None:
            return waiting
    what = foreign_change(deployment, seen.function)
    return answer_change(deployment, seen, now, what) if what else None
