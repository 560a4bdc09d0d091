"""Undoing the first creation of an ECS service: it is removed, or kept without tasks for a look."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.ecs_deleting import DELETE, DRAIN_LOOK, DRAIN_TIMEOUT
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of
from gitmoxi.strategies.failing import fail
from gitmoxi.strategies.rollback_ends import arrived, await_sight

SCALE_TO_ZERO = "ecs:UpdateService(desiredCount=0)"


def undo_creation(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """Take away what the failed deployment made, as ``deleteNewUponFailure`` says."""
    service, target = seen.service, record.target
    if service is None:
        return await_sight(deployment, record, now)
    if service.status == "INACTIVE":
        return arrived(deployment, f"{target} is deleted: nothing is left to undo.")
    removing = Progress(phase="remove", since=now, values=deployment.progress.values)
    if service.status == "DRAINING":
        return Decision(
            step="await the deletion",
            because=f"{target} is being deleted already.",
            to=deployment.state,
            progress=removing,
        )
    if not seen.owned:
        cause = f"{target} does not carry this installation's tag {OWNER_TAG} and is left alone."
        return fail(deployment, cause)
    delete = limits.delete_failed_create
    if not delete and service.document.get("schedulingStrategy") == "DAEMON":
        cause = (
            "deleteNewUponFailure is false, and ECS takes no desired count for a DAEMON service: it stays as "
            "it is."
        )
        return fail(deployment, cause)
    return Decision(
        step="remove the failed service" if delete else "scale the failed service to 0",
        because=f"The first creation of {target} failed; deleteNewUponFailure is {str(delete).lower()}.",
        to=deployment.state,
        progress=removing,
        actions=(Action(call=DELETE if delete else SCALE_TO_ZERO),),
    )


def await_removal(
    deployment: Deployment, record: TargetRecord, seen: EcsObservation, now: datetime
) -> Decision:
    """Wait until the failed service is gone, or without tasks."""
    service, since = seen.service, deployment.progress.since
    if service is None or service.status == "INACTIVE":
        return arrived(deployment, f"The failed {record.target} is removed.")
    counts = ("desiredCount", "runningCount", "pendingCount")
    if service.status == "ACTIVE" and not any(count_of(service.document, name) for name in counts):
        return arrived(deployment, f"The failed {record.target} is scaled to 0 for a look.")
    if since is not None and now - since >= DRAIN_TIMEOUT:
        seconds = DRAIN_TIMEOUT.total_seconds()
        return fail(deployment, f"{record.target} still stops its tasks after {seconds:.0f} s.")
    return Decision(
        step="wait",
        because=f"{record.target} is stopping its tasks.",
        to=deployment.state,
        progress=deployment.progress,
        look_again=DRAIN_LOOK,
        quiet=True,
    )
