"""Bringing a Lambda function back to its last good version, or removing a failed first creation."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import fail, fail_impossible, fail_refused
from gitmoxi.strategies.lambda_observation import LambdaLimits, LambdaObservation, has_failed
from gitmoxi.strategies.lambda_steps import (
    DELETE,
    DELETE_VERSION,
    OLD_VERSION,
    VERSION,
    act,
    await_removal,
    change_latest,
    move_alias,
    wait_until_ready,
)

FAILED_VERSION = "failed_version"
"""Progress value: the version that the failed deployment published."""


def decide_lambda_rollback(
    deployment: Deployment,
    record: TargetRecord,
    seen: LambdaObservation,
    limits: LambdaLimits,
    now: datetime,
) -> Decision:
    """The next step of a rollback: alias first, then $LATEST, then the failed version.

    ``seen.desired`` is the last good revision; None when there never was one.
    """
    if seen.function is None:
        return _end(deployment, f"{record.target} does not exist: nothing is left to undo.")
    refused = next((intent for intent in deployment.intents if intent.error is not None), None)
    if refused is not None and refused.error is not None and refused.call != DELETE_VERSION:
        return fail_refused(deployment, refused.error)
    match deployment.progress.phase:
        case "start" if seen.created:
            return _undo_creation(deployment, record, seen, now)
        case "remove":
            return await_removal(deployment, record, now)
        case "start":
            return _start(deployment, record, seen, now)
        case "shifted" | "settle":
            return _restore_latest(deployment, seen, limits, now)
        case "cleaned":
            return _back(deployment, seen)
        case phase:
            raise InvariantError(f"{deployment.id} is in phase {phase}, which function rollbacks do not have")


def _undo_creation(
    deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime
) -> Decision:
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


def _start(deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime) -> Decision:
    old = deployment.progress.values
    good = record.last_good.values.get(VERSION) if record.last_good else old.get(OLD_VERSION)
    values = {FAILED_VERSION: old[VERSION]} if VERSION in old and old[VERSION] != good else {}
    fresh = Progress(phase="settle", since=now, values=values)
    if good is None and seen.alias is not None and seen.alias.version == old.get(VERSION):
        cause = (
            f"the alias {seen.alias.name} serves version {seen.alias.version}, and no earlier one is known."
        )
        return fail(deployment, cause)
    if good is not None and seen.alias is not None and (seen.alias.version != good or seen.alias.weights):
        back = move_alias(deployment, seen, now, good)
        return _with_progress(back, Progress(phase="shifted", since=now, values=values))
    return Decision(
        step="keep the alias",
        because="The alias never left its last good version.",
        to=deployment.state,
        progress=fresh,
    )


def _restore_latest(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    change = change_latest(deployment, seen, now) if seen.plan is not None else None
    if change is not None and seen.function is not None and has_failed(seen.function):
        return change  # what failed is being taken out piece by piece: only the last piece must succeed
    waiting = wait_until_ready(deployment, seen, limits, now)
    if waiting is not None:
        return waiting
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    if change is not None:
        return change
    failed = deployment.progress.values.get(FAILED_VERSION)
    if failed is None:
        return _back(deployment, seen)
    return act(
        deployment,
        now,
        phase="cleaned",
        step="delete the failed version",
        because=f"Version {failed} was published by the deployment that failed.",
        action=Action(call=DELETE_VERSION, arguments={VERSION: failed}),
    )


def _with_progress(decision: Decision, progress: Progress) -> Decision:
    return Decision(
        step=decision.step,
        because=decision.because,
        to=decision.to,
        progress=progress,
        actions=decision.actions,
    )


def _back(deployment: Deployment, seen: LambdaObservation) -> Decision:
    because = "The function is back at its last good version."
    if seen.plan is None:
        because = (
            "The alias is back where it was; $LATEST keeps what the failed deployment put there, for no "
            "earlier deployment is known."
        )
    return _end(deployment, f"{because} {deployment.cause or ''}")


def _end(deployment: Deployment, because: str) -> Decision:
    return Decision(
        step="finish",
        because=because.strip(),
        to=deployment.ending or State.ROLLED_BACK,
        progress=deployment.progress,
    )
