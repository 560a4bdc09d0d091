"""Deploying a Lambda function: change $LATEST, publish, move the alias at once, delete the old version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import changed, fail, fail_impossible, fail_refused, unchanged
from gitmoxi.strategies.lambda_observation import LambdaLimits, LambdaObservation
from gitmoxi.strategies.lambda_steps import (
    CODE,
    CODE_SHA256,
    CONFIGURATION,
    CREATE,
    DELETE,
    DELETE_VERSION,
    MARKS_OF,
    OLD_VERSION,
    VERSION,
    act,
    await_removal,
    change,
    change_latest,
    move_alias,
    publish,
    wait_until_ready,
)
from gitmoxi.strategies.ownership import not_ours


def decide_release(
    deployment: Deployment,
    record: TargetRecord,
    seen: LambdaObservation,
    limits: LambdaLimits,
    now: datetime,
) -> Decision:
    """The next step of creating or updating a function."""
    if (refused := _refusal(deployment)) is not None:
        return refused
    match deployment.progress.phase:
        case "start":
            return _start(deployment, record, seen, now)
        case "settle":
            return _settled(deployment, seen, limits, now)
        case "published":
            return _published(deployment, seen, now)
        case "shifted":
            return _shifted(deployment, record, seen, now)
        case "cleaned":
            return _finish(deployment, seen)
        case phase:
            raise InvariantError(f"{deployment.id} is in phase {phase}, which function releases do not have")


def decide_lambda_deletion(
    deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime
) -> Decision:
    """The next step of deleting a function. Only what carries our tag is ever deleted."""
    if seen.function is None:
        because = f"{record.target} is gone."
        return Decision(step="finish", because=because, to=State.SUCCEEDED, progress=deployment.progress)
    refused = next((intent.error for intent in deployment.intents if intent.error is not None), None)
    if refused is not None:
        return fail_refused(deployment, refused, rollback=False)
    if deployment.progress.phase == "delete":
        return await_removal(deployment, record, now)
    if not seen.owned:
        return fail(deployment, not_ours(record.target))
    return act(
        deployment,
        now,
        phase="delete",
        step="delete the function",
        because=f"The definition file of {record.target} was deleted.",
        action=Action(call=DELETE),
    )


def _refusal(deployment: Deployment) -> Decision | None:
    refused = next((intent for intent in deployment.intents if intent.error is not None), None)
    if refused is None or refused.error is None or refused.call == DELETE_VERSION:
        return None  # an old version that cannot be deleted harms nobody
    values = deployment.progress.values.keys()
    made_before = (values & MARKS_OF[CREATE]) - MARKS_OF.get(refused.call, frozenset())
    nothing_made = not made_before and VERSION not in values
    return fail_refused(unchanged(deployment) if nothing_made else deployment, refused.error)


def _start(deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime) -> Decision:
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    if seen.plan is None:
        raise InvariantError(f"{deployment.id} was observed without its plan")
    if seen.plan.verb is Verb.NOTHING:
        because = f"{record.target} already is as wanted."
        return Decision(
            step="compare",
            because=because,
            to=State.NO_CHANGE,
            progress=deployment.progress,
            last_good=_serving(seen),
        )
    if seen.plan.verb is Verb.CREATE:
        because = "The function does not exist."
        return change(deployment, seen, now, call=CREATE, step="create the function", because=because)
    if seen.alias is not None:
        values = {**deployment.progress.values, OLD_VERSION: seen.alias.version}
        deployment = replace(deployment, progress=replace(deployment.progress, values=values))
    return _change_or_publish(deployment, seen, now)


def _settled(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    waiting = wait_until_ready(deployment, seen, limits, now)
    if waiting is not None:
        return waiting
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    return _change_or_publish(deployment, seen, now)


def _change_or_publish(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    change_left = change_latest(deployment, seen, now)
    if change_left is not None:
        return change_left
    made = deployment.progress.values.keys() & {CODE, CONFIGURATION}
    if seen.alias is not None and not made and seen.plan is not None and not seen.plan.publish:
        return _finish(_with_version(deployment, _serving(seen) or {}), seen)
    return publish(deployment, seen, now)


def _serving(seen: LambdaObservation) -> dict[str, str] | None:
    """The values of a last good revision, where the alias already serves what is wanted."""
    if seen.function is None or seen.alias is None:
        return None
    return {VERSION: seen.alias.version, CODE_SHA256: seen.function.code_sha256}


def _published(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    result = deployment.intents[0].result or {}
    deployment = _with_version(deployment, result)
    if seen.alias is not None and seen.alias.version == result[VERSION] and not seen.alias.weights:
        return _finish(deployment, seen)
    return move_alias(deployment, seen, now, result[VERSION])


def _with_version(deployment: Deployment, values: dict[str, str]) -> Deployment:
    progress = deployment.progress
    return replace(deployment, progress=replace(progress, values={**progress.values, **values}))


def _shifted(
    deployment: Deployment, record: TargetRecord, seen: LambdaObservation, now: datetime
) -> Decision:
    values = deployment.progress.values
    old = values.get(OLD_VERSION)
    ours = record.last_good.values.get(VERSION) if record.last_good else None
    if old is None or old in (values[VERSION], "$LATEST") or old != ours:
        return _finish(deployment, seen)
    return act(
        deployment,
        now,
        phase="cleaned",
        step="delete the old version",
        because=f"The alias is at version {values[VERSION]}; version {old} was ours and serves nobody.",
        action=Action(call=DELETE_VERSION, arguments={VERSION: old}),
    )


def _finish(deployment: Deployment, seen: LambdaObservation) -> Decision:
    values = deployment.progress.values
    alias, version = seen.alias, values[VERSION]
    if alias is None or alias.version != version or alias.weights:
        standing = "is gone" if alias is None else f"points at version {alias.version} {dict(alias.weights)}"
        cause = f"Somebody else moved the alias: it {standing}, not at version {version}."
        return fail(deployment, cause, rollback=False)
    return Decision(
        step="finish",
        because=f"The alias {alias.name} points at version {version}.",
        to=State.SUCCEEDED,
        progress=changed(deployment.progress),
        last_good={VERSION: version, CODE_SHA256: values.get(CODE_SHA256, "")},
    )
