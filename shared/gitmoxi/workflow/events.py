"""The events that go into the outbox together with the fact that they tell."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.contracts.messages import FACT_OF_STATE, DeploymentFact, Message
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import Worker
from gitmoxi.ports.clock import Ids
from gitmoxi.ports.ledger import OutboxEvent, PutOutbox


def outbox(message: Message, *, owner: Worker, ids: Ids, at: datetime) -> PutOutbox:
    """``message`` as an outbox write of ``owner``, who will publish it."""
    return PutOutbox(
        event=OutboxEvent(
            id=ids.ulid(),
            owner=owner,
            detail_type=message.DETAIL_TYPE,
            detail=message.model_dump_json(),
            created_at=at,
        )
    )


def fact(deployment: Deployment, *, step: str, owner: Worker, ids: Ids, at: datetime) -> PutOutbox:
    """What just happened to ``deployment``, for anyone on the bus."""
    body = DeploymentFact(
        deployment_id=deployment.id,
        version=deployment.version,
        target=deployment.target.id if deployment.target else None,
        repository=deployment.origin.repository_url,
        branch=deployment.origin.branch,
        commit=deployment.origin.commit_sha,
        prefix=deployment.origin.prefix,
        state=deployment.state,
        status=deployment.state.status,
        step=step,
        because=deployment.because,
    )
    return PutOutbox(
        event=OutboxEvent(
            id=ids.ulid(),
            owner=owner,
            detail_type=FACT_OF_STATE.get(deployment.state, DeploymentFact.DETAIL_TYPE),
            detail=body.model_dump_json(),
            created_at=at,
        )
    )
