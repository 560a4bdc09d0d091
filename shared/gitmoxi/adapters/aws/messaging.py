"""Sending through EventBridge and SQS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, translate
from gitmoxi.adapters.wakes import queue_delay, tick_envelope
from gitmoxi.contracts.messages import EVENT_SOURCE, Tick
from gitmoxi.domain.states import Worker
from gitmoxi.errors import InvariantError, RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.ledger import OutboxEvent

if TYPE_CHECKING:
    from types_aiobotocore_events import EventBridgeClient
    from types_aiobotocore_events.type_defs import PutEventsRequestEntryTypeDef as Entry
    from types_aiobotocore_events.type_defs import PutEventsResultEntryTypeDef as Result
    from types_aiobotocore_sqs import SQSClient

MAX_ENTRIES = 10
"""The most entries that one ``PutEvents`` takes."""

MAX_BYTES = 1024 * 1024
"""The most that all entries of one ``PutEvents`` may weigh."""

_TIME_BYTES = 14
"""What EventBridge counts for an entry's ``Time``."""

_ATTEMPTS = 4
_FIRST_WAIT_SECONDS = 0.1


class EventBridgePublisher:
    """Publishes on ``bus``; ``clock`` is slept on between attempts at entries that EventBridge refused."""

    def __init__(self, client: EventBridgeClient, bus: str, clock: Clock) -> None:
        self._client = client
        self._bus = bus
        self._clock = clock

    async def publish(self, events: Sequence[OutboxEvent]) -> None:
        """Publish all, in order as far as EventBridge keeps one (API_PutEvents).

        Raises:
            RetryableError: EventBridge failed; some may be published, and publishing again is harmless.
            PermanentError: EventBridge refuses an event for what it is.
            InvariantError: an event is larger than ``PutEvents`` takes.
        """
        for batch in batches(events):
            await self._publish([self._entry(event) for event in batch])

    async def _publish(self, entries: list[Entry]) -> None:
        wait = _FIRST_WAIT_SECONDS
        for attempt in range(1, _ATTEMPTS + 1):
            async with aws_errors("events:PutEvents", mutation=False):
                answer = await self._client.put_events(Entries=entries)
            results = answer["Entries"]
            failed = [index for index, result in enumerate(results) if "ErrorCode" in result]
            if not failed:
                return
            refusal = _refusal(results[failed[0]])
            if attempt == _ATTEMPTS or not isinstance(refusal, RetryableError):
                raise refusal
            entries = [entries[index] for index in failed]
            await self._clock.sleep(wait)
            wait *= 2

    def _entry(self, event: OutboxEvent) -> Entry:
        return {
            "EventBusName": self._bus,
            "Source": EVENT_SOURCE,
            "DetailType": event.detail_type,
            "Detail": event.detail,
            "Time": event.created_at,
        }


class SqsWaker:
    """Sends wakes to the queue whose URL ``queue_url`` tells for a worker."""

    def __init__(self, client: SQSClient, queue_url: Callable[[Worker], str]) -> None:
        self._client = client
        self._queue_url = queue_url

    async def wake(self, tick: Tick, *, delay_seconds: float) -> None:
        """Send ``tick`` (API_SendMessage); a wake that arrives twice does no harm."""
        async with aws_errors("sqs:SendMessage", mutation=False):
            await self._client.send_message(
                QueueUrl=self._queue_url(tick.worker),
                MessageBody=tick_envelope(tick),
                DelaySeconds=queue_delay(delay_seconds),
            )


def batches(events: Sequence[OutboxEvent]) -> Iterator[list[OutboxEvent]]:
    """Runs of ``events`` of which each fits into one ``PutEvents``.

    Raises:
        InvariantError: an event does not fit by itself; messages of ours carry ids only.
    """
    batch: list[OutboxEvent] = []
    weight = 0
    for event in events:
        own = _bytes(event)
        if own > MAX_BYTES:
            raise InvariantError(
                f"event {event.id} ({event.detail_type}) weighs {own} bytes, EventBridge takes {MAX_BYTES}"
            )
        if len(batch) == MAX_ENTRIES or weight + own > MAX_BYTES:
            yield batch
            batch, weight = [], 0
        batch.append(event)
        weight += own
    if batch:
        yield batch


def _bytes(event: OutboxEvent) -> int:
    """An entry's weight as the EventBridge user guide counts it."""
    texts = (EVENT_SOURCE, event.detail_type, event.detail)
    return _TIME_BYTES + sum(len(text.encode()) for text in texts)


def _refusal(result: Result) -> Exception:
    """The error of a refused entry, told as if EventBridge had refused the whole call for it."""
    error = ClientError(
        {"Error": {"Code": result["ErrorCode"], "Message": result.get("ErrorMessage", "")}}, "PutEvents"
    )
    return translate("events:PutEvents", error, mutation=False)
