"""The steps that deploying and rolling back a function share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.records import TargetRecord
from gitmoxi.errors import InvariantError
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.explained import headline
from gitmoxi.strategies.failing import changed, fail
from gitmoxi.strategies.lambda_observation import (
    LambdaLimits,
    LambdaObservation,
    explanations_of,
    has_failed,
    is_ready,
    next_look,
    states_of,
)
from gitmoxi.validation.lambda_depdef import NONE

CREATE = "lambda:CreateFunction"
UPDATE_CODE = "lambda:UpdateFunctionCode"
UPDATE_CONFIGURATION = "lambda:UpdateFunctionConfiguration"
PUBLISH = "lambda:PublishVersion"
CREATE_ALIAS = "lambda:CreateAlias"
UPDATE_ALIAS = "lambda:UpdateAlias"
DELETE_VERSION = "lambda:DeleteFunction(version)"
DELETE = "lambda:DeleteFunction"
PUT_RESERVED = "lambda:PutFunctionConcurrency"
DELETE_RESERVED = "lambda:DeleteFunctionConcurrency"
PUT_PROVISIONED = "lambda:PutProvisionedConcurrencyConfig"
DELETE_PROVISIONED = "lambda:DeleteProvisionedConcurrencyConfig"
TAG = "lambda:TagResource"
UNTAG = "lambda:UntagResource"

VERSION = "version"
"""Progress, argument and last-good value: a published version's number."""

CODE_SHA256 = "code_sha256"
"""Argument and last-good value: the hash of the code, as Lambda gives it."""

STATE = "state"
"""Result value: how a version stood when it was published; empty if AWS did not say."""

OLD_VERSION = "old_version"
"""Progress value: the version that the alias pointed at before."""

CODE, CONFIGURATION, TAGS, OLD_TAGS = "code", "configuration", "tags", "old_tags"
"""Progress values that mark a part of $LATEST as asked for, so that it is asked for once."""

RESERVED, PROVISIONED = "reserved", "provisioned"
"""Progress values that mark a concurrency as asked for, and arguments: the number of executions."""

RESERVED_BEFORE, PROVISIONED_BEFORE = "reserved_before", "provisioned_before"
"""Progress values: the concurrency that was there before we changed it, a number or ``NONE``."""

MARKS_OF = {
    CREATE: frozenset({CODE, CONFIGURATION, TAGS, OLD_TAGS}),
    UPDATE_CODE: frozenset({CODE}),
    UPDATE_CONFIGURATION: frozenset({CONFIGURATION}),
    TAG: frozenset({TAGS}),
    UNTAG: frozenset({OLD_TAGS}),
    PUT_RESERVED: frozenset({RESERVED}),
    DELETE_RESERVED: frozenset({RESERVED}),
    PUT_PROVISIONED: frozenset({PROVISIONED}),
    DELETE_PROVISIONED: frozenset({PROVISIONED}),
}
"""The parts of the function that a call brings to what is wanted."""

MARKS = frozenset().union(*MARKS_OF.values())
"""All of them."""

REMOVAL_TIMEOUT = timedelta(minutes=10)
"""Lambda deletes a function within seconds, unless it has network interfaces to give back."""

REMOVAL_LOOK = timedelta(seconds=5)
"""Lambda sends no event when a function is gone."""

MOVED_FROM = "moved_from"
"""Argument: where the alias pointed when its move was decided; see ``alias_standing``."""

WEIGHTS = "weights"
"""Argument and progress value: fractions of 1 that other versions get beside the alias's own, as JSON."""

LATEST_VERSION = "latest_version"
"""Argument: the newest version's number before we publish."""


def act(
    deployment: Deployment, now: datetime, *, phase: str, step: str, because: str, action: Action
) -> Decision:
    """Make one call and go to ``phase``, where its answer is read."""
    return Decision(
        step=step,
        because=because,
        to=deployment.state,
        progress=changed(Progress(phase=phase, since=now, values=deployment.progress.values)),
        actions=(action,),
    )


def change_latest(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    """The next change that $LATEST needs, code before configuration; None when it is as wanted."""
    plan, function = seen.plan, seen.function
    if plan is None or function is None:
        raise InvariantError(f"{deployment.id} was observed without its plan or function")
    done = deployment.progress.values
    if plan.code_changed and CODE not in done:
        because = "The code differs from the last good deployment's."
        return change(deployment, seen, now, call=UPDATE_CODE, step="update the code", because=because)
    if plan.configuration_request and CONFIGURATION not in done:
        because = f"These settings differ: {', '.join(sorted(plan.configuration_request))}."
        step = "update the configuration"
        return change(deployment, seen, now, call=UPDATE_CONFIGURATION, step=step, because=because)
    if plan.tags_to_set and TAGS not in done:
        because = f"These tags are not as committed: {', '.join(plan.tags_to_set)}."
        return change(deployment, seen, now, call=TAG, step="tag the function", because=because)
    if plan.tags_to_remove and OLD_TAGS not in done:
        because = f"These tags left the file: {', '.join(plan.tags_to_remove)}."
        return change(deployment, seen, now, call=UNTAG, step="untag the function", because=because)
    return reserve(deployment, seen, now) if not plan.concurrency.reserved_last else None


def reserve(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    """Set or take away the function's reserved concurrency; None when it is as wanted."""
    wanted = seen.plan.concurrency.reserved if seen.plan is not None else None
    if wanted is None or seen.function is None or RESERVED in deployment.progress.values:
        return None
    live = seen.function.reserved_concurrency
    held = NONE if live is None else str(live)
    values = {**deployment.progress.values, RESERVED: "yes", RESERVED_BEFORE: held}
    marked = replace(deployment, progress=replace(deployment.progress, values=values))
    action = Action(call=PUT_RESERVED, arguments={RESERVED: str(wanted)})
    if wanted == NONE:
        action = Action(call=DELETE_RESERVED)
    return act(
        marked,
        now,
        phase="shifted" if deployment.progress.phase == "shifted" else "settle",
        step="set the reserved concurrency",
        because=f"The function's reserved concurrency is {held}; the settings want {wanted}.",
        action=action,
    )


def change(
    deployment: Deployment, seen: LambdaObservation, now: datetime, *, call: str, step: str, because: str
) -> Decision:
    """Make one change of $LATEST, mark it as asked for, and let it settle."""
    arguments = {}
    if seen.function is not None:
        arguments = {CODE_SHA256: seen.function.code_sha256}
    marks = dict.fromkeys(MARKS_OF[call], "yes")
    values = {**deployment.progress.values, **marks}
    marked = replace(deployment, progress=replace(deployment.progress, values=values))
    action = Action(call=call, arguments=arguments)
    return act(marked, now, phase="settle", step=step, because=because, action=action)


def wait_until_ready(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision | None:
    """Wait for Lambda to settle the last change; None when it has.

    A failure that was there before we changed anything is what a rollback comes to mend: it goes on.
    """
    if seen.function is None:
        return fail(deployment, "Somebody deleted the function in mid-deployment.")
    explanations = explanations_of(seen.function, seen.sensitive_values)
    if has_failed(seen.function):
        ours = deployment.progress.values.keys() & {CODE, CONFIGURATION}
        cause = f"{_what_failed(seen.function)}: {headline(explanations)}."
        return fail(deployment, cause, explanations=explanations) if ours else None
    if is_ready(seen.function):
        return None
    progress = deployment.progress
    if deployment.intents:  # the first look since the call, which throttles may have kept waiting
        progress = replace(progress, since=now)
    since = progress.since
    standing = states_of(seen.function)
    if since is not None and now - since >= limits.timeout:
        seconds = limits.timeout.total_seconds()
        cause = f"The function is not ready after {seconds:.0f} s: {standing}."
        return fail(deployment, cause, explanations=explanations)
    return Decision(
        step="wait",
        because=f"Lambda is settling the change: {standing}.",
        to=deployment.state,
        progress=progress,
        look_again=next_look(progress, limits, now),
        quiet=progress == deployment.progress,
    )


def _what_failed(function: LambdaFunction) -> str:
    return f"The function's {'state is' if function.state == 'Failed' else 'last update'} Failed"


def await_removal(deployment: Deployment, record: TargetRecord, now: datetime) -> Decision:
    """Wait for a function that was asked to be deleted to be gone."""
    since = deployment.progress.since
    if since is not None and now - since >= REMOVAL_TIMEOUT:
        seconds = REMOVAL_TIMEOUT.total_seconds()
        cause = f"Lambda has been deleting {record.target} for {seconds:.0f} s, and it still is there."
        return fail(deployment, cause, rollback=False)
    return Decision(
        step="wait",
        because=f"Lambda is deleting {record.target}.",
        to=deployment.state,
        progress=deployment.progress,
        look_again=REMOVAL_LOOK,
        quiet=True,
    )


def publish(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    """Publish what $LATEST holds; Lambda makes no new version of an unchanged one."""
    assert seen.function is not None
    arguments = {CODE_SHA256: seen.function.code_sha256, LATEST_VERSION: seen.latest_version}
    return act(
        deployment,
        now,
        phase="published",
        step="publish a version",
        because="The function is ready; a version freezes its code and configuration.",
        action=Action(call=PUBLISH, arguments=arguments),
    )


def alias_standing(alias: LambdaAlias | None) -> str:
    """Where an alias points, to be compared: the version, and what shares its traffic."""
    return "" if alias is None else " ".join((alias.version, *sorted(alias.weights)))


def weights_in(values: Mapping[str, str]) -> dict[str, float]:
    """The weights in arguments or progress values; none where they name none."""
    found: dict[str, float] = json.loads(values.get(WEIGHTS, "{}"))
    return found


def move_alias(deployment: Deployment, seen: LambdaObservation, now: datetime, version: str) -> Decision:
    """Point the alias at ``version``, making it if there is none; the progress may name weights."""
    arguments = {VERSION: version, MOVED_FROM: alias_standing(seen.alias)}
    if weights := deployment.progress.values.get(WEIGHTS):
        arguments[WEIGHTS] = weights
    if seen.alias is None:
        action, step = Action(call=CREATE_ALIAS, arguments=arguments), "create the alias"
        because = f"The alias does not exist; it starts at version {version}."
    else:
        action, step = Action(call=UPDATE_ALIAS, arguments=arguments), "move the alias"
        because = f"The alias points at version {seen.alias.version}; it goes to version {version} at once."
    return act(deployment, now, phase="shifted", step=step, because=because, action=action)
