"""How rollbacks end: what they reached, or why not, what stands now and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.strategies.decision import Decision

UNSEEN = timedelta(minutes=1)
"""So long a target that was just made may be missing from what AWS describes (eventual consistency)."""

_LOOK = timedelta(seconds=5)


def goal(deployment: Deployment) -> str:
    """The revision that is brought back, as a part of a sentence."""
    if deployment.is_requested_rollback:
        return f"the revision of deployment {deployment.restores}"
    return "its last good revision"


def arrived(deployment: Deployment, because: str, values: Mapping[str, str] | None = None) -> Decision:
    """The end of a rollback that reached its goal; ``values`` are those that the goal has now.

    A requested one keeps them, for it may itself be what somebody asks for later.
    """
    told = because if deployment.cause is None else f"{because} {deployment.cause}"
    return Decision(
        step="finish",
        because=told,
        to=deployment.ending or State.ROLLED_BACK,
        progress=_keeping(deployment, values or {}),
        last_good=dict(values) if values is not None else None,
    )


def _keeping(deployment: Deployment, values: Mapping[str, str]) -> Progress:
    progress = deployment.progress
    if not deployment.is_requested_rollback:
        return progress
    return replace(progress, values={**progress.values, **values})


def runs_already(deployment: Deployment, because: str, values: Mapping[str, str]) -> Decision:
    """The end where nothing had to be done: as if it had been undone, or a request that was met before."""
    end = arrived(deployment, because, values)
    return end if not deployment.is_requested_rollback else replace(end, step="compare", to=State.NO_CHANGE)


def with_standing(decision: Decision, standing: str) -> Decision:
    """A rollback that is given up tells what stands now."""
    if decision.to is not State.ROLLBACK_FAILED:
        return decision
    return replace(decision, because=f"{decision.because} {standing}")


def await_sight(deployment: Deployment, record: TargetRecord, now: datetime) -> Decision:
    """What was made and is not described is gone, or not there yet: only time tells."""
    since = deployment.progress.since or now
    if now - since >= UNSEEN:
        return arrived(deployment, f"{record.target} does not exist: nothing is left to undo.")
    return Decision(
        step="wait",
        because=f"AWS does not describe {record.target}, which was just made: it is looked for again.",
        to=deployment.state,
        progress=replace(deployment.progress, since=since),
        look_again=_LOOK,
        quiet=deployment.progress.since is not None,
    )
