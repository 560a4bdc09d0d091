"""Webhooks: a Git host tells of a push or a pull request, and is answered before it is done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from gitmoxi_api.guards import WEBHOOKS
from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented
from gitmoxi_api.webhook_replies import WebhookReply
from gitmoxi_api.webhooks.reception import Received
from gitmoxi_api.webhooks.senders import GITHUB, GITLAB, Sender

router = APIRouter(prefix=WEBHOOKS.rstrip("/"), tags=["webhooks"])

RepositoryId = Annotated[str, Path(pattern=r"^r-[0-9a-f]{16}$", examples=["r-4f1c0de9a7b35d28"])]

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": WebhookReply, "description": "It is genuine, and there is nothing to do"},
    **documented(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post(
    "/github/{repository_id}",
    status_code=HTTPStatus.ACCEPTED,
    summary="GitHub tells of a push or a pull request",
    responses=_RESPONSES,
    openapi_extra=_BODY,
)
async def receive_github_webhook(
    repository_id: RepositoryId, request: Request, response: Response, parts: Parts
) -> WebhookReply:
    """Verified by `X-Hub-Signature-256` with the registration's secret. What became of it: `Location`."""
    return await _receive(GITHUB, repository_id, request, response, parts)


@router.post(
    "/gitlab/{repository_id}",
    status_code=HTTPStatus.ACCEPTED,
    summary="GitLab tells of a push or a merge request",
    responses=_RESPONSES,
    openapi_extra=_BODY,
)
async def receive_gitlab_webhook(
    repository_id: RepositoryId, request: Request, response: Response, parts: Parts
) -> WebhookReply:
    """Verified by the registration's secret: a signing token (`whsec_…`) or a secret token.

    Looked at are `webhook-signature` or `X-Gitlab-Token`. What became of it: `Location`.
    """
    return await _receive(GITLAB, repository_id, request, response, parts)


async def _receive(
    sender: Sender, repository_id: str, request: Request, response: Response, parts: Parts
) -> WebhookReply:
    received = await parts.reception.receive(sender, repository_id, request.headers, request.stream())
    location = _location(request, received)
    if location is None:
        response.status_code = HTTPStatus.OK
    else:
        response.headers["Location"] = location
    return WebhookReply(
        accepted=location is not None,
        because=received.because,
        delivery_id=received.delivery_id,
        dry_run_id=received.dry_run_id,
    )


def _location(request: Request, received: Received) -> str | None:
    """Where it is told what became of it."""
    if received.delivery_id is not None:
        return str(request.app.url_path_for("get_push", delivery_id=received.delivery_id))
    if received.dry_run_id is not None:
        return str(request.app.url_path_for("get_dry_run", id=received.dry_run_id))
    return None
