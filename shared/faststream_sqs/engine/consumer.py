"""One queue's consumer: polls, runs handlers, keeps leases alive, settles, drains."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faststream_sqs.engine.clock import Clock, first_of
from faststream_sqs.engine.delivery import Delivery, Handler, Nack, Verdict
from faststream_sqs.engine.gateway import CALL_TIMEOUT_SECONDS, QueueGateway
from faststream_sqs.engine.leases import Heartbeat, Lease, Leases
from faststream_sqs.engine.observer import GuardedObserver, Observer
from faststream_sqs.engine.poller import ERROR_DELAYS_SECONDS, Poller
from faststream_sqs.engine.queue import SQSQueue
from faststream_sqs.engine.settler import Settler
from faststream_sqs.engine.tasks import Tasks

if TYPE_CHECKING:
    from types_aiobotocore_sqs import SQSClient

logger = logging.getLogger(__name__)

FLUSH_TIMEOUT_SECONDS = 5
"""What a stop grants the last deletes after its handlers have ended."""

LIVENESS_SLACK_SECONDS = CALL_TIMEOUT_SECONDS + ERROR_DELAYS_SECONDS[-1] + 5
"""A healthy loop passes its start at least this often, its planned waits not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerHealth:
    """The state of one consumer.

    Attributes:
        polls_alive: The polling loop makes progress, or waits for a worker; independent of AWS's answers.
        heartbeat_alive: The heartbeat makes progress; independent of AWS's answers.
        receives: The last poll succeeded, so SQS is reachable and allowed.
        draining: `stop` was called.
        held: Messages that are ours now: buffered, running or waiting for their delete.
        running: Handlers at work.
    """

    queue_url: str
    polls_alive: bool
    heartbeat_alive: bool
    receives: bool
    draining: bool
    held: int
    running: int


class Consumer:
    """Consumes one queue with at most `max_workers` handlers at a time.

    At most `max_workers + prefetch` messages are held, those whose delete is not confirmed included, so a
    queue that does not take deletes slows polling down. `start` and `stop` are called once each.
    """

    def __init__(
        self,
        *,
        queue: SQSQueue,
        client: "SQSClient",
        handler: Handler,
        max_workers: int,
        prefetch: int,
        observer: Observer,
        clock: Clock,
    ) -> None:
        if max_workers < 1 or prefetch < 0:
            raise ValueError(f"max_workers must be >= 1 and prefetch >= 0, not {max_workers} and {prefetch}")
        self._queue = queue
        self._handler = handler
        self._max_workers = max_workers
        self._clock = clock
        self._buffer: deque[Lease] = deque()
        self._running: dict[asyncio.Task[None], Lease] = {}
        self._loops = Tasks()
        self._work = Tasks()
        self._draining = False
        self._cancelling = False
        self._wire(client, prefetch, GuardedObserver(observer))

    def _wire(self, client: "SQSClient", prefetch: int, observer: Observer) -> None:
        queue, clock = self._queue, self._clock
        gateway = QueueGateway(client=client, queue_url=queue.url, clock=clock)
        dead_letters = queue.dlq_url and QueueGateway(client=client, queue_url=queue.dlq_url, clock=clock)
        self._leases = Leases(limit=self._max_workers + prefetch, on_room=self._on_room)
        self._heartbeat = Heartbeat(
            gateway=gateway, leases=self._leases, clock=clock, visibility_seconds=queue.visibility_seconds
        )
        self._settler = Settler(
            gateway=gateway,
            dead_letters=dead_letters or None,
            leases=self._leases,
            heartbeat=self._heartbeat,
            backoff=queue.backoff,
            observer=observer,
            clock=clock,
        )
        self._poller = Poller(
            queue=queue,
            gateway=gateway,
            room=lambda: self._leases.room,
            accept=self._accept,
            observer=observer,
            clock=clock,
        )

    def start(self) -> None:
        """Starts polling and the heartbeat; needs a running event loop."""
        self._heartbeat_task = self._loops.spawn(self._heartbeat.run())
        self._poll_task = self._work.spawn(self._poller.run())

    def stop_polling(self) -> None:
        """Begins the drain: no new polls, buffered messages are released at once."""
        if not self._draining:
            self._draining = True
            self._poller.stop()
            buffered = list(self._buffer)
            self._buffer.clear()
            self._settler.release(buffered)

    async def stop(self, timeout_seconds: float) -> None:
        """Drains: no new polls, release the buffered, let the running finish, flush the deletes.

        Handlers still at work after `timeout_seconds` are cancelled and their messages released. The
        heartbeat ends last, so whatever takes its time stays ours.
        """
        self.stop_polling()
        await self._wait_for_work(timeout_seconds)
        await self._settler.flush(FLUSH_TIMEOUT_SECONDS)
        await self._loops.cancel()

    def health(self) -> ConsumerHealth:
        now = self._clock.monotonic()
        poll_limit = self._queue.wait_seconds + LIVENESS_SLACK_SECONDS
        beat_limit = self._heartbeat.interval_seconds + LIVENESS_SLACK_SECONDS
        poller = self._poller
        return ConsumerHealth(
            queue_url=self._queue.url,
            polls_alive=self._draining
            or (
                not self._poll_task.done()
                and (poller.waits_for_room or now - poller.progress_at <= poll_limit)
            ),
            heartbeat_alive=not self._heartbeat_task.done() and now - self._heartbeat.beat_at <= beat_limit,
            receives=poller.has_succeeded and poller.failures_in_row == 0,
            draining=self._draining,
            held=len(self._leases),
            running=len(self._running),
        )

    def _accept(self, deliveries: list[Delivery]) -> None:
        now = self._clock.monotonic()
        leases = [
            Lease(delivery=delivery, acquired_at=now, visibility_seconds=self._queue.visibility_seconds)
            for delivery in deliveries
        ]
        for lease in leases:
            self._leases.take(lease)
        if self._draining:
            self._settler.release(leases)
        else:
            self._buffer.extend(leases)
            self._start_handlers()

    def _on_room(self) -> None:
        self._poller.wake()

    def _start_handlers(self) -> None:
        while self._buffer and len(self._running) < self._max_workers:
            lease = self._buffer.popleft()
            # A task of its own: what the handler puts into context variables must not reach the next message.
            task = self._work.spawn(self._run(lease))
            self._running[task] = lease
            task.add_done_callback(self._handler_ended)

    def _handler_ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._start_handlers()

    async def _run(self, lease: Lease) -> None:
        lease.started_at = self._clock.monotonic()
        try:
            verdict: Verdict = await self._handler(lease.delivery)
        except asyncio.CancelledError:
            if self._cancelling:
                self._settler.release([lease])
                return
            verdict = Nack(reason="the handler was cancelled")
        except Exception as error:
            logger.exception("the handler of %s failed", self._queue.url)
            verdict = Nack(reason=repr(error))
        self._settler.settle(lease, verdict)

    async def _wait_for_work(self, timeout_seconds: float) -> None:
        """Waits for the poll in flight and for the running handlers; cancels what outlasts the timeout."""
        await first_of(self._work.wait(), self._clock.sleep(timeout_seconds))
        if len(self._work):
            logger.warning("%d handlers of %s are cancelled to stop", len(self._running), self._queue.url)
            self._cancelling = True
            await self._work.cancel()
