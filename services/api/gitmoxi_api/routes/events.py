"""The audit trail."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gitmoxi_api.filters import EventQuery
from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented
from gitmoxi_api.replies import EventsReply
from gitmoxi_api.views import event_view

router = APIRouter(prefix="/v1/events", tags=["events"])

_LOOKED_THROUGH = 1000
"""Entries, the newest, in which those that match are looked for."""


@router.get("", summary="The audit trail", responses=documented())
async def list_events(query: Annotated[EventQuery, Query()], parts: Parts) -> EventsReply:
    """What people should be able to find again, such as refused pushes; newest first."""
    found = await parts.ledger.audit(query.limit if query.is_wide else _LOOKED_THROUGH)
    matching = [entry for entry in found if query.matches(entry)]
    return EventsReply(events=tuple(map(event_view, matching[: query.limit])))
