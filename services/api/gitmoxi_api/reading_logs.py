"""The newest log lines of several services as one list, and why there may be none."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from gitmoxi.domain.states import Worker
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.service_logs import LogLine, ServiceLogs

MOST_PAGES = 8
"""Of one service: CloudWatch gives up to 10,000 lines a page, and a client waits for no more."""

_SHOWN_APART = frozenset({"timestamp", "level", "event", "service", "because", "canonical"})


class Service(StrEnum):
    """Whose logs there are."""

    INGESTOR = Worker.INGESTOR.value
    PLANNER = Worker.PLANNER.value
    ECS_DEPLOYER = Worker.ECS_DEPLOYER.value
    LAMBDA_DEPLOYER = Worker.LAMBDA_DEPLOYER.value
    ROLLBACK = Worker.ROLLBACK.value
    NOTIFIER = Worker.NOTIFIER.value
    API = "api"


class Level(StrEnum):
    """How much a line matters, from least to most."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


_RANKS: Mapping[str, int] = {level.value: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A line taken apart; ``fields`` is the rest of what it says, ``raw`` the line itself."""

    id: str
    at: datetime
    service: Service
    level: Level
    event: str
    because: str | None
    fields: Mapping[str, Any]
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """Which lines: at least of ``level``, ``containing`` a text such as a deployment's id."""

    services: Sequence[Service]
    since: datetime
    until: datetime
    level: Level = Level.DEBUG
    containing: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAnswer:
    """The newest entries, oldest of them first; ``cut`` if older ones match too or were not looked at."""

    entries: tuple[LogEntry, ...]
    cut: bool


async def read_logs(logs: ServiceLogs, question: LogQuestion) -> LogAnswer:
    """The newest lines that match."""
    read = await asyncio.gather(*(_of(service, logs, question) for service in question.services))
    found = [entry for answer in read for entry in answer.entries]
    newest = heapq.nlargest(question.limit, found, key=lambda entry: (entry.at, entry.id))
    cut = len(newest) < len(found) or any(answer.cut for answer in read)
    return LogAnswer(entries=tuple(reversed(newest)), cut=cut)


async def why_nothing(question: LogQuestion, ledger: Ledger) -> str:
    """What a person should know who asked and got nothing."""
    since = question.since.isoformat(timespec="seconds")
    if question.containing is not None:
        head = await ledger.deployment(question.containing)
        if head is None:
            return (
                f"There is no deployment {question.containing}, and no line names it since {since}: "
                "gmctl deployment get lists the newest."
            )
        if head.updated_at < question.since:
            return (
                f"{head.id} is {head.state} and was last touched at "
                f"{head.updated_at.isoformat(timespec='seconds')}, before {since}: ask for more with --since."
            )
    at_level = "" if question.level in {Level.DEBUG, Level.INFO} else f" of level {question.level} or above"
    return (
        f"No line{at_level} since {since}. Services ship one line for each message that they handled, within "
        "seconds, and each is kept for 30 days; what else they say is on their standard output. A worker "
        "that runs ships a line each minute: gmctl doctor looks for those that do not."
    )


async def _of(service: Service, logs: ServiceLogs, question: LogQuestion) -> LogAnswer:
    """The newest entries of one service; pages come newest first where CloudWatch can do so."""
    found: list[LogEntry] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await logs.page(
            service.value,
            since=question.since,
            until=question.until,
            containing=question.containing,
            cursor=cursor,
        )
        entries = (entry_of(line, service) for line in page.lines)
        found += [entry for entry in entries if entry is not None and _matters(entry, question)]
        cursor = page.cursor
        if cursor is None or len(found) >= question.limit:
            break
    return LogAnswer(entries=tuple(found), cut=cursor is not None)


def _matters(entry: LogEntry, question: LogQuestion) -> bool:
    return _RANKS[entry.level] >= _RANKS[question.level]


def entry_of(line: LogLine, service: Service) -> LogEntry | None:
    """The line taken apart; None for metrics, which travel the same way. What is no JSON is kept as it is."""
    said = _said(line.text)
    if "_aws" in said:
        return None
    because = said.get("because")
    return LogEntry(
        id=line.id,
        at=line.at,
        service=service,
        level=_level(said.get("level")),
        event=str(said.get("event") or line.text),
        because=None if because is None else str(because),
        fields={name: value for name, value in said.items() if name not in _SHOWN_APART},
        raw=line.text,
    )


def _said(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _level(told: object) -> Level:
    return Level(told) if isinstance(told, str) and told in _RANKS else Level.INFO
