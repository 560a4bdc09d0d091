"""Streams: steps of deployments as they are committed, as server-sent events."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented, not_found
from gitmoxi_api.replies import DeploymentReply
from gitmoxi_api.requests import BranchName, RepositoryId
from gitmoxi_api.routes.deployments import DeploymentId
from gitmoxi_api.streaming.response import MEDIA_TYPE, EventStream

router = APIRouter(prefix="/v1", tags=["streams"])

LastEventId = Annotated[
    str | None, Header(max_length=64, description="the last event that was received; what came after is sent")
]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `live`, `deployment`, `step` and `end`, each with JSON; comments between them",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/deployments/{id}/stream",
    summary="The steps of a deployment as they are committed",
    responses=_STREAM | documented(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    status_code=HTTPStatus.OK,
    response_class=EventStream,
)
async def stream_deployment(
    id: DeploymentId,  # noqa: A002 - the path's name
    parts: Parts,
    last_event_id: LastEventId = None,
) -> EventStream:
    """`step` has the deployment and the step, and the step's version as its id; `end` is the last event."""
    head = await parts.ledger.deployment(id)
    if head is None:
        raise not_found(f"There is no deployment {id}; GET /v1/deployments lists the newest.")
    known = last_event_id or ""
    after = int(known) if known.isdecimal() else 0
    parts.streams.admit()
    return EventStream(parts.streams.of_deployment(head, after), parts.streams.leave)


@router.get(
    "/stream",
    summary="What happens to all deployments, as it is committed",
    responses=_STREAM | documented(HTTPStatus.SERVICE_UNAVAILABLE),
    status_code=HTTPStatus.OK,
    response_class=EventStream,
)
async def stream_fleet(
    parts: Parts,
    repository: Annotated[RepositoryId | None, Query(description="only of this repository")] = None,
    branch: Annotated[BranchName | None, Query(description="only of this branch")] = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """First `deployment` for each that is under way, then `live`, then `step` for each that is committed."""

    def wanted(head: DeploymentReply) -> bool:
        return repository in {None, head.repository_id} and branch in {None, head.branch}

    parts.streams.admit()
    return EventStream(parts.streams.of_fleet(wanted, last_event_id), parts.streams.leave)
