"""What clients get about dead letters."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi.domain.states import Worker
from gitmoxi_api.replies import Reply


class DeadLetterQueueReply(Reply):
    """A dead-letter queue at a glance."""

    worker: Worker
    messages: int = Field(description="about how many lie there")
    in_flight: int = Field(description="how many of them somebody looks at right now")
    oldest: datetime | None = Field(description="when the oldest that was looked at was sent")
    reason: str | None = Field(description="the most frequent reason among those that were looked at")


class DeadLetterQueuesReply(Reply):
    """All dead-letter queues, by worker."""

    queues: tuple[DeadLetterQueueReply, ...]


class DeadLetterReply(Reply):
    """One message that no worker could handle."""

    id: str = Field(description="SQS's id in the dead-letter queue; redriving and dropping take it")
    detail_type: str | None = Field(description="the kind of event; null where the body is no event")
    about: dict[str, str] = Field(description="the ids that the event names")
    reason: str
    receive_count: int = Field(description="how often it was received, looks like this one included")
    sent_at: datetime
    body: str = Field(description="secrets are taken out, and a long one is cut")
    body_cut: bool


class DeadLettersReply(Reply):
    """Letters of one worker, oldest first."""

    worker: Worker
    messages: int = Field(description="about how many lie there")
    letters: tuple[DeadLetterReply, ...]


class RedrivenReply(Reply):
    """Letters that went back to their worker's queue."""

    worker: Worker
    messages: tuple[str, ...] = Field(description="the ids of those that went back")
    left: int = Field(description="about how many lie there still")


class DroppedReply(Reply):
    """A letter that was deleted; the audit trail keeps it."""

    worker: Worker
    message: str
    reason: str
