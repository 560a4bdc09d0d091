"""Carries out what a handler decided: delete, bring back later, bury, or release."""

import logging
from collections.abc import Sequence
from typing import assert_never

from faststream_sqs.engine.clock import Clock
from faststream_sqs.engine.dead_letters import dead_letter_attributes
from faststream_sqs.engine.deleter import Deleter, PendingDelete
from faststream_sqs.engine.delivery import Ack, Bury, Nack, Verdict
from faststream_sqs.engine.gateway import QueueGateway
from faststream_sqs.engine.leases import Heartbeat, Lease, Leases, in_tens
from faststream_sqs.engine.observer import Observer, Outcome, Settlement
from faststream_sqs.engine.queue import Backoff
from faststream_sqs.engine.tasks import Tasks

logger = logging.getLogger(__name__)

DRAINING = "the consumer is stopping"


class Settler:
    """Ends leases; deletes only what has been handled, or is safely in the dead-letter queue."""

    def __init__(
        self,
        *,
        gateway: QueueGateway,
        dead_letters: QueueGateway | None,
        leases: Leases,
        heartbeat: Heartbeat,
        backoff: Backoff,
        observer: Observer,
        clock: Clock,
    ) -> None:
        self._gateway = gateway
        self._dead_letters = dead_letters
        self._leases = leases
        self._heartbeat = heartbeat
        self._backoff = backoff
        self._observer = observer
        self._clock = clock
        self._deleter = Deleter(gateway=gateway, clock=clock)
        self._calls = Tasks()

    def settle(self, lease: Lease, verdict: Verdict) -> None:
        """Carries the verdict out in the background; what SQS refuses comes back when its visibility ends."""
        lease.finished_at = self._clock.monotonic()
        match verdict:
            case Ack():
                self._delete(lease, Outcome.DELETED, reason=None)
            case Nack(reason=reason):
                self._calls.spawn(self._bring_back(lease, Outcome.RETRIED, reason))
            case Bury(reason=reason):
                self._calls.spawn(self._bury(lease, reason))
            case _:
                assert_never(verdict)

    def release(self, leases: Sequence[Lease]) -> None:
        """Makes messages visible at once, for other consumers; in the background."""
        for group in in_tens(leases):
            self._calls.spawn(self._release(group))

    async def flush(self, timeout_seconds: float) -> None:
        """Waits for all calls in the background, then until every delete is confirmed or given up."""
        await self._calls.wait()
        await self._deleter.flush(timeout_seconds)

    async def _release(self, group: Sequence[Lease]) -> None:
        for lease in group:
            await self._heartbeat.let_go(lease)
        refused = await self._change_visibility(group, 0)
        for lease in group:
            self._end(lease, Outcome.RELEASED, DRAINING, None if lease in refused else 0)

    def _delete(self, lease: Lease, outcome: Outcome, reason: str | None) -> None:
        def done(confirmed: bool) -> None:  # noqa: FBT001 - the deleter's callback has this one argument
            if confirmed:
                self._end(lease, outcome, reason)
            else:
                self._end(lease, Outcome.DELETE_FAILED, "SQS did not confirm the delete")

        self._deleter.submit(PendingDelete(lease=lease, done=done))

    async def _bury(self, lease: Lease, reason: str) -> None:
        delivery = lease.delivery
        if self._dead_letters is None:
            await self._bring_back(
                lease, Outcome.DEAD_LETTER_FAILED, f"no dead-letter queue is set; {reason}"
            )
            return
        try:
            await self._dead_letters.send(
                body=delivery.body, attributes=dead_letter_attributes(delivery, reason)
            )
        except Exception as error:
            logger.exception("message %s stays on its queue, dead-lettering failed", delivery.message_id)
            await self._bring_back(
                lease, Outcome.DEAD_LETTER_FAILED, f"dead-lettering failed: {error!r}; {reason}"
            )
            return
        self._delete(lease, Outcome.DEAD_LETTERED, reason)

    async def _bring_back(self, lease: Lease, outcome: Outcome, reason: str) -> None:
        await self._heartbeat.let_go(lease)
        delay = self._backoff.delay_seconds(lease.delivery.receive_count)
        refused = await self._change_visibility([lease], delay)
        self._end(lease, outcome, reason, None if refused else delay)

    async def _change_visibility(self, group: Sequence[Lease], seconds: int) -> list[Lease]:
        """Returns those SQS refused: they come back when their current visibility timeout ends."""
        for lease in group:
            self._leases.give_up(lease)
        try:
            failures = await self._gateway.change_visibility(
                [lease.delivery.receipt_handle for lease in group], seconds
            )
        except Exception as error:  # noqa: BLE001 - the visibility timeout brings the messages back anyway
            logger.warning("%d messages come back later than wanted: %r", len(group), error)
            return list(group)
        return [lease for index, lease in enumerate(group) if index in failures]

    def _end(
        self, lease: Lease, outcome: Outcome, reason: str | None, retry_seconds: int | None = None
    ) -> None:
        self._leases.give_up(lease)
        delivery, started = lease.delivery, lease.started_at
        age = (delivery.received_at - delivery.sent_at).total_seconds()
        finished = self._clock.monotonic() if lease.finished_at is None else lease.finished_at
        self._observer.settled(
            Settlement(
                delivery=delivery,
                outcome=outcome,
                # Two machines' clocks: a small skew must not become a negative age.
                queue_age_seconds=max(0.0, age),
                buffered_seconds=None if started is None else started - lease.acquired_at,
                handled_seconds=None if started is None else finished - started,
                reason=reason,
                retry_seconds=retry_seconds,
                lease_lost=lease.lost or self._clock.monotonic() > lease.expires_at,
            )
        )
