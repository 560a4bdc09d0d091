"""Deleting an ECS service whose definition file is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_observation import EcsObservation
from gitmoxi.strategies.failing import changed, fail, fail_refused
from gitmoxi.strategies.ownership import not_ours

DELETE = "ecs:DeleteService"

DRAIN_TIMEOUT = timedelta(minutes=10)
"""Tasks get at most 120 s from SIGTERM to SIGKILL; a load balancer's deregistration 300 s by default."""

DRAIN_LOOK = timedelta(seconds=5)
"""ECS sends no event when a service has become INACTIVE."""


def decide_deletion(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, now: datetime
) -> Decision:
    """The next step of deleting a service. Only what carries our tag is ever deleted."""
    if seen.service is None or seen.service.status == "INACTIVE":
        because = f"{record.target} is gone."
        return Decision(step="finish", because=because, to=State.SUCCEEDED, progress=deployment.progress)
    refused = next((intent.error for intent in deployment.intents if intent.error is not None), None)
    if refused is not None:
        return fail_refused(deployment, refused, rollback=False)
    if deployment.progress.phase == "start":
        return _start(deployment, record, seen, now)
    return _drain(deployment, record, now)


def _start(deployment: Deployment, record: TargetRecord, seen: EcsObservation, now: datetime) -> Decision:
    if not seen.owned:
        return fail(deployment, not_ours(record.target))
    draining = Progress(phase="drain", since=now, values=deployment.progress.values)
    if seen.service is not None and seen.service.status == "DRAINING":
        because = f"{record.target} is being deleted already."
        return Decision(
            step="await the deletion", because=because, to=deployment.state, progress=changed(draining)
        )
    return Decision(
        step="delete the service",
        because=f"The definition file of {record.target} was deleted.",
        to=deployment.state,
        progress=changed(draining),
        actions=(Action(call=DELETE),),
    )


def _drain(deployment: Deployment, record: TargetRecord, now: datetime) -> Decision:
    since = deployment.progress.since
    if since is not None and now - since >= DRAIN_TIMEOUT:
        cause = f"{record.target} still drains after {DRAIN_TIMEOUT.total_seconds():.0f} s."
        return fail(deployment, cause, rollback=False)
    return Decision(
        step="wait",
        because=f"{record.target} is draining its tasks.",
        to=deployment.state,
        progress=deployment.progress,
        look_again=DRAIN_LOOK,
        quiet=True,
    )
