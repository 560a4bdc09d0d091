"""Deploying a Lambda function: change $LATEST, publish, move the alias at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.ports.aws_lambda import LambdaFunction
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import fail, fail_impossible, fail_refused, unchanged
from gitmoxi.strategies.lambda_activation import (
    await_sight_of_change,
    await_version,
    look_for_version,
)
from gitmoxi.strategies.lambda_foreign import (
    answer_change,
    foreign_change,
    is_behind,
    met_foreign_change,
    with_answers,
    with_standing,
)
from gitmoxi.strategies.lambda_observation import (
    ACTIVE,
    DELETING,
    LambdaLimits,
    LambdaObservation,
    has_failed,
    is_ready,
    next_look,
    states_of,
)
from gitmoxi.strategies.lambda_serving import serve
from gitmoxi.strategies.lambda_steps import (
    CODE,
    CODE_SHA256,
    CONFIGURATION,
    CREATE,
    DELETE,
    DELETE_VERSION,
    MARKS,
    MARKS_OF,
    OLD_VERSION,
    STATE,
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
    if (foreign := met_foreign_change(deployment, seen, now)) is not None:
        return foreign
    if seen.function is not None and seen.function.state == DELETING:
        return _blocked(deployment, record, now)
    match deployment.progress.phase:
        case "start":
            return _start(deployment, record, seen, limits, now)
        case "settle":
            return _settled(deployment, seen, limits, now)
        case "published":
            return _published(deployment, seen, limits, now)
        case "activate":
            return _activate(deployment, seen, limits, now)
        case "shifted":
            return serve(deployment, seen, now)
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
    made_before = (values & MARKS) - MARKS_OF.get(refused.call, frozenset())
    nothing_made = not made_before and VERSION not in values
    return fail_refused(unchanged(deployment) if nothing_made else deployment, refused.error)


def _blocked(deployment: Deployment, record: TargetRecord, now: datetime) -> Decision:
    """A function that is being deleted blocks its name for a while."""
    progress = deployment.progress
    if progress.phase != "start":
        return fail(deployment, "Somebody deleted the function in mid-deployment.")
    if progress.since is not None:
        return await_removal(deployment, record, now)
    began = replace(deployment, progress=replace(progress, since=now))
    return replace(await_removal(began, record, now), quiet=False)


def _start(
    deployment: Deployment,
    record: TargetRecord,
    seen: LambdaObservation,
    limits: LambdaLimits,
    now: datetime,
) -> Decision:
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
    if seen.function is not None and not is_ready(seen.function) and not has_failed(seen.function):
        return _await_others(deployment, seen.function, limits, now)
    if seen.alias is not None:
        deployment = _with_values(deployment, {OLD_VERSION: seen.alias.version})
    return _change_or_publish(deployment, seen, now)


def _await_others(
    deployment: Deployment, function: LambdaFunction, limits: LambdaLimits, now: datetime
) -> Decision:
    """Lambda takes no change of a function that is being made or changed; this one is not ours."""
    progress, states = deployment.progress, states_of(function)
    since = progress.since or now
    if now - since >= limits.timeout:
        seconds = limits.timeout.total_seconds()
        cause = f"Somebody else's change of the function has not settled within {seconds:.0f} s: {states}."
        return fail(deployment, cause)
    return Decision(
        step="wait for another change",
        because=f"Somebody else's change of the function is settling: {states}.",
        to=deployment.state,
        progress=replace(progress, since=since),
        look_again=next_look(progress, limits, now),
        quiet=progress.since is not None,
    )


def _settled(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    deployment = with_answers(deployment)
    waiting = wait_until_ready(deployment, seen, limits, now)
    if waiting is not None:
        return waiting
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    if seen.function is not None and is_behind(deployment, seen.function):
        behind = await_sight_of_change(deployment, limits, now)
        if behind is not None:
            return behind
    if seen.function is not None and (what := foreign_change(deployment, seen.function)):
        return answer_change(deployment, seen, now, what)
    return _change_or_publish(deployment, seen, now)


def _change_or_publish(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    if seen.function is not None:
        deployment = with_standing(deployment, seen.function)
    change_left = change_latest(deployment, seen, now)
    if change_left is not None:
        return change_left
    made = deployment.progress.values.keys() & {CODE, CONFIGURATION}
    if seen.alias is not None and not made and seen.plan is not None and not seen.plan.publish:
        return serve(_with_values(deployment, _serving(seen) or {}), seen, now)
    return publish(deployment, seen, now)


def _serving(seen: LambdaObservation) -> dict[str, str] | None:
    """The values of a last good revision, where the alias already serves what is wanted."""
    if seen.function is None or seen.alias is None:
        return None
    return {VERSION: seen.alias.version, CODE_SHA256: seen.function.code_sha256}


def _published(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    result = dict(deployment.intents[0].result or {})
    active = result.pop(STATE, "") == ACTIVE
    deployment = _with_values(deployment, result)
    if active:
        return _move_alias(deployment, seen, now)
    return look_for_version(deployment, limits, now, f"Version {result[VERSION]} is published.")


def _activate(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    return await_version(deployment, seen, limits, now) or _move_alias(deployment, seen, now)


def _move_alias(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    version = deployment.progress.values[VERSION]
    if seen.alias is not None and seen.alias.version == version and not seen.alias.weights:
        return serve(deployment, seen, now)
    return move_alias(deployment, seen, now, version)


def _with_values(deployment: Deployment, values: dict[str, str]) -> Deployment:
    progress = deployment.progress
    return replace(deployment, progress=replace(progress, values={**progress.values, **values}))
