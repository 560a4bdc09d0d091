"""What the API answers about dead letters, logs and checks, as far as the command line looks into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gitmoxi.domain.checkups import Outcome
from gitmoxi_gmctl.replies import Reply


class DeadLetterQueue(Reply):
    """A dead-letter queue at a glance."""

    worker: str
    messages: int
    in_flight: int
    oldest: datetime | None
    reason: str | None


class DeadLetterQueues(Reply):
    """All dead-letter queues."""

    queues: tuple[DeadLetterQueue, ...]


class DeadLetter(Reply):
    """One message that no worker could handle."""

    id: str
    detail_type: str | None
    about: dict[str, str]
    reason: str
    receive_count: int
    sent_at: datetime
    body: str
    body_cut: bool


class DeadLetters(Reply):
    """Letters of one worker, oldest first."""

    worker: str
    messages: int
    letters: tuple[DeadLetter, ...]


class Redriven(Reply):
    """Letters that went back to their worker's queue."""

    worker: str
    messages: tuple[str, ...]
    left: int


class Dropped(Reply):
    """A letter that was deleted."""

    worker: str
    message: str
    reason: str


class LogEntry(Reply):
    """One line of a service."""

    id: str
    at: datetime
    service: str
    level: str
    event: str
    because: str | None
    fields: dict[str, Any]
    raw: str


class Logs(Reply):
    """The newest lines that match, oldest of them first."""

    since: datetime
    until: datetime
    entries: tuple[LogEntry, ...]
    cut: bool
    remark: str | None


class CheckFinding(Reply):
    """What one check found; the command line makes some itself."""

    check: str
    outcome: Outcome
    because: str
    advice: str | None = None


class Doctor(Reply):
    """All that the API can see."""

    version: str
    mode: str
    now: datetime
    findings: tuple[CheckFinding, ...]


class Findings(Reply):
    """What all checks found, those of the API and those of the command line."""

    findings: tuple[CheckFinding, ...]
