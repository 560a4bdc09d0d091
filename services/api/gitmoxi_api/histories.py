"""What is known of a target's past: its record, its deployments, and what each of them wanted."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.revisions import History, why_no_revision
from gitmoxi.domain.targets import Target
from gitmoxi.errors import InvalidInputError, NotFoundError
from gitmoxi.planning.desired import Desired, from_bytes
from gitmoxi.planning.recorded import artifacts_of
from gitmoxi.ports.ledger import DeploymentFilter
from gitmoxi_api.parts import ApiParts
from gitmoxi_api.problems import ProblemError, not_found
from gitmoxi_api.target_replies import AtWorkReply, RevisionReply, RevisionsReply
from gitmoxi_api.views import target_view

_AT_MOST = 200
"""Deployments of a target that are looked through for revisions."""


async def history_of(target: Target, parts: ApiParts) -> History:
    """Its record and deployments; the index may lag, so those of the record are read by their ids.

    Raises:
        ProblemError: nothing was ever deployed there.
    """
    record, found = await asyncio.gather(
        parts.ledger.target(target), parts.ledger.search(DeploymentFilter(target_id=target.id), _AT_MOST)
    )
    named = (record.active_id, record.waiting_id, record.last_good and record.last_good.deployment_id)
    missing = [id_ for id_ in named if id_ and id_ not in {head.id for head in found}]
    heads = [*found, *(await parts.ledger.deployments(missing) if missing else ())]
    if not heads:
        raise not_found(f"Nothing was ever deployed to {target}; GET /v1/targets lists what was.")
    return History(record=record, heads=sorted(heads, key=lambda head: head.created_at, reverse=True))


def chosen(history: History, deployment_id: str | None) -> Deployment:
    """The revision that is asked for, or the one that a rollback takes of itself.

    Raises:
        ProblemError: there is none such; the detail says why, and what can be done.
    """
    if deployment_id is None:
        head, because = suggestion(history)
        if head is None:
            raise ProblemError(HTTPStatus.CONFLICT, because)
        return head
    target = history.record.target
    found = next((head for head in history.heads if head.id == deployment_id), None)
    if found is None:
        raise not_found(
            f"There is no deployment {deployment_id} of {target}; GET /v1/targets/{target.id}/revisions "
            "lists those that one can go back to."
        )
    if (refusal := why_no_revision(found, target.id)) is not None:
        raise ProblemError(HTTPStatus.CONFLICT, refusal)
    return found


def suggestion(history: History) -> tuple[Deployment | None, str]:
    """The revision that a rollback goes back to of itself, and why that one; or None, and why none."""
    target, good, unsettled = history.record.target, history.good, history.unsettled
    if (deletion := history.deletion) is not None:
        return None, (
            f"{target} was deleted by {deletion.id}. `gmctl undelete {target.id}` creates it again from its "
            "last revision."
        )
    if good is None:
        return None, f"No deployment of {target} ever succeeded, so there is no revision to go back to."
    if unsettled is not None:
        what = "is changing it now" if not unsettled.state.terminal else f"ended as {unsettled.state}"
        return good, f"{unsettled.id} {what}; {good.id} is the last one that succeeded before."
    if (previous := history.previous) is not None:
        return previous, f"{good.id} runs now; {previous.id} is the last other one that succeeded before it."
    return None, (
        f"No revision before the one that runs now ({good.id}) is known: {target} ran nothing else under "
        "Gitmoxi yet."
    )


async def revisions_view(history: History, limit: int, parts: ApiParts) -> RevisionsReply:
    """The newest revisions, what they run, and which a rollback takes."""
    head, because = suggestion(history)
    deletion, record = history.deletion, history.record
    views = (revision_view(history, revision, parts) for revision in history.revisions[:limit])
    return RevisionsReply(
        target=target_view(record.target),
        active=_at_work(history, record.active_id),
        waiting=_at_work(history, record.waiting_id),
        deleted_by=deletion.id if deletion is not None else None,
        suggested=head.id if head is not None else None,
        because=because,
        revisions=tuple(await asyncio.gather(*views)),
    )


async def revision_view(history: History, head: Deployment, parts: ApiParts) -> RevisionReply:
    """One revision; without its artifacts if its documents cannot be read any more."""
    origin, running, desired = head.origin, history.running, await recorded(head, parts)
    return RevisionReply(
        deployment_id=head.id,
        commit=origin.commit_sha,
        repository=origin.repository_url,
        branch=origin.branch,
        prefix=origin.prefix,
        at=head.ended_at or head.updated_at,
        artifacts=artifacts_of(desired) if desired is not None else (),
        running=running is not None and running.id == head.id,
        restores=head.restores,
        requested_by=head.requested_by,
    )


async def recorded(head: Deployment, parts: ApiParts) -> Desired | None:
    """The documents that a deployment wanted; None if they are gone."""
    if head.desired is None:
        return None
    try:
        return from_bytes(await parts.bodies.get(head.desired))
    except (NotFoundError, InvalidInputError):
        return None


def _at_work(history: History, deployment_id: str | None) -> AtWorkReply | None:
    head = next((head for head in history.heads if head.id == deployment_id), None)
    if head is None:
        return None
    return AtWorkReply(deployment_id=head.id, state=head.state, verb=head.verb, because=head.because)
