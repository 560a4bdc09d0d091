"""Bringing a Lambda function back to its last good version, or to a recorded one that a person asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import fail, fail_impossible, fail_refused
from gitmoxi.strategies.lambda_foreign import met_foreign_change, with_answers
from gitmoxi.strategies.lambda_observation import (
    DELETING,
    LambdaLimits,
    LambdaObservation,
    has_failed,
)
from gitmoxi.strategies.lambda_republishing import (
    FAILED_VERSION,
    REPUBLISH,
    other_code,
    prepare_again,
    republished,
)
from gitmoxi.strategies.lambda_restoring import as_it_stands, changed_by_others
from gitmoxi.strategies.lambda_serving import await_alias, await_provisioned, provision
from gitmoxi.strategies.lambda_steps import (
    CODE_SHA256,
    DELETE_VERSION,
    OLD_VERSION,
    PROVISIONED,
    PROVISIONED_BEFORE,
    RESERVED,
    RESERVED_BEFORE,
    VERSION,
    WEIGHTS,
    act,
    change_latest,
    move_alias,
    publish,
    reserve,
    wait_until_ready,
    weights_in,
)
from gitmoxi.strategies.lambda_undoing import await_undoing, undo_creation
from gitmoxi.strategies.rollback_ends import arrived, goal, runs_already, with_standing

RESERVED_GOAL, PROVISIONED_GOAL = "reserved_goal", "provisioned_goal"
"""Progress values: the concurrency to bring back where the good settings name none, a number or ``NONE``."""


def decide_lambda_rollback(
    deployment: Deployment,
    record: TargetRecord,
    seen: LambdaObservation,
    limits: LambdaLimits,
    now: datetime,
) -> Decision:
    """The next step of a rollback: alias first, then $LATEST, then the failed version.

    Where the version to go back to is gone, $LATEST comes first, and is published. ``seen.desired`` is the
    revision to bring back; None when there never was one.
    """
    return with_standing(_decide(deployment, record, seen, limits, now), _standing(seen))


def _decide(
    deployment: Deployment,
    record: TargetRecord,
    seen: LambdaObservation,
    limits: LambdaLimits,
    now: datetime,
) -> Decision:
    if (stopped := _refusal(deployment, seen) or met_foreign_change(deployment, seen, now)) is not None:
        return stopped
    match deployment.progress.phase:
        case "remove":
            return await_undoing(deployment, record, seen, now)
        case "start" if seen.created:
            return undo_creation(deployment, record, seen, now)
        case _ if seen.function is None or seen.function.state == DELETING:
            cause = f"Somebody deleted {record.target}. To have it again: gmctl undelete {record.target.id}."
            return fail(deployment, cause)
        case "start":
            return _start(deployment, seen, now)
        case "shifted" | "settle":
            return _restore_latest(deployment, seen, limits, now)
        case "published" | "activate":
            return republished(deployment, seen, limits, now)
        case "moved":
            return _clean_up(deployment, seen, now)
        case "cleaned":
            return _back(deployment, seen)
        case phase:
            raise InvariantError(f"{deployment.id} is in phase {phase}, which function rollbacks do not have")


def _refusal(deployment: Deployment, seen: LambdaObservation) -> Decision | None:
    """The end of a rollback whose last call AWS refused; a version that cannot be deleted harms nobody."""
    refused = next((intent for intent in deployment.intents if intent.error is not None), None)
    if refused is None or refused.error is None or refused.call == DELETE_VERSION:
        return None
    removed = seen.function is None and deployment.progress.phase == "remove"
    return None if removed else fail_refused(deployment, refused.error)


def _start(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    if (other := _taken_over(deployment, seen)) is not None:
        return fail(deployment, other)
    if deployment.is_requested_rollback and _runs(seen):
        assert seen.alias is not None
        return runs_already(deployment, f"The function runs {goal(deployment)} already.", _serving(seen))
    old, good = deployment.progress.values, _good_version(deployment, seen)
    values = {FAILED_VERSION: old[VERSION]} if VERSION in old and old[VERSION] != good else {}
    values |= _concurrency_before(old)
    if seen.alias is not None:
        values[OLD_VERSION] = seen.alias.version
    if good is not None:
        values[VERSION] = good
        # Lambda takes no weights beside provisioned concurrency (API_PutProvisionedConcurrencyConfig).
        weights = dict(seen.good_weights) if seen.alias is not None and seen.provisioned is None else {}
        if weights:
            values[WEIGHTS] = json.dumps(weights, sort_keys=True)
        if seen.alias is None or seen.alias.version != good or dict(seen.alias.weights) != weights:
            fresh = replace(deployment, progress=replace(deployment.progress, values=values))
            back = move_alias(fresh, seen, now, good)
            return replace(back, progress=Progress(phase="shifted", since=now, values=values))
    elif deployment.is_requested_rollback or (
        seen.alias is not None and seen.alias.version == old.get(VERSION)
    ):
        return prepare_again(deployment, seen, Progress(phase="settle", since=now, values=values))
    return Decision(
        step="keep the alias",
        because="The alias never left the version that it served before.",
        to=deployment.state,
        progress=Progress(phase="settle", since=now, values=values),
    )


def _good_version(deployment: Deployment, seen: LambdaObservation) -> str | None:
    """The version to go back to, as long as it is there."""
    if seen.good_version is not None:
        return seen.good_version.version
    return deployment.progress.values.get(OLD_VERSION) if seen.plan is None and seen.refused is None else None


def _taken_over(deployment: Deployment, seen: LambdaObservation) -> str | None:
    """Whether somebody else moved the alias after the deployment that is undone; what to say then."""
    old = deployment.progress.values
    if deployment.is_requested_rollback or seen.alias is None or VERSION not in old:
        return None
    known = {old[VERSION], old.get(OLD_VERSION), _good_version(deployment, seen)}
    if seen.alias.version in known:
        return None
    return (
        f"Somebody else moved the alias {seen.alias.name} since: it points at version {seen.alias.version}, "
        f"and the deployment published version {old[VERSION]}. It is left alone."
    )


def _runs(seen: LambdaObservation) -> bool:
    served = seen.alias is not None and not seen.alias.weights
    return served and seen.plan is not None and seen.plan.verb is Verb.NOTHING


def _restore_latest(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    deployment = with_answers(deployment)
    change = change_latest(as_it_stands(deployment, seen), seen, now) if seen.plan is not None else None
    failing = seen.function is not None and has_failed(seen.function)
    if change is not None and failing:
        return change  # what failed is being taken out piece by piece: only the last piece must succeed
    waiting = None if failing and seen.code_stays else wait_until_ready(deployment, seen, limits, now)
    if waiting is not None:
        return waiting
    if seen.refused is not None:
        return fail_impossible(deployment, seen.refused)
    if (foreign := changed_by_others(deployment, seen, limits, now)) is not None:
        return foreign
    if change is not None:
        return change
    deployment = as_it_stands(deployment, seen)
    if REPUBLISH not in deployment.progress.values:
        return _clean_up(deployment, seen, now)
    if (other := other_code(seen)) is not None:
        return fail(deployment, f"{other} It is not published.")
    return publish(deployment, seen, now)


def _concurrency_before(values: Mapping[str, str]) -> dict[str, str]:
    """What the deployment that is undone found where it set a concurrency."""
    goals = ((RESERVED, RESERVED_BEFORE, RESERVED_GOAL), (PROVISIONED, PROVISIONED_BEFORE, PROVISIONED_GOAL))
    return {goal_: values[before] for mark, before, goal_ in goals if mark in values and before in values}


def _clean_up(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    values = deployment.progress.values
    settling = (
        await_alias(deployment, seen, now, to=values.get(VERSION, ""), left=values.get(FAILED_VERSION))
        or provision(deployment, seen, now)
        or await_provisioned(deployment, seen, now)
        or reserve(deployment, seen, now)
    )
    if settling is not None:
        return settling
    failed = values.get(FAILED_VERSION)
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


def _back(deployment: Deployment, seen: LambdaObservation) -> Decision:
    wanted, alias = deployment.progress.values.get(VERSION), seen.alias
    if wanted is not None and alias is None:
        gone = f"the alias {seen.settings.get('alias', '')}".rstrip()
        cause = f"Somebody else deleted {gone} in mid-rollback: nothing serves version {wanted}."
        return fail(deployment, cause)
    if (
        wanted is not None
        and alias is not None
        and (alias.version != wanted or dict(alias.weights) != weights_in(deployment.progress.values))
    ):
        cause = (
            f"Somebody else moved the alias {alias.name} in mid-rollback: it points at version "
            f"{alias.version}, not at {wanted}."
        )
        return fail(deployment, cause)
    serving = _serving(seen) if alias is not None and seen.plan is not None else None
    return arrived(deployment, _reached(deployment, seen), serving)


def _reached(deployment: Deployment, seen: LambdaObservation) -> str:
    if seen.plan is None:
        return (
            "The alias is back where it was; $LATEST keeps what the failed deployment put there, for nobody "
            "knows what it held before."
        )
    told = f"The function is back at {goal(deployment)}."
    if seen.desired is not None and seen.code_stays:
        told = (
            "The alias and the settings are back; $LATEST keeps the code that it has, for AWS does not tell "
            "where the earlier .zip came from."
        )
    elif (other := other_code(seen)) is not None:
        told = f"{told} {other} $LATEST has it, the alias has not."
    if seen.good_weights and WEIGHTS not in deployment.progress.values:
        told = f"{told} The weights that its alias had beside it are not: {dict(seen.good_weights)}."
    if seen.plan.configuration_request:
        names = ", ".join(sorted(seen.plan.configuration_request))
        told = f"{told} Somebody else changed these settings of $LATEST meanwhile: {names}."
    return told


def _serving(seen: LambdaObservation) -> dict[str, str]:
    """The values of what the alias serves."""
    assert seen.alias is not None
    good = seen.good_version
    served = good if good is not None and good.version == seen.alias.version else seen.function
    return {VERSION: seen.alias.version, CODE_SHA256: served.code_sha256 if served is not None else ""}


def _standing(seen: LambdaObservation) -> str:
    """What lives now, in one sentence."""
    if seen.function is None:
        return "Now there is no such function."
    state = f"State {seen.function.state}, LastUpdateStatus {seen.function.last_update_status}"
    if seen.alias is None:
        return f"Now $LATEST has {state}."
    return f"Now the alias {seen.alias.name} serves version {seen.alias.version}; $LATEST has {state}."
