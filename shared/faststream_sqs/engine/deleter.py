"""Deletes in batches: ten at once, or whatever has come together in ten milliseconds."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faststream_sqs.engine.clock import Clock
from faststream_sqs.engine.gateway import QueueGateway
from faststream_sqs.engine.leases import Lease
from faststream_sqs.engine.queue import RECEIVE_LIMIT
from faststream_sqs.engine.tasks import Tasks

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 0.01
RETRY_DELAYS_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)
"""Sixteen seconds of trying; the heartbeat holds the messages meanwhile, afterwards they may come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDelete:
    """A handled message and whom to tell: True once SQS confirmed the delete, False when we gave up."""

    lease: Lease
    done: Callable[[bool], None]


class Deleter:
    """Collects deletes, sends them in batches and repeats the failed entries of partial failures."""

    def __init__(self, *, gateway: QueueGateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._pending: list[PendingDelete] = []
        self._window: asyncio.Task[None] | None = None
        self._batches = Tasks()

    def submit(self, delete: PendingDelete) -> None:
        self._pending.append(delete)
        if len(self._pending) >= RECEIVE_LIMIT:
            self._send_pending()
        elif self._window is None:
            self._window = asyncio.get_running_loop().create_task(self._send_after_window())

    async def flush(self, timeout_seconds: float) -> None:
        """Sends what is pending and waits for all batches; after `timeout_seconds` gives the rest up."""
        self._send_pending()
        await self._batches.wait_or_cancel(self._clock, timeout_seconds)

    async def _send_after_window(self) -> None:
        await self._clock.sleep(WINDOW_SECONDS)
        self._window = None
        self._send_pending()

    def _send_pending(self) -> None:
        if self._window is not None:
            self._window.cancel()
            self._window = None
        if self._pending:
            batch, self._pending = self._pending, []
            self._batches.spawn(self._delete(batch))

    async def _delete(self, batch: list[PendingDelete]) -> None:
        try:
            for delay in RETRY_DELAYS_SECONDS:
                batch = await self._attempt(batch)
                if not batch:
                    return
                await self._clock.sleep(delay)
            batch = await self._attempt(batch)
        finally:
            _tell(batch, confirmed=False)

    async def _attempt(self, batch: Sequence[PendingDelete]) -> list[PendingDelete]:
        """One call; tells those it settled and returns those to repeat."""
        try:
            failures = await self._gateway.delete([entry.lease.delivery.receipt_handle for entry in batch])
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the delete is repeated
            logger.warning("deleting %d messages failed, repeating it: %r", len(batch), error)
            return list(batch)
        for failure in failures.values():
            logger.warning("SQS did not delete a message: %s %s", failure.code, failure.message)
        final = {index for index, failure in failures.items() if failure.is_final}
        _tell([entry for index, entry in enumerate(batch) if index not in failures], confirmed=True)
        _tell([entry for index, entry in enumerate(batch) if index in final], confirmed=False)
        return [entry for index, entry in enumerate(batch) if index in failures and index not in final]


def _tell(batch: Sequence[PendingDelete], *, confirmed: bool) -> None:
    for entry in batch:
        entry.done(confirmed)
