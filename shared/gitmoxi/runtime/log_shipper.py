"""Ships this process's canonical lines and metrics to its CloudWatch log group, without ever holding up the work."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_aiobotocore_logs import CloudWatchLogsClient
    from types_aiobotocore_logs.type_defs import InputLogEventTypeDef

LogsClientFactory = Callable[[], "AbstractAsyncContextManager[CloudWatchLogsClient]"]

# Quotas of API_PutLogEvents.
_BATCH_EVENTS = 10_000
_BATCH_BYTES = 1_048_576
_EVENT_OVERHEAD_BYTES = 26
_EVENT_BYTES = 1_000_000
"""A little below the batch's size, which one event may fill."""


@dataclass(frozen=True, slots=True)
class _Line:
    timestamp_ms: int
    text: str
    size_bytes: int


class LogShipper:
    """A bounded buffer of lines, and the task that empties it into one log stream.

    When CloudWatch is away, lines wait; when the buffer is full, the oldest are dropped and counted, and the count is
    shipped as a line of its own as soon as CloudWatch is back.
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
        final_flush_seconds: float = 5.0,
    ) -> None:
        self._client_factory = client_factory
        self._group = group
        self._stream = stream
        self._now_ms = now_ms
        self._interval_seconds = interval_seconds
        self._final_flush_seconds = final_flush_seconds
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
        """Ship every interval until told to stop, then once more within the final flush's time."""
        async with self._client_factory() as client:
            while not stop.is_set():
                await self._flush(client)
                await _wait(stop, self._interval_seconds)
            try:
                async with asyncio.timeout(self._final_flush_seconds):
                    await self._flush(client)
            except TimeoutError:
                self._drop(len(self._lines))

    async def _flush(self, client: CloudWatchLogsClient) -> None:
        """Ship what is there; on a failure put it back and leave, the next interval tries again."""
        while batch := self._take():
            try:
                await self._put(client, batch)
            except (ClientError, BotoCoreError, OSError):
                self._stream_exists = False
                self._lines.extendleft(reversed(batch))
                return

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
        while self._lines and len(batch) < _BATCH_EVENTS - 1 and self._lines[0].size_bytes <= room:
            room -= self._lines[0].size_bytes
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
