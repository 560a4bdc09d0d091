"""Trying a deployment again that failed: asked of the planner, which takes the files of the same commit."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from gitmoxi.contracts.messages import RequestKind
from gitmoxi.domain.delete_guard import SHORT_SHA
from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.revisions import why_no_retry
from gitmoxi.ports.ledger import DeploymentFilter
from gitmoxi_api.asking import answered_before, ask, led_to, new_deployment_id
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented, not_found
from gitmoxi_api.requests import RetryRequest
from gitmoxi_api.target_replies import RequestedReply

router = APIRouter(prefix="/v1/deployments", tags=["deployments"])

_AT_MOST = 500
"""Newest deployments of the branch that are looked through; the line itself refuses what is too old."""


@router.post(
    "/{id}/retry",
    status_code=HTTPStatus.ACCEPTED,
    summary="Try a deployment again that failed",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def retry(
    id: Annotated[str, Path(pattern=r"^[\w-]{1,64}$", examples=["d-0f9b1c2d3e4f5a6b7c8d"])],  # noqa: A002 - the path's name
    body: RetryRequest,
    parts: Parts,
    request: Request,
    response: Response,
) -> RequestedReply:
    """The same files of the same commit; a rollback is asked for anew. Refused once a newer commit came."""
    failed = await parts.ledger.deployment(id)
    if failed is None:
        raise not_found(f"There is no deployment {id}; GET /v1/deployments lists the newest.")
    kind = RequestKind.ROLLBACK if failed.verb is Verb.ROLLBACK else RequestKind.RETRY
    new_id = new_deployment_id(kind, failed.id, body.request_id or parts.ids.ulid())
    reply = await answered_before(kind, new_id, None, parts)
    if reply is None:
        restored = await _checked(failed, parts)
        reply = await ask(kind, new_id, restored, by=body.by, parts=parts)
    return led_to(reply, request, response)


async def _checked(failed: Deployment, parts: ApiParts) -> Deployment:
    """What is to be tried again: for a rollback the revision that it was to bring back."""
    if (refusal := why_no_retry(failed)) is not None:
        raise ProblemError(HTTPStatus.CONFLICT, refusal)
    if failed.verb is not Verb.ROLLBACK:
        await _check_newest(failed, parts)
        return failed
    restored = await parts.ledger.deployment(failed.restores or "")
    if restored is None:
        raise not_found(f"The revision that {failed.id} was to bring back is not known any more.")
    return restored


async def _check_newest(failed: Deployment, parts: ApiParts) -> None:
    """Refuse a retry beside a newer commit of the same object: it would bring older files back."""
    origin = failed.origin
    of_branch = DeploymentFilter(repository_id=origin.repository_id, branch=origin.branch)
    for other in await parts.ledger.search(of_branch, _AT_MOST):
        same = other.origin.prefix == origin.prefix and other.restores is None
        if same and other.origin.seq > origin.seq:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                f"Commit {other.origin.commit_sha[:SHORT_SHA]} of {origin.branch} is newer and changed "
                f"{origin.prefix} too ({other.id}, {other.state}): deploy that one instead, or go back with "
                "`gmctl rollback`.",
            )
