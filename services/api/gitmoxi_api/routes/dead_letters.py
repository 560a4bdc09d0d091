"""Messages that no worker could handle: looking at them, back to work with them, or away with them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from gitmoxi.domain.states import Worker
from gitmoxi.ports.dead_letters import DeadLetter
from gitmoxi_api.dead_letter_replies import (
    DeadLetterQueueReply,
    DeadLetterQueuesReply,
    DeadLetterReply,
    DeadLettersReply,
    DroppedReply,
    RedrivenReply,
)
from gitmoxi_api.dead_letters import MOST_LOOKED_AT, DeadLetterDesk, detail_type_of, ids_of, reason_of
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented, not_found
from gitmoxi_api.requests import Person, Request

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])

_MOST_SHOWN_CHARACTERS = 16 * 1024

MessageId = Annotated[
    str, Field(pattern=r"^[\w-]{1,100}$", examples=["219f8380-5770-4cc2-8c3e-5c715e145f5e"])
]


class RedriveRequest(Request):
    """Which letters go back to work."""

    by: Person
    message_id: MessageId | None = Field(default=None, description="without it as many as one request can")


class DropRequest(Request):
    """Which letter is deleted."""

    by: Person
    message_id: MessageId


@router.get("", summary="The dead-letter queues", responses=documented())
async def list_dead_letter_queues(parts: Parts) -> DeadLetterQueuesReply:
    """How many letters each worker gave up, since when, and why most of them."""
    found = await _desk(parts).overviews()
    return DeadLetterQueuesReply(
        queues=tuple(
            DeadLetterQueueReply(
                worker=item.worker,
                messages=item.depth.waiting + item.depth.in_flight,
                in_flight=item.depth.in_flight,
                oldest=item.oldest,
                reason=item.reason,
            )
            for item in found
        )
    )


@router.get("/{worker}", summary="Look at dead letters", responses=documented())
async def look_at_dead_letters(
    worker: Worker,
    parts: Parts,
    limit: Annotated[int, Query(ge=1, le=MOST_LOOKED_AT, description="how many at most, oldest first")] = 20,
) -> DeadLettersReply:
    """They stay where they are; while the request lasts, nobody else sees them."""
    letters = await _desk(parts).look(worker, limit)
    return DeadLettersReply(
        worker=worker, messages=await _count(worker, parts), letters=tuple(map(_view, letters))
    )


@router.post(
    "/{worker}/redrive", summary="Send dead letters back to work", responses=documented(HTTPStatus.NOT_FOUND)
)
async def redrive(worker: Worker, body: RedriveRequest, parts: Parts) -> RedrivenReply:
    """One by one: a copy is sent, then the letter is deleted. A worker that meets one twice does no harm."""
    moved = await _desk(parts).send_back(worker, message_id=body.message_id, by=body.by)
    if body.message_id is not None and not moved:
        raise _not_there(worker, body.message_id)
    return RedrivenReply(worker=worker, messages=tuple(moved), left=await _count(worker, parts))


@router.post("/{worker}/drop", summary="Delete a dead letter", responses=documented(HTTPStatus.NOT_FOUND))
async def drop(worker: Worker, body: DropRequest, parts: Parts) -> DroppedReply:
    """The audit trail keeps what it was, and who dropped it."""
    dropped = await _desk(parts).drop(worker, message_id=body.message_id, by=body.by)
    if dropped is None:
        raise _not_there(worker, body.message_id)
    return DroppedReply(worker=worker, message=dropped.id, reason=reason_of(dropped))


def _desk(parts: ApiParts) -> DeadLetterDesk:
    return DeadLetterDesk(
        workers=parts.operating.workers,
        letters=parts.operating.dead_letters,
        ledger=parts.ledger,
        clock=parts.clock,
        ids=parts.ids,
    )


async def _count(worker: Worker, parts: ApiParts) -> int:
    depth = await parts.operating.dead_letters.depth(worker)
    return depth.waiting + depth.in_flight


def _not_there(worker: Worker, message_id: str) -> ProblemError:
    return not_found(
        f"No message {message_id} was found among the first {MOST_LOOKED_AT} dead letters of {worker}. It "
        "may be gone, or somebody looks at it right now: try again in half a minute."
    )


def _view(letter: DeadLetter) -> DeadLetterReply:
    return DeadLetterReply(
        id=letter.id,
        detail_type=detail_type_of(letter),
        about=ids_of(letter),
        reason=reason_of(letter),
        receive_count=letter.receive_count,
        sent_at=letter.sent_at,
        body=letter.body[:_MOST_SHOWN_CHARACTERS],
        body_cut=len(letter.body) > _MOST_SHOWN_CHARACTERS,
    )
