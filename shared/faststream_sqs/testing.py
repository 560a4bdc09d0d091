"""TestSQSBroker: handlers called in memory, with the same encoding, filters and decoding as on AWS."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, overload

from faststream_sqs._compat import EnterType, TestBroker, change_producer, default_filter
from faststream_sqs.broker import SQSBroker
from faststream_sqs.commands import EventsCommand, QueueCommand
from faststream_sqs.engine.clock import SystemClock
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.envelope import to_json, unwrap
from faststream_sqs.engine.events import EventEntry
from faststream_sqs.engine.gateway import string_attributes
from faststream_sqs.filters import detail_type
from faststream_sqs.message import RawMessage
from faststream_sqs.producer import SQSProducer
from faststream_sqs.publisher import EventPublisher, QueuePublisher
from faststream_sqs.subscriber import SQSSubscriber

ACCOUNT = "000000000000"
REGION = "test"


class TestSQSBroker(TestBroker[SQSBroker, EnterType], broker=SQSBroker):
    """Runs brokers without AWS.

    A message published to a queue reaches that queue's handlers; an event reaches every queue with a handler
    whose filter takes it, as if a rule routed it there (handlers without a filter attract no events).
    Exceptions of handlers reach the test.
    """

    @overload
    def __init__(
        self: "TestSQSBroker[SQSBroker]",
        broker: SQSBroker,
        /,
        *,
        with_real: bool = False,
        connect_only: bool | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self: "TestSQSBroker[tuple[SQSBroker, ...]]",
        *brokers: SQSBroker,
        with_real: bool = False,
        connect_only: bool | None = None,
    ) -> None: ...

    def __init__(
        self, *brokers: SQSBroker, with_real: bool = False, connect_only: bool | None = None
    ) -> None:
        super().__init__(*brokers, with_real=with_real, connect_only=connect_only)

    @contextmanager
    def _patch_producer(self, broker: SQSBroker) -> Generator[None, None, None]:
        with change_producer(broker.config.broker_config, InMemoryProducer(broker, self.brokers)):
            yield

    async def _fake_connect(self, broker: SQSBroker, *args: Any, **kwargs: Any) -> None:
        """Nothing to connect to."""

    def create_publisher_fake_subscriber(
        self, broker: SQSBroker, publisher: QueuePublisher | EventPublisher
    ) -> tuple[SQSSubscriber, bool]:
        """The subscriber whose calls show what a publisher sent: the queue's own, or one for the test."""
        if isinstance(publisher, QueuePublisher):
            for subscriber in _subscribers(self.brokers):
                if subscriber.queue.url == publisher.queue_url:
                    return subscriber, True
            return broker.subscriber(publisher.queue_url, persistent=False).subscriber, False
        # One queue for each kind of event, so that the publisher's record shows its own events only.
        url = f"https://{publisher.bus}.test/{publisher.detail_type}"
        subscriber = broker.subscriber(url, persistent=False).subscriber
        if not subscriber.calls:

            @subscriber(filter=detail_type(publisher.detail_type))
            async def events_of_this_type(event: Any) -> None:
                pass

        return subscriber, False


class InMemoryProducer(SQSProducer):
    """Hands what is published straight to the handlers."""

    def __init__(self, broker: SQSBroker, brokers: Sequence[SQSBroker]) -> None:
        super().__init__(connection=broker.config.broker_config.connection, clock=SystemClock())
        self._brokers = brokers
        self._sequence = count(1)

    async def publish(self, cmd: QueueCommand | EventsCommand) -> str | list[str]:
        if isinstance(cmd, EventsCommand):
            return [await self._put(entry) for entry in cmd.encode()]
        body, attributes = cmd.encode()
        delivery = self._delivery(cmd.destination, body, attributes)
        for subscriber in _subscribers(self._brokers):
            if subscriber.queue.url == cmd.destination:
                await subscriber.process_message(RawMessage(delivery))
        return delivery.message_id

    async def _put(self, entry: EventEntry) -> str:
        event_id = f"test-event-{next(self._sequence)}"
        body = _event_body(event_id, entry)
        for subscriber in _subscribers(self._brokers):
            raw = RawMessage(self._delivery(subscriber.queue.url, body, {}))
            if await _chooses(subscriber, raw):
                await subscriber.process_message(raw)
        return event_id

    def _delivery(self, queue_url: str, body: str, attributes: Any) -> Delivery:
        now = self._clock.now()
        message_id = f"test-message-{next(self._sequence)}"
        return Delivery(
            queue_url=queue_url,
            message_id=message_id,
            receipt_handle=message_id,
            receive_count=1,
            sent_at=now,
            received_at=now,
            body=body,
            message_attributes=attributes,
            envelope=unwrap(body, string_attributes(attributes)),
        )


def _event_body(event_id: str, entry: EventEntry) -> str:
    """As EventBridge would deliver the entry.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """
    fields = {
        "version": "0",
        "id": event_id,
        "detail-type": entry.detail_type,
        "source": entry.source,
        "account": ACCOUNT,
        "time": (entry.time or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": list(entry.resources),
    }
    return f'{to_json(fields)[:-1]},"detail":{entry.detail}}}'


async def _chooses(subscriber: SQSSubscriber, raw: RawMessage) -> bool:
    chosen = [call for call in subscriber.calls if call.filter is not default_filter]
    return any([await call.is_suitable(raw, {}) is not None for call in chosen])


def _subscribers(brokers: Sequence[SQSBroker]) -> list[SQSSubscriber]:
    return [sub for broker in brokers for sub in broker.subscribers if isinstance(sub, SQSSubscriber)]
