"""Asking the planner for a rollback, a retry or an undeletion: audited first, made once for a request id."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from fastapi import Request, Response

from gitmoxi.contracts.messages import DeploymentRequested, RequestKind
from gitmoxi.domain.delete_guard import SHORT_SHA
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import AuditEntry
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import Target
from gitmoxi.workflow.events import outbox
from gitmoxi_api.parts import ApiParts
from gitmoxi_api.problems import ProblemError
from gitmoxi_api.target_replies import RequestedReply
from gitmoxi_api.views import target_view

_WHAT = {
    RequestKind.ROLLBACK: "asked to roll {target} back to the revision of {restored} ({commit})",
    RequestKind.RETRY: "asked to try {restored} ({commit}) of {target} again",
    RequestKind.UNDELETE: "asked to create {target} again as {restored} ({commit}) left it",
    RequestKind.DELETE: "asked to delete {target}, an orphan, last deployed by {restored} ({commit})",
}


def new_deployment_id(kind: RequestKind, about: str, request_id: str) -> str:
    """The id that the deployment has however often the same request is made; ``about`` is what it names."""
    return "d-" + hashlib.sha256(f"{kind}\n{about}\n{request_id}".encode()).hexdigest()[:20]


def led_to(reply: RequestedReply, request: Request, response: Response) -> RequestedReply:
    """``reply``, with the address of the deployment that is to be made in the ``Location`` header."""
    response.headers["Location"] = str(request.app.url_path_for("get_deployment", id=reply.deployment_id))
    return reply


async def answered_before(
    kind: RequestKind, new_id: str, deployment_id: str | None, parts: ApiParts
) -> RequestedReply | None:
    """The answer to a request that was made before, whose deployment is there.

    Raises:
        ProblemError: it was made for another revision.
    """
    head = await parts.ledger.deployment(new_id)
    if head is None or head.restores is None:
        return None
    if deployment_id not in {None, head.restores}:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"This request id was used before, for {head.restores}: take a new one for {deployment_id}.",
        )
    return RequestedReply(
        deployment_id=head.id,
        kind=kind,
        target=None if head.target is None else target_view(head.target),
        restores=head.restores,
        behind=None,
    )


async def ask(
    kind: RequestKind, new_id: str, restored: Deployment, *, by: str, parts: ApiParts
) -> RequestedReply:
    """Send a request to the planner; it waits in the outbox while the bus is away."""
    target = restored.target
    await _audit(kind, new_id, restored, by, parts)
    message = DeploymentRequested(
        kind=kind,
        target=target.id if target is not None else "",
        deployment_id=restored.id,
        new_deployment_id=new_id,
        by=by,
    )
    await parts.courier.commit([outbox(message, owner=Worker.PLANNER, ids=parts.ids, at=parts.clock.now())])
    return RequestedReply(
        deployment_id=new_id,
        kind=kind,
        target=None if target is None else target_view(target),
        restores=restored.id,
        behind=(await parts.ledger.target(target)).active_id if target is not None else None,
    )


async def _audit(kind: RequestKind, new_id: str, restored: Deployment, by: str, parts: ApiParts) -> None:
    """Written first: what nobody can find again must not change anything."""
    origin = restored.origin
    what = _WHAT[kind].format(
        target=restored.target or origin.prefix, restored=restored.id, commit=origin.commit_sha[:SHORT_SHA]
    )
    entry = AuditEntry(
        id=parts.ids.ulid(),
        at=parts.clock.now(),
        kind=f"{kind}.requested",
        summary=f"{by} {what}; deployment {new_id} does it.",
        details={
            "by": by,
            "deployment": new_id,
            "restores": restored.id,
            "target": _id_of(restored.target),
            "repository": origin.repository_url,
            "branch": origin.branch,
            "commit": origin.commit_sha,
        },
    )
    await parts.ledger.put_audit(entry)


def _id_of(target: Target | None) -> str:
    return target.id if target is not None else ""
