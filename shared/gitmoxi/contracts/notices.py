"""What signed webhooks and SNS topics receive: one JSON document, whose schema is versioned."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gitmoxi.domain.notices import Notice, NoticeKind


class NoticeData(BaseModel):
    """What happened; what does not concern a single deployment is null for a commit as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(description="one line")
    because: str = Field(description="the cause, and what to do")
    command: str = Field(description="what to type next")
    repository: str
    branch: str
    commit: str
    prefix: str | None
    target: str | None
    deployment_id: str | None


class NoticeDocument(BaseModel):
    """The document: ``type`` and ``timestamp`` as the Standard Webhooks specification advises.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    id: str = Field(description="the same each time that the notice is sent")
    type: NoticeKind
    timestamp: datetime = Field(description="when it happened")
    data: NoticeData


def document_of(notice: Notice) -> NoticeDocument:
    """The notice as it is sent."""
    return NoticeDocument(
        id=notice.id,
        type=notice.kind,
        timestamp=notice.at,
        data=NoticeData(
            title=notice.title,
            because=notice.because,
            command=notice.command,
            repository=notice.repository_url,
            branch=notice.branch,
            commit=notice.commit_sha,
            prefix=notice.prefix,
            target=notice.target,
            deployment_id=notice.deployment_id,
        ),
    )
