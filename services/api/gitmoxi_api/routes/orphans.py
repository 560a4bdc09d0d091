"""Orphans: targets that run on though no definition file stands for them, and asking for their deletion."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from gitmoxi.contracts.messages import RequestKind
from gitmoxi.domain.records import Orphan
from gitmoxi.domain.revisions import why_no_orphan
from gitmoxi.domain.targets import parse_target_id
from gitmoxi_api.asking import answered_before, ask, led_to, new_deployment_id
from gitmoxi_api.histories import history_of
from gitmoxi_api.orphan_replies import OrphanReply, OrphansReply
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented
from gitmoxi_api.requests import RetryRequest, TargetId
from gitmoxi_api.target_replies import RequestedReply
from gitmoxi_api.views import target_view

router = APIRouter(prefix="/v1/orphans", tags=["orphans"])


@router.get("", summary="List the orphans", responses=documented())
async def list_orphans(parts: Parts) -> OrphansReply:
    """Targets that Gitmoxi deployed, that were not deleted, and that no definition file stands for."""
    found = await parts.ledger.orphans()
    return OrphansReply(orphans=tuple([await _view(orphan, parts) for orphan in found]))


@router.post(
    "/{id:path}/delete",
    status_code=HTTPStatus.ACCEPTED,
    summary="Delete an orphan",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def delete_orphan(
    id: TargetId,  # noqa: A002 - the path's name
    body: RetryRequest,
    parts: Parts,
    request: Request,
    response: Response,
) -> RequestedReply:
    """Asks the planner for a deployment that deletes it, if it still carries this installation's tag.

    The limits on deletions do not count: a person asks for exactly this one.
    """
    target = parse_target_id(id)
    new_id = new_deployment_id(RequestKind.DELETE, target.id, body.request_id or parts.ids.ulid())
    reply = await answered_before(RequestKind.DELETE, new_id, None, parts)
    if reply is None:
        history = await history_of(target, parts)
        if await parts.ledger.orphan(target) is None:
            raise ProblemError(HTTPStatus.CONFLICT, why_no_orphan(target))
        reply = await ask(RequestKind.DELETE, new_id, history.heads[0], by=body.by, parts=parts)
    return led_to(reply, request, response)


async def _view(orphan: Orphan, parts: ApiParts) -> OrphanReply:
    record = await parts.ledger.target(orphan.target)
    return OrphanReply(
        target=target_view(orphan.target),
        repository=orphan.claim.repository_url,
        branch=orphan.claim.branch,
        prefix=orphan.claim.prefix,
        since=orphan.since,
        because=orphan.because,
        deployment_id=orphan.deployment_id,
        in_line=record.active_id or record.waiting_id,
    )
