"""The configuration that FastStream passes from the broker to its subscribers and publishers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from faststream.middlewares import AckPolicy

from faststream_sqs._compat import (
    EMPTY,
    BrokerConfig,
    PublisherSpecificationConfig,
    PublisherUsecaseConfig,
    SubscriberSpecificationConfig,
    SubscriberUsecaseConfig,
    UnderlyingDriverAnnotation,
    UnderlyingDriverAnnotations,
)
from faststream_sqs.clients import Connection
from faststream_sqs.engine.clock import Clock
from faststream_sqs.engine.observer import Observer
from faststream_sqs.engine.queue import SQSQueue
from faststream_sqs.message import decode_body, parse_message

if TYPE_CHECKING:
    from faststream_sqs.producer import SQSProducer


def _context_annotations() -> UnderlyingDriverAnnotations:
    """The classes people may annotate by mistake, and what injects them."""
    from faststream_sqs import annotations  # noqa: PLC0415 - they import the broker, which imports this
    from faststream_sqs.broker import SQSBroker  # noqa: PLC0415 - same
    from faststream_sqs.message import SQSMessage  # noqa: PLC0415 - same

    hints: Mapping[type, object] = {SQSMessage: annotations.SQSMessage, SQSBroker: annotations.Broker}
    return MappingProxyType(
        {
            driver: UnderlyingDriverAnnotation(
                type_hint=hint,
                module="faststream_sqs.annotations",
                name="SQSMessage" if driver is SQSMessage else "Broker",
            )
            for driver, hint in hints.items()
        }
    )


@dataclass(kw_only=True)
class SQSBrokerConfig(BrokerConfig):
    """The broker's own part."""

    producer: "SQSProducer"
    connection: Connection
    observer: Observer
    clock: Clock
    event_bus: str
    event_source: str
    default_driver_annotations: UnderlyingDriverAnnotations = field(default_factory=_context_annotations)


@dataclass(kw_only=True)
class SQSSubscriberConfig(SubscriberUsecaseConfig):
    """A subscriber's part."""

    _outer_config: SQSBrokerConfig
    queue: SQSQueue
    max_workers: int
    prefetch: int

    def __post_init__(self) -> None:
        self.parser = parse_message
        self.decoder = decode_body

    @property
    def ack_policy(self) -> AckPolicy:
        if self._ack_policy is not EMPTY:
            return self._ack_policy
        if self._outer_config.ack_policy is not EMPTY:
            return self._outer_config.ack_policy
        return AckPolicy.NACK_ON_ERROR


class SQSSubscriberSpecificationConfig(SubscriberSpecificationConfig):
    """What AsyncAPI shows of a subscriber."""


@dataclass(kw_only=True)
class SQSPublisherConfig(PublisherUsecaseConfig):
    """A publisher's part."""

    _outer_config: SQSBrokerConfig


class SQSPublisherSpecificationConfig(PublisherSpecificationConfig):
    """What AsyncAPI shows of a publisher."""
