"""Publishing the version to go back to again, where it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.failing import fail
from gitmoxi.strategies.lambda_activation import ACTIVATE, await_version, look_for_version
from gitmoxi.strategies.lambda_observation import ACTIVE, LambdaLimits, LambdaObservation
from gitmoxi.strategies.lambda_steps import CODE_SHA256, STATE, VERSION, move_alias
from gitmoxi.strategies.rollback_ends import goal

FAILED_VERSION = "failed_version"
"""Progress value: the version that the failed deployment published."""

REPUBLISH = "republish"
"""Progress value, ``yes``: the version to go back to is gone, and is published again."""


def prepare_again(deployment: Deployment, seen: LambdaObservation, fresh: Progress) -> Decision:
    """Bring $LATEST to what the version held, as far as that is known."""
    if seen.desired is None or seen.code_stays:
        serves = f"version {seen.alias.version}" if seen.alias is not None else "nothing"
        return fail(deployment, f"The alias serves {serves}, and no earlier version is known.")
    return Decision(
        step="prepare the version again",
        because=f"The version of {goal(deployment)} is gone: it is published again from its documents.",
        to=deployment.state,
        progress=replace(fresh, values={**fresh.values, REPUBLISH: "yes"}),
    )


def other_code(seen: LambdaObservation) -> str | None:
    """What to say where the package is another than the one that was deployed under its name."""
    expected = seen.good_code_sha256
    if expected is None or seen.function is None or seen.function.code_sha256 == expected:
        return None
    return (
        f"The package that the recorded documents name has changed since: its code has SHA-256 "
        f"{seen.function.code_sha256}, {expected} was deployed."
    )


def republished(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision:
    """Move the alias to the version once it can be invoked."""
    if deployment.progress.phase == ACTIVATE:
        return await_version(deployment, seen, limits, now) or _serve(deployment, seen, now)
    made = deployment.intents[0].result or {}
    values = {**deployment.progress.values, VERSION: made[VERSION], CODE_SHA256: made[CODE_SHA256]}
    if values.get(FAILED_VERSION) == made[VERSION]:
        del values[FAILED_VERSION]  # Lambda makes no second version of what is equal
    made_again = replace(deployment, progress=replace(deployment.progress, values=values))
    if made.get(STATE) == ACTIVE:
        return _serve(made_again, seen, now)
    return look_for_version(made_again, limits, now, f"Version {made[VERSION]} is published.")


def _serve(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision:
    moved = move_alias(deployment, seen, now, deployment.progress.values[VERSION])
    return replace(moved, progress=replace(moved.progress, phase="moved"))
