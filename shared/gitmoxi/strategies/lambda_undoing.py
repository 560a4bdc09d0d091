"""Undoing the first creation of a Lambda function: it is removed."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import fail
from gitmoxi.strategies.lambda_observation import DELETING, LambdaObservation
from gitmoxi.strategies.lambda_steps import DELETE, act, await_removal
from gitmoxi.strategies.rollback_ends import arrived, await_sight


def undo_creation(
    deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime
) -> Decision:
    """Take away the function that the failed deployment made."""
    if seen.function is None:
        return await_sight(deployment, record, now)
    if seen.function.state == DELETING:
        return Decision(
            step="await the deletion",
            because=f"{record.target} is being deleted already.",
            to=deployment.state,
            progress=Progress(phase="remove", since=now, values=deployment.progress.values),
        )
    if not seen.owned:
        cause = f"{record.target} does not carry this installation's tag {OWNER_TAG} and is left alone."
        return fail(deployment, cause)
    return act(
        deployment,
        now,
        phase="remove",
        step="remove the failed function",
        because=f"The first creation of {record.target} failed.",
        action=Action(call=DELETE),
    )


def await_undoing(
    deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime
) -> Decision:
    """Wait until the failed function is gone."""
    if seen.function is None:
        return arrived(deployment, f"The failed {record.target} is removed.")
    return await_removal(deployment, record, now)
