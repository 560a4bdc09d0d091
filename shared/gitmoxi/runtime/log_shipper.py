"""Ships canonical lines and metrics to the CloudWatch log group, without ever holding up the work."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_aiobotocore_logs import CloudWatchLogsClient
    from types_aiobotocore_logs.type_defs import InputLogEventTypeDef

LogsClientFactory = Callable[[], "AbstractAsyncContextManager[CloudWatchLogsClient]"]

# Quotas of API_PutLogEvents.
_BATCH_EVENTS = 10_000
_BATCH_BYTES = 1_048_576
_BATCH_SPAN_MS = 24 * 3600 * 1000
_EVENT_OVERHEAD_BYTES = 26
_EVENT_BYTES = 1_000_000
"""A little below the batch's size, which one event may fill."""
_REFUSALS = frozenset({"InvalidParameterException", "DataAlreadyAcceptedException"})
"""Sending the same batch again would be answered the same."""


@dataclass(frozen=True, slots=True)
class _Line:
    timestamp_ms: int
    text: str
    size_bytes: int


class LogShipper:
    """A bounded buffer of lines, and the task that empties it into one log stream.

    When CloudWatch is away, lines wait; when the buffer is full, the oldest are dropped and counted, and the
    count is shipped as a line of its own as soon as CloudWatch is back.
    """

    name = "log-shipper"

    def __init__(
        self,
        *,
        client_factory: LogsClientFactory,
        group: str,
        stream: str,
        now_ms: Callable[[], int],
        capacity: int = 10_000,
        interval_seconds: float = 1.0,
        flush_seconds: float = 5.0,
    ) -> None:
        self._client_factory = client_factory
        self._group = group
        self._stream = stream
        self._now_ms = now_ms
        self._interval_seconds = interval_seconds
        self._flush_seconds = flush_seconds
        self._capacity = capacity
        self._lines: deque[_Line] = deque()
        self._stream_exists = False
        self._unreported = 0
        self.dropped = 0

    def offer(self, text: str) -> None:
        """Take a line; never blocks, never raises, callable from any thread."""
        size = len(text.encode("utf-8", "replace")) + _EVENT_OVERHEAD_BYTES
        if size > _EVENT_BYTES:
            self._drop(1)
            return
        self._lines.append(_Line(self._now_ms(), text, size))
        while len(self._lines) > self._capacity:
            self._lines.popleft()
            self._drop(1)

    async def run(self, stop: asyncio.Event) -> None:
        """Ship every interval until told to stop, then once more; a hanging call is cut off in time."""
        while not stop.is_set():
            try:
                async with self._client_factory() as client:
                    await self._ship(client, stop)
            except Exception:  # noqa: BLE001 - whatever ails CloudWatch's client, the work goes on
                await _wait(stop, self._interval_seconds)
        self._drop(len(self._lines))
        self._lines.clear()

    async def _ship(self, client: CloudWatchLogsClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._flush_in_time(client)
            await _wait(stop, self._interval_seconds)
        await self._flush_in_time(client)

    async def _flush_in_time(self, client: CloudWatchLogsClient) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._flush_seconds):
                await self._flush(client)

    async def _flush(self, client: CloudWatchLogsClient) -> None:
        """Ship what is there; on a failure put it back and leave, the next interval tries again."""
        while batch := self._take():
            try:
                await self._put(client, batch)
            except ClientError as error:
                self._stream_exists = False
                if error.response["Error"]["Code"] in _REFUSALS:
                    self._drop(len(batch))
                    continue
                self._lines.extendleft(reversed(batch))
                return
            except BaseException:
                self._stream_exists = False
                self._lines.extendleft(reversed(batch))
                raise

    async def _put(self, client: CloudWatchLogsClient, batch: list[_Line]) -> None:
        if not self._stream_exists:
            await self._create_stream(client)
        events: list[InputLogEventTypeDef] = [
            {"timestamp": line.timestamp_ms, "message": line.text} for line in batch
        ]
        reported = self._unreported
        if reported:
            lost = json.dumps({"event": "log.dropped", "level": "warning", "count": reported})
            events.append({"timestamp": batch[-1].timestamp_ms, "message": lost})
        await client.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)
        self._unreported -= reported

    async def _create_stream(self, client: CloudWatchLogsClient) -> None:
        try:
            await client.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        self._stream_exists = True

    def _take(self) -> list[_Line]:
        """The next batch in order of time, as the API demands, with room for the line about dropped ones."""
        batch: list[_Line] = []
        room = _BATCH_BYTES - 1024
        while self._lines and len(batch) < _BATCH_EVENTS - 1:
            line = self._lines[0]
            if line.size_bytes > room or (
                batch and line.timestamp_ms - batch[0].timestamp_ms >= _BATCH_SPAN_MS
            ):
                break
            room -= line.size_bytes
            batch.append(self._lines.popleft())
        return sorted(batch, key=lambda line: line.timestamp_ms)

    def _drop(self, count: int) -> None:
        self.dropped += count
        self._unreported += count


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
