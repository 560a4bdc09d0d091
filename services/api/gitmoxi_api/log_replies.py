"""What clients get of the services' logs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from gitmoxi_api.reading_logs import Level, Service
from gitmoxi_api.replies import Reply


class LogEntryReply(Reply):
    """One line of a service."""

    id: str = Field(description="the same line has the same id in every answer")
    at: datetime
    service: Service
    level: Level
    event: str = Field(examples=["message.settled"])
    because: str | None = Field(description="why, in a sentence, where the line says it")
    fields: dict[str, Any] = Field(description="what else the line says")
    raw: str = Field(description="the line itself")


class LogsReply(Reply):
    """The newest lines that match, oldest of them first."""

    since: datetime
    until: datetime
    entries: tuple[LogEntryReply, ...]
    cut: bool = Field(description="older lines match too, or were not looked at any more")
    remark: str | None = Field(description="why there is nothing, where there is nothing")
