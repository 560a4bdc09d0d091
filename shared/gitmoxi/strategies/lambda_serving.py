"""From the moved alias to the end of a deployment: concurrency, and the versions nobody needs any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.sensitive import redact
from gitmoxi.domain.states import State
from gitmoxi.explaining.explaining import explain
from gitmoxi.planning.lambda_concurrency import FAILED, READY
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import changed, fail
from gitmoxi.strategies.lambda_foreign import answer_foreign
from gitmoxi.strategies.lambda_observation import FIRST_LOOK, LambdaObservation
from gitmoxi.strategies.lambda_steps import (
    CODE_SHA256,
    DELETE_PROVISIONED,
    DELETE_VERSION,
    OLD_VERSION,
    PROVISIONED,
    PROVISIONED_BEFORE,
    PUT_PROVISIONED,
    VERSION,
    act,
    alias_standing,
    move_alias,
    reserve,
    weights_in,
)
from gitmoxi.validation.lambda_depdef import NONE

PROVISIONING_TIMEOUT: Final = timedelta(minutes=20)
"""Lambda prepares up to 6,000 environments a minute, each of which runs the function's own start
("Configuring provisioned concurrency for a function", AWS Lambda Developer Guide)."""

PROVISIONING_LOOK: Final = timedelta(seconds=30)
"""Lambda sends no event when it has provisioned."""

SIGHT: Final = timedelta(seconds=10)
"""Reads may lag behind a change for a moment; after that, somebody else has undone it."""

MOST_DELETED_AT_ONCE: Final = 5
"""Calls of one step, so that its record stays small and a tick ends within its lease."""

DELETED: Final = "deleted"
"""Progress value: the versions whose deletion was asked for; a stale list shows them for a while."""


def serve(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    """The next step once the alias was told to serve the version: what is left of it, or the end."""
    values = deployment.progress.values
    waiting = await_alias(deployment, seen, now, to=values[VERSION], left=values.get(OLD_VERSION))
    if waiting is not None:
        return waiting
    if (moved := _moved_by_others(deployment, seen, now)) is not None:
        return moved
    return (
        provision(deployment, seen, now)
        or await_provisioned(deployment, seen, now)
        or reserve(deployment, seen, now)
        or _prune(deployment, seen, now)
        or _finish(deployment, seen)
    )


def await_alias(
    deployment: Deployment, seen: LambdaObservation, now: datetime, *, to: str, left: str | None
) -> Decision | None:
    """Wait for the weights that Lambda itself gives an alias while its provisioned concurrency moves.

    ``to`` is the version that the alias was moved to, ``left`` the one before. None when there are no such
    weights. PutProvisionedConcurrencyConfig is refused for as long as there are.
    """
    alias = seen.alias
    if alias is None or not alias.weights or seen.provisioned is None:
        return None
    if dict(alias.weights) == weights_in(deployment.progress.values):
        return None
    if not {alias.version, *alias.weights} <= {to, left}:
        return None
    because = (
        f"Lambda is moving the provisioned concurrency of the alias {alias.name} to version {to}: the alias "
        f"still serves versions {_listed((alias.version, *alias.weights))}."
    )
    return _wait(deployment, now, because)


def provision(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    """Set or take away the alias's provisioned concurrency; None when it is as wanted."""
    wanted = seen.plan.concurrency.provisioned if seen.plan is not None else None
    if wanted is None or seen.alias is None or PROVISIONED in deployment.progress.values:
        return None
    held = NONE if seen.provisioned is None else str(seen.provisioned.requested)
    values = {**deployment.progress.values, PROVISIONED: str(wanted), PROVISIONED_BEFORE: held}
    action = Action(call=PUT_PROVISIONED, arguments={PROVISIONED: str(wanted)})
    if wanted == NONE:
        action = Action(call=DELETE_PROVISIONED)
    return act(
        replace(deployment, progress=replace(deployment.progress, values=values)),
        now,
        phase=deployment.progress.phase,
        step="set the provisioned concurrency",
        because=f"The provisioned concurrency of the alias {seen.alias.name} is {held}; {wanted} is wanted.",
        action=action,
    )


def await_provisioned(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    """Wait until the alias's provisioned concurrency is READY; None when it is, or there is none."""
    asked, found = deployment.progress.values.get(PROVISIONED, NONE), seen.provisioned
    if found is None:
        hidden = asked != NONE  # a list that is read just after the change need not show it
        return _wait(deployment, now, f"Lambda does not show the {asked} executions yet.") if hidden else None
    if found.status == FAILED:
        explanations = explain(events=[redact(found.reason, seen.sensitive_values)])
        cause = (
            f"Lambda cannot provision the {found.requested} executions of the alias, {found.allocated} are "
            f"there: {found.reason or 'it gave no reason'}"
        )
        return fail(deployment, cause, explanations=explanations)
    if found.status == READY:
        return None
    because = f"Lambda has provisioned {found.allocated} of {found.requested} executions for the alias."
    return _wait(deployment, now, because)


def _wait(deployment: Deployment, now: datetime, because: str) -> Decision:
    progress = deployment.progress
    since = now if deployment.intents or progress.since is None else progress.since
    if now - since >= PROVISIONING_TIMEOUT:
        minutes = PROVISIONING_TIMEOUT.total_seconds() / 60
        return fail(deployment, f"{because} It has not ended after {minutes:.0f} minutes.")
    return Decision(
        step="wait for the provisioned concurrency",
        because=because,
        to=deployment.state,
        progress=replace(progress, since=since),
        look_again=min(PROVISIONING_LOOK, max(FIRST_LOOK, now - since)),
        quiet=not deployment.intents and progress.since is not None,
    )


def _moved_by_others(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    alias, version = seen.alias, deployment.progress.values[VERSION]
    if alias is not None and alias.version == version and not alias.weights:
        return None
    since = deployment.progress.since or now
    shown = alias.version if alias is not None else None
    if shown == deployment.progress.values.get(OLD_VERSION) and now - since < SIGHT:
        return Decision(
            step="wait",
            because=f"Lambda still shows the alias as it was before its move to version {version}.",
            to=deployment.state,
            progress=deployment.progress,
            look_again=FIRST_LOOK,
            quiet=not deployment.intents,
        )
    standing = "is gone" if alias is None else f"points at version {_listed(alias_standing(alias).split())}"
    told = f"Somebody else moved the alias: it {standing}, not at version {version}"
    answer = answer_foreign(deployment, seen, now, told)
    if answer.to is not deployment.state:
        return answer
    moving = move_alias(replace(deployment, progress=answer.progress), seen, now, version)
    return replace(moving, because=f"{answer.because} {moving.because}")


def _prune(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    """Delete versions that nobody needs; one that cannot be deleted is no failure."""
    if any(intent.call == DELETE_VERSION and intent.error for intent in deployment.intents):
        return None
    asked = deployment.progress.values.get(DELETED, "").split()
    batch = [version for version in seen.superfluous if version not in asked][:MOST_DELETED_AT_ONCE]
    if not batch:
        return None
    values = {**deployment.progress.values, DELETED: " ".join((*asked, *batch))}
    actions = tuple(Action(call=DELETE_VERSION, arguments={VERSION: version}) for version in batch)
    decision = act(
        replace(deployment, progress=replace(deployment.progress, values=values)),
        now,
        phase=deployment.progress.phase,
        step="delete old versions",
        because=(
            f"Gitmoxi published version {_listed(batch)} before those that are kept "
            f"(versionsToKeep is {seen.settings.get('versionsToKeep', 5)}), and no alias uses it."
        ),
        action=actions[0],
    )
    return replace(decision, actions=actions)


def _finish(deployment: Deployment, seen: LambdaObservation) -> Decision:
    values, alias = deployment.progress.values, seen.alias
    assert alias is not None
    because = f"The alias {alias.name} points at version {values[VERSION]}."
    if seen.provisioned is not None:
        because = f"{because[:-1]}, and {seen.provisioned.requested} executions are provisioned for it."
    stays = [intent for intent in deployment.intents if intent.call == DELETE_VERSION and intent.error]
    if stays:
        versions = _listed(intent.arguments[VERSION] for intent in stays)
        because = f"{because} The old version {versions} could not be deleted: {stays[0].error}"
    return Decision(
        step="finish",
        because=because,
        to=State.SUCCEEDED,
        progress=changed(deployment.progress),
        last_good={VERSION: values[VERSION], CODE_SHA256: values.get(CODE_SHA256, "")},
    )


def _listed(versions: Iterable[str]) -> str:
    return ", ".join(versions)
