"""What the workers and the API have logged."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from gitmoxi_api.log_replies import LogEntryReply, LogsReply
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented
from gitmoxi_api.reading_logs import Level, LogEntry, LogQuestion, Service, read_logs, why_nothing

router = APIRouter(prefix="/v1/logs", tags=["logs"])

_KEPT = timedelta(days=30)
"""As the template's log groups."""

Seconds = Annotated[
    int, Query(ge=1, le=int(_KEPT.total_seconds()), description="how far to look back, from now")
]


@router.get("", summary="Lines of the services' logs", responses=documented())
async def read_service_logs(
    parts: Parts,
    service: Annotated[
        list[Service] | None, Query(description="of these; without it, of all workers that are installed")
    ] = None,
    deployment: Annotated[
        str | None, Query(pattern=r"^[\w-]{1,64}$", description="only lines that name this deployment")
    ] = None,
    seconds: Seconds = 600,
    since: Annotated[
        AwareDatetime | None, Query(description="look back to this moment instead of so many seconds")
    ] = None,
    level: Annotated[Level, Query(description="at least of this level")] = Level.DEBUG,
    limit: Annotated[int, Query(ge=1, le=1000, description="how many at most, the newest")] = 100,
) -> LogsReply:
    """One line for each message that a worker handled, and for each request that the API answered."""
    now = parts.clock.now()
    question = LogQuestion(
        services=_asked(service, parts),
        since=_start(now, seconds, since),
        until=now,
        level=level,
        containing=deployment,
        limit=limit,
    )
    return await _answered(question, parts)


def _asked(services: list[Service] | None, parts: ApiParts) -> tuple[Service, ...]:
    if services:
        return tuple(dict.fromkeys(services))
    return tuple(Service(worker.value) for worker in parts.operating.workers)


def _start(now: datetime, seconds: int, since: datetime | None) -> datetime:
    if since is None:
        return now - timedelta(seconds=seconds)
    if since > now:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"query.since: {since.isoformat()} lies in the future; here it is {now.isoformat()}",
        )
    return max(since, now - _KEPT)


async def _answered(question: LogQuestion, parts: ApiParts) -> LogsReply:
    answer = await read_logs(parts.operating.logs, question)
    return LogsReply(
        since=question.since,
        until=question.until,
        entries=tuple(map(_view, answer.entries)),
        cut=answer.cut,
        remark=None if answer.entries else await why_nothing(question, parts.ledger),
    )


def _view(entry: LogEntry) -> LogEntryReply:
    return LogEntryReply(
        id=entry.id,
        at=entry.at,
        service=entry.service,
        level=entry.level,
        event=entry.event,
        because=entry.because,
        fields=dict(entry.fields),
        raw=entry.raw,
    )
