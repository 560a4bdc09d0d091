"""Logs of our services in CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.ports.service_logs import LogLine, LogPage

if TYPE_CHECKING:
    from types_aiobotocore_logs import CloudWatchLogsClient
    from types_aiobotocore_logs.type_defs import FilteredLogEventTypeDef


class CloudWatchServiceLogs:
    """Log groups by the names that ``log_group`` tells for a service."""

    def __init__(self, client: CloudWatchLogsClient, log_group: Callable[[str], str]) -> None:
        self._client = client
        self._log_group = log_group

    async def page(
        self,
        service: str,
        *,
        since: datetime,
        until: datetime,
        containing: str | None = None,
        cursor: str | None = None,
    ) -> LogPage:
        """API_FilterLogEvents.

        A pattern in double quotes also matches what is not alphanumeric (CloudWatch Logs user guide, "Filter
        pattern syntax").
        """
        narrowed: dict[str, Any] = {}
        if containing is not None:
            narrowed["filterPattern"] = f'"{containing}"'
        # The first request alone says in which direction; a token goes on in the same.
        narrowed |= {"startFromHead": False} if cursor is None else {"nextToken": cursor}
        async with aws_errors("logs:FilterLogEvents", mutation=False):
            answer = await self._client.filter_log_events(
                logGroupName=self._log_group(service),
                startTime=_milliseconds(since),
                endTime=_milliseconds(until),
                **narrowed,
            )
        return LogPage(lines=tuple(map(_line, answer.get("events", []))), cursor=answer.get("nextToken"))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _line(event: FilteredLogEventTypeDef) -> LogLine:
    at, text = event["timestamp"], event["message"]
    return LogLine(
        id=event.get("eventId") or f"{event.get('logStreamName')}/{at}/{text}",
        at=datetime.fromtimestamp(at / 1000, UTC),
        text=text,
    )
