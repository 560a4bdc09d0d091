"""Declaring subscribers and publishers on a broker."""

from collections.abc import Sequence
from typing import Any

from fast_depends.dependencies import Dependant
from faststream.exceptions import SetupError
from faststream.middlewares import AckPolicy

from faststream_sqs._compat import EMPTY, CallsCollection, Filter, Registrator
from faststream_sqs.config import (
    SQSBrokerConfig,
    SQSPublisherConfig,
    SQSPublisherSpecificationConfig,
    SQSSubscriberConfig,
    SQSSubscriberSpecificationConfig,
)
from faststream_sqs.engine.queue import RECEIVE_LIMIT, SQSQueue
from faststream_sqs.message import RawMessage, SQSMessage
from faststream_sqs.publisher import EventPublisher, QueuePublisher
from faststream_sqs.specification import SQSPublisherSpecification, SQSSubscriberSpecification
from faststream_sqs.subscriber import SQSSubscriber, Subscription


class SQSRegistrator(Registrator[RawMessage, SQSBrokerConfig]):
    """The declaring half of the broker."""

    def subscriber(  # type: ignore[override]  # every broker of FastStream narrows this signature
        self,
        queue: SQSQueue | str,
        *,
        filter: Filter[SQSMessage] | None = None,  # noqa: A002 - FastStream's name for it
        max_workers: int | None = None,
        prefetch: int | None = None,
        ack_policy: AckPolicy = EMPTY,
        dependencies: Sequence[Dependant] = (),
        title: str | None = None,
        description: str | None = None,
        include_in_schema: bool = True,
        persistent: bool = True,
    ) -> Subscription:
        """Declares a handler of a queue; the handlers of one queue share one subscriber.

        A message goes to the first handler whose filter takes it; one that nobody takes is dead-lettered.

        Args:
            queue: The queue, or its URL.
            filter: Which messages the handler takes, e.g. `detail_type("order.placed.v1")`; all by default.
            max_workers: Handlers that run at the same time, of the whole queue; 1 by default.
            prefetch: Messages held ready beyond `max_workers`: as many, at most 10; 0 spares other consumers.
            ack_policy: What an exception means: NACK_ON_ERROR (the default), REJECT_ON_ERROR (dead-letter),
                ACK (delete), MANUAL (undecided is a retry). Poison is dead-lettered by every policy.
            dependencies: FastStream's `Depends(...)` to run before every handler.
            title: The channel's name in AsyncAPI.
            description: The channel's description in AsyncAPI; the handler's docstring by default.
            include_in_schema: Whether AsyncAPI shows the queue.
            persistent: False keeps only a weak reference; TestBroker uses it.

        Raises:
            SetupError: The queue is declared already and with other settings, or the policy is ACK_FIRST.
        """
        subscriber = self._subscriber_of(queue if isinstance(queue, str) else queue.url)
        if subscriber is not None:
            _check_same(subscriber, queue, max_workers=max_workers, prefetch=prefetch, ack_policy=ack_policy)
            return Subscription(subscriber, filter=filter, dependencies=dependencies)
        workers = 1 if max_workers is None else max_workers
        subscriber = self._make_subscriber(
            SQSQueue(url=queue) if isinstance(queue, str) else queue,
            max_workers=workers,
            prefetch=min(workers, RECEIVE_LIMIT) if prefetch is None else prefetch,
            ack_policy=ack_policy,
            specification=SQSSubscriberSpecificationConfig(
                title_=title, description_=description, include_in_schema=include_in_schema
            ),
        )
        super().subscriber(subscriber, persistent=persistent)
        return Subscription(subscriber, filter=filter, dependencies=dependencies)

    def publisher(  # type: ignore[override]  # every broker of FastStream narrows this signature
        self,
        queue: SQSQueue | str,
        *,
        detail_type: str | None = None,
        source: str | None = None,
        delay_seconds: int = 0,
        title: str | None = None,
        description: str | None = None,
        schema: Any | None = None,
        include_in_schema: bool = True,
        persistent: bool = True,
    ) -> QueuePublisher:
        """Declares a publisher to a queue; with a `detail_type` bodies travel as an event's detail."""
        url = queue.url if isinstance(queue, SQSQueue) else queue
        publisher = QueuePublisher(
            self._publisher_config(),
            self._publisher_specification(
                url,
                detail_type,
                title,
                description,
                schema,
                is_queue=True,
                include_in_schema=include_in_schema,
            ),
            queue_url=url,
            detail_type=detail_type,
            source=source or self.config.event_source,
            delay_seconds=delay_seconds,
        )
        super().publisher(publisher, persistent=persistent)
        return publisher

    def event_publisher(
        self,
        detail_type: str,
        *,
        bus: str | None = None,
        source: str | None = None,
        title: str | None = None,
        description: str | None = None,
        schema: Any | None = None,
        include_in_schema: bool = True,
        persistent: bool = True,
    ) -> EventPublisher:
        """Declares a publisher of one kind of event; `bus` and `source` default to the broker's."""
        destination = bus or self.config.event_bus
        publisher = EventPublisher(
            self._publisher_config(),
            self._publisher_specification(
                destination,
                detail_type,
                title,
                description,
                schema,
                is_queue=False,
                include_in_schema=include_in_schema,
            ),
            detail_type=detail_type,
            bus=destination,
            source=source or self.config.event_source,
        )
        super().publisher(publisher, persistent=persistent)
        return publisher

    def _subscriber_of(self, queue_url: str) -> SQSSubscriber | None:
        declared = (sub for sub in self.subscribers if isinstance(sub, SQSSubscriber))
        return next((sub for sub in declared if sub.queue.url == queue_url), None)

    def _make_subscriber(
        self,
        queue: SQSQueue,
        *,
        max_workers: int,
        prefetch: int,
        ack_policy: AckPolicy,
        specification: SQSSubscriberSpecificationConfig,
    ) -> SQSSubscriber:
        calls = CallsCollection[RawMessage]()
        # FastStream's composition of configs stands for the config, in every broker.
        outer: Any = self.config
        config = SQSSubscriberConfig(
            _outer_config=outer,
            _ack_policy=ack_policy,
            no_reply=True,
            queue=queue,
            max_workers=max_workers,
            prefetch=prefetch,
        )
        described = SQSSubscriberSpecification(outer, specification, calls, queue_url=queue.url)
        return SQSSubscriber(config, described, calls)

    def _publisher_config(self) -> SQSPublisherConfig:
        outer: Any = self.config
        return SQSPublisherConfig(_outer_config=outer)

    def _publisher_specification(
        self,
        destination: str,
        detail_type: str | None,
        title: str | None,
        description: str | None,
        schema: Any | None,
        *,
        is_queue: bool,
        include_in_schema: bool,
    ) -> SQSPublisherSpecification:
        outer: Any = self.config
        return SQSPublisherSpecification(
            outer,
            SQSPublisherSpecificationConfig(
                title_=title, description_=description, schema_=schema, include_in_schema=include_in_schema
            ),
            destination=destination,
            detail_type=detail_type,
            is_queue=is_queue,
        )


def _refuse_ack_first(ack_policy: AckPolicy) -> None:
    if ack_policy is AckPolicy.ACK_FIRST:
        raise SetupError(
            "AckPolicy.ACK_FIRST deletes a message before its work is done; SQS needs no such loss"
        )


def _check_same(
    subscriber: SQSSubscriber,
    queue: SQSQueue | str,
    *,
    max_workers: int | None,
    prefetch: int | None,
    ack_policy: AckPolicy,
) -> None:
    """Two subscribers of one queue would take each other's messages, so the settings must agree."""
    differing = [
        name
        for name, declared, asked in (
            ("queue", subscriber.queue, None if isinstance(queue, str) else queue),
            ("max_workers", subscriber.max_workers, max_workers),
            ("prefetch", subscriber.prefetch, prefetch),
            ("ack_policy", subscriber.ack_policy, None if ack_policy is EMPTY else ack_policy),
        )
        if asked is not None and asked != declared
    ]
    if differing:
        raise SetupError(
            f"queue {subscriber.queue.url!r} is declared twice with different {', '.join(differing)}; "
            "its handlers share one subscriber, so give these in the first declaration only"
        )
