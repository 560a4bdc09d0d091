"""The events that go into the outbox together with the fact that they tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gitmoxi.contracts.messages import FACT_OF_STATE, DeploymentFact, ExplainedFact, Message
from gitmoxi.domain.deployments import Deployment, Step
from gitmoxi.domain.explanations import Explanation
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


def fact(deployment: Deployment, step: Step, explanations: Iterable[Explanation], *, ids: Ids) -> PutOutbox:
    """The step that ``deployment`` just took, for anyone on the bus; evidence stays with the steps."""
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
        step=step.name,
        because=deployment.because,
        cause=deployment.cause,
        explanations=tuple(map(_told, explanations)),
    )
    return PutOutbox(
        event=OutboxEvent(
            id=ids.ulid(),
            owner=step.by,
            detail_type=FACT_OF_STATE.get(deployment.state, DeploymentFact.DETAIL_TYPE),
            detail=body.model_dump_json(),
            created_at=step.at,
        )
    )


def _told(explanation: Explanation) -> ExplainedFact:
    return ExplainedFact(
        id=explanation.id,
        cause=explanation.cause,
        advice=explanation.advice,
        source=explanation.source,
        count=explanation.count,
    )
