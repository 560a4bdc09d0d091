"""The loop that receives: long polls, never more than there is room for, and patient with errors."""

import asyncio
import logging
from collections.abc import Callable

from faststream_sqs.engine.clock import Clock, sleep_unless
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.gateway import QueueGateway
from faststream_sqs.engine.observer import Observer, Poll
from faststream_sqs.engine.queue import RECEIVE_LIMIT, SQSQueue

logger = logging.getLogger(__name__)

ERROR_DELAYS_SECONDS = (1, 2, 4, 8, 16)
"""Pauses after the first, second, ... failed poll in a row; the last one stays."""


class Poller:
    """Polls one queue while there is room; `accept` gets what arrived, also after `stop`."""

    def __init__(
        self,
        *,
        queue: SQSQueue,
        gateway: QueueGateway,
        room: Callable[[], int],
        accept: Callable[[list[Delivery]], None],
        observer: Observer,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._gateway = gateway
        self._room = room
        self._accept = accept
        self._observer = observer
        self._clock = clock
        self._has_room = asyncio.Event()
        self._stopped = asyncio.Event()
        self.failures_in_row = 0
        self.has_succeeded = False
        self.waits_for_room = False
        self.progress_at = clock.monotonic()

    def stop(self) -> None:
        """No new polls; the one in flight is left to end, because its messages would else stay invisible."""
        self._stopped.set()
        self._has_room.set()

    def wake(self) -> None:
        """Tells that there is room again."""
        self._has_room.set()

    async def run(self) -> None:
        """Polls until stopped; a failing call never ends it."""
        while not self._stopped.is_set():
            self.progress_at = self._clock.monotonic()
            if room := self._room():
                await self._poll(min(room, RECEIVE_LIMIT))
            else:
                await self._wait_for_room()

    async def _wait_for_room(self) -> None:
        self._has_room.clear()
        self.waits_for_room = True
        await self._has_room.wait()
        self.waits_for_room = False

    async def _poll(self, max_messages: int) -> None:
        started = self._clock.monotonic()
        try:
            deliveries = await self._gateway.receive(
                max_messages=max_messages,
                wait_seconds=self._queue.wait_seconds,
                visibility_seconds=self._queue.visibility_seconds,
            )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, polling goes on
            self._report(started, received=0, error=repr(error))
            await self._pause_after(error)
            return
        self.failures_in_row = 0
        self.has_succeeded = True
        self._report(started, received=len(deliveries))
        self._accept(deliveries)

    async def _pause_after(self, error: Exception) -> None:
        delay = ERROR_DELAYS_SECONDS[min(self.failures_in_row, len(ERROR_DELAYS_SECONDS) - 1)]
        self.failures_in_row += 1
        logger.warning("polling %s failed, next try in %d s: %r", self._queue.url, delay, error)
        await sleep_unless(self._stopped, self._clock, delay)

    def _report(self, started: float, *, received: int, error: str | None = None) -> None:
        duration = self._clock.monotonic() - started
        self._observer.polled(
            Poll(queue_url=self._queue.url, duration_seconds=duration, received=received, error=error)
        )
