"""Waiting for what we made: a version that Lambda prepares (with SnapStart its snapshot), or a late look."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gitmoxi.domain.deployments import Deployment
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.explained import headline
from gitmoxi.strategies.failing import fail
from gitmoxi.strategies.lambda_observation import (
    LambdaLimits,
    LambdaObservation,
    explanations_of,
    has_failed,
    is_ready,
    next_look,
    states_of,
)
from gitmoxi.strategies.lambda_steps import VERSION

ACTIVATE = "activate"
"""The phase in which ``seen.published`` is looked at."""


def await_version(
    deployment: Deployment, seen: LambdaObservation, limits: LambdaLimits, now: datetime
) -> Decision | None:
    """Wait until the version can be invoked; None when it can."""
    number, version = deployment.progress.values[VERSION], seen.published
    if version is None:
        return fail(deployment, f"Somebody else deleted version {number}, which was just published.")
    explanations = explanations_of(version, seen.sensitive_values)
    if has_failed(version):
        cause = f"Version {number} cannot be used: {headline(explanations)}."
        return fail(deployment, cause, explanations=explanations)
    if is_ready(version):
        return None
    standing = f"Version {number} is not ready yet: {states_of(version)}."
    since = deployment.progress.since
    if since is not None and now - since >= limits.timeout:
        cause = f"{standing} That took {limits.timeout.total_seconds():.0f} s; see readinessCheck."
        return fail(deployment, cause, explanations=explanations)
    return look_for_version(deployment, limits, now, standing)


def look_for_version(deployment: Deployment, limits: LambdaLimits, now: datetime, because: str) -> Decision:
    """Look at the version again soon."""
    progress = deployment.progress
    waiting = progress if progress.phase == ACTIVATE else replace(progress, phase=ACTIVATE, since=now)
    return Decision(
        step="wait for the version",
        because=because,
        to=deployment.state,
        progress=waiting,
        look_again=next_look(waiting, limits, now),
        quiet=waiting is progress,
    )


def await_sight_of_change(deployment: Deployment, limits: LambdaLimits, now: datetime) -> Decision | None:
    """Wait for a look that shows our change; None when somebody else must have undone it."""
    progress = deployment.progress
    since = now if deployment.intents or progress.since is None else progress.since
    if now - since >= limits.timeout:
        return None
    waiting = replace(progress, since=since)
    return Decision(
        step="wait",
        because="Lambda still shows the function as it was before the change.",
        to=deployment.state,
        progress=waiting,
        look_again=next_look(waiting, limits, now),
        quiet=not deployment.intents,
    )
