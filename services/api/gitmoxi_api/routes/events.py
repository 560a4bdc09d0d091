"""The audit trail."""

from __future__ import annotations

from fastapi import APIRouter

from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented
from gitmoxi_api.replies import EventsReply
from gitmoxi_api.requests import Limit
from gitmoxi_api.views import event_view

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", summary="The audit trail", responses=documented())
async def list_events(parts: Parts, limit: Limit = 20) -> EventsReply:
    """What people should be able to find again, such as refused pushes; newest first."""
    found = await parts.ledger.audit(limit)
    return EventsReply(events=tuple(map(event_view, found)))
