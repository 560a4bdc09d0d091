"""Pushes: handed to the ingestor over the bus, as anyone else's are, and asked after by their delivery."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from gitmoxi.contracts.messages import Push
from gitmoxi.domain.records import PushRecord
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import Worker
from gitmoxi.ports.ledger import OutboxEvent
from gitmoxi_api.manifests import manifest_of
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import documented, not_found
from gitmoxi_api.replies import DeploymentsReply, PushAccepted, PushReply
from gitmoxi_api.requests import PushRequest
from gitmoxi_api.views import deployment_view, push_view

router = APIRouter(prefix="/v1/pushes", tags=["pushes"])

DeliveryId = Annotated[str, Path(pattern=r"^[\w.:-]{1,128}$", examples=["01K9Z5B8QH7Z6V3S2N1M0K4J5G"])]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    summary="Deploy the newest commit of a branch",
    responses=documented(),
)
async def push(body: PushRequest, parts: Parts, request: Request, response: Response) -> PushAccepted:
    """Publishes `gitmoxi.push.v1`. The ingestor's answer, a refusal too, is at `/v1/pushes/{delivery_id}`."""
    delivery_id = parts.ids.ulid()
    message = Push(repository=body.repository, branch=body.branch, force=body.force, delivery_id=delivery_id)
    event = OutboxEvent(
        id=delivery_id,
        owner=Worker.INGESTOR,
        detail_type=Push.DETAIL_TYPE,
        detail=message.model_dump_json(exclude_none=True),
        created_at=parts.clock.now(),
    )
    await parts.publisher.publish([event])
    response.headers["Location"] = str(request.app.url_path_for("get_push", delivery_id=delivery_id))
    return PushAccepted(delivery_id=delivery_id)


@router.get("/{delivery_id}", summary="What became of a push", responses=documented(HTTPStatus.NOT_FOUND))
async def get_push(delivery_id: DeliveryId, parts: Parts) -> PushReply:
    """The ingestor's answer; until it has answered there is none, which is a 404."""
    return push_view(await _answered(parts, delivery_id))


@router.get(
    "/{delivery_id}/deployments",
    summary="The deployments of a push",
    responses=documented(HTTPStatus.NOT_FOUND),
)
async def get_push_deployments(delivery_id: DeliveryId, parts: Parts) -> DeploymentsReply:
    """Those of the processed commit that the push led to, by path-prefix: all of them, at once."""
    answer = await _answered(parts, delivery_id)
    if answer.seq is None:
        return DeploymentsReply(deployments=())
    commit = await parts.ledger.commit(repository_id(answer.repository), answer.branch, answer.seq)
    if commit is None:
        return DeploymentsReply(deployments=())
    manifest = await manifest_of(commit, parts.bodies)
    found = await parts.ledger.deployments([item.deployment_id for item in manifest.objects])
    return DeploymentsReply(
        deployments=tuple(deployment_view(item) for item in sorted(found, key=lambda d: d.origin.prefix))
    )


async def _answered(parts: ApiParts, delivery_id: str) -> PushRecord:
    found = await parts.ledger.push(delivery_id)
    if found is None:
        raise not_found(
            f"Delivery {delivery_id} is not answered yet, or was never sent, or could not be read and lies "
            "in the ingestor's dead-letter queue; while the ingestor is away, pushes wait in its queue."
        )
    return found
