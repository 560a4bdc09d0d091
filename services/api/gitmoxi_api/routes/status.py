"""All targets at a glance, from what is recorded: nothing is asked of AWS to answer."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from gitmoxi.domain.targets import parse_target_id
from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import ProblemError, documented
from gitmoxi_api.requests import TargetId
from gitmoxi_api.status_filters import StatusQuery, matching, page_of
from gitmoxi_api.status_replies import StatusReply, TargetStatusDetails
from gitmoxi_api.status_views import counted, status_view
from gitmoxi_api.views import difference_view

router = APIRouter(prefix="/v1/status", tags=["status"])

IfNoneMatch = Annotated[str | None, Header(max_length=256, description="the ETag of the answer before")]


_UNCHANGED: dict[int | str, dict[str, Any]] = {
    int(HTTPStatus.NOT_MODIFIED): {"description": "Nothing has changed since the answer of that ETag"}
}


@router.get(
    "",
    summary="The status of all targets",
    response_model=StatusReply,
    responses=documented() | _UNCHANGED,
)
async def get_status(
    query: Annotated[StatusQuery, Query()], parts: Parts, if_none_match: IfNoneMatch = None
) -> Response:
    """What path-prefixes own: revision, last outcome, what is under way, drift; at most a second old.

    Ask with `If-None-Match` to be told cheaply that nothing has changed.
    """
    found = matching(await parts.fleet.targets(), query)
    page, cursor = page_of(found, query)
    reply = StatusReply(
        targets=tuple(map(status_view, page)), total=len(found), counts=counted(found), cursor=cursor
    )
    return _conditional(reply, if_none_match)


def _conditional(reply: StatusReply, if_none_match: str | None) -> Response:
    body = reply.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if if_none_match == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/{id:path}", summary="The status of one target", responses=documented(HTTPStatus.NOT_FOUND))
async def get_target_status(id: TargetId, parts: Parts) -> TargetStatusDetails:  # noqa: A002 - the path's name
    """The same about one target, with what differs where it has drifted."""
    target = parse_target_id(id)
    for item in await parts.fleet.targets():
        if item.known.target.id == target.id:
            differences = item.drift.differences if item.drift is not None else ()
            return TargetStatusDetails(
                status=status_view(item), differences=tuple(map(difference_view, differences))
            )
    raise ProblemError(
        HTTPStatus.NOT_FOUND, f"No path-prefix owns {target}: gmctl status lists what is deployed from Git."
    )
