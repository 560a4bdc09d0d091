"""Targets: finding them by what people call them, their revisions, and asking for one of these."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from gitmoxi.contracts.messages import RequestKind
from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.revisions import History
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target, parse_target_id
from gitmoxi.planning.recorded import recorded_differences
from gitmoxi.workflow.owning import KnownTarget, owned_targets
from gitmoxi_api.asking import answered_before, ask, led_to, new_deployment_id
from gitmoxi_api.finding import find_targets
from gitmoxi_api.histories import chosen, history_of, recorded, revision_view, revisions_view
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented
from gitmoxi_api.requests import Limit, RevisionRequest, TargetId
from gitmoxi_api.target_replies import (
    KnownTargetReply,
    RequestedReply,
    RevisionDetailsReply,
    RevisionsReply,
    TargetsReply,
)
from gitmoxi_api.views import difference_view, target_view

router = APIRouter(prefix="/v1/targets", tags=["targets"])

RevisionId = Annotated[str, Path(pattern=r"^[\w-]{1,64}$", examples=["d-0f9b1c2d3e4f5a6b7c8d"])]
TargetName = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=512,
        description="its id, name, cluster/name, ARN, or the path-prefix of its files",
        examples=["prod/web"],
    ),
]


@router.get("", summary="Find targets", responses=documented())
async def list_targets(parts: Parts, name: TargetName = None) -> TargetsReply:
    """Those that a name stands for, deleted ones too; without a name all that path-prefixes own."""
    if name is None:
        found, similar = await owned_targets(parts.ledger), list[str]()
    else:
        found, similar = await find_targets(name.strip().strip("/"), parts.ledger)
    return TargetsReply(targets=tuple(map(_known_view, found)), similar=tuple(similar))


@router.get(
    "/{id:path}/revisions",
    summary="The revisions that a target can go back to",
    responses=documented(HTTPStatus.NOT_FOUND),
)
async def list_revisions(id: TargetId, parts: Parts, limit: Limit = 10) -> RevisionsReply:  # noqa: A002 - the path's name
    """What ran well, newest first; and which of them a rollback takes of itself."""
    return await revisions_view(await history_of(parse_target_id(id), parts), limit, parts)


@router.get(
    "/{id:path}/revisions/{deployment_id}",
    summary="What going back to a revision would change",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def get_revision(id: TargetId, deployment_id: RevisionId, parts: Parts) -> RevisionDetailsReply:  # noqa: A002 - the path's name
    """Its recorded documents against those that ran well last; what lives is compared when it is planned."""
    history = await history_of(parse_target_id(id), parts)
    head = chosen(history, deployment_id)
    wanted = await recorded(head, parts)
    now = await recorded(history.good, parts) if history.good is not None else None
    differences = recorded_differences(wanted, now) if wanted is not None and now is not None else ()
    return RevisionDetailsReply(
        target=target_view(history.record.target),
        revision=await revision_view(history, head, parts),
        differences=tuple(map(difference_view, differences)),
    )


@router.post(
    "/{id:path}/rollback",
    status_code=HTTPStatus.ACCEPTED,
    summary="Bring an earlier revision of a target back",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def rollback(
    id: TargetId,  # noqa: A002 - the path's name
    body: RevisionRequest,
    parts: Parts,
    request: Request,
    response: Response,
) -> RequestedReply:
    """Asks the planner for a deployment that does it; without `deployment_id` the API chooses the revision.

    A deployment that is under way is not interrupted: the rollback waits for its end.
    """
    reply = await _revision(RequestKind.ROLLBACK, parse_target_id(id), body, parts)
    return led_to(reply, request, response)


@router.post(
    "/{id:path}/undelete",
    status_code=HTTPStatus.ACCEPTED,
    summary="Create a deleted target again",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def undelete(
    id: TargetId,  # noqa: A002 - the path's name
    body: RevisionRequest,
    parts: Parts,
    request: Request,
    response: Response,
) -> RequestedReply:
    """From its last recorded documents, or those of `deployment_id`; refused while the target exists."""
    reply = await _revision(RequestKind.UNDELETE, parse_target_id(id), body, parts)
    return led_to(reply, request, response)


async def _revision(
    kind: RequestKind, target: Target, body: RevisionRequest, parts: ApiParts
) -> RequestedReply:
    new_id = new_deployment_id(kind, target.id, body.request_id or parts.ids.ulid())
    before = await answered_before(kind, new_id, body.deployment_id, parts)
    if before is not None:
        return before
    history = await history_of(target, parts)
    find = _to_roll_back_to if kind is RequestKind.ROLLBACK else _to_create_again
    return await ask(kind, new_id, find(history, body.deployment_id), by=body.by, parts=parts)


def _to_roll_back_to(history: History, deployment_id: str | None) -> Deployment:
    record, by_id = history.record, {head.id: head for head in history.heads}
    for standing in (by_id.get(record.active_id or ""), by_id.get(record.waiting_id or "")):
        if standing is not None and _goes_back(standing) and deployment_id in {None, standing.restores}:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                f"{record.target} is on its way back already: {standing.id} is {standing.state}. "
                f"{standing.because}",
            )
    if (deletion := history.deletion) is not None:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"{record.target} was deleted by {deletion.id}. `gmctl undelete {record.target.id}` creates it "
            "again.",
        )
    return chosen(history, deployment_id)


def _to_create_again(history: History, deployment_id: str | None) -> Deployment:
    target = history.record.target
    if deployment_id is not None:
        return chosen(history, deployment_id)
    if not history.revisions:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"No deployment of {target} ever succeeded: nothing is known to create it from.",
        )
    return history.revisions[0]


def _goes_back(head: Deployment) -> bool:
    return head.state is State.ROLLING_BACK or head.verb is Verb.ROLLBACK


def _known_view(known: KnownTarget) -> KnownTargetReply:
    return KnownTargetReply(
        target=target_view(known.target),
        repository=known.repository_url,
        branch=known.branch,
        prefix=known.prefix,
        owned=known.owned,
    )
