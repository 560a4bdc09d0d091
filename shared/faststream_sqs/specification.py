"""What AsyncAPI shows: queues and buses by name, never by URL or account."""

from typing import Any

from faststream.specification.schema import Message, Operation, PublisherSpec, SubscriberSpec
from faststream.specification.schema.bindings import ChannelBinding
from faststream.specification.schema.bindings.sqs import ChannelBinding as SQSChannelBinding

from faststream_sqs._compat import (
    CallsCollection,
    PublisherSpecification,
    SubscriberSpecification,
    resolve_payloads,
)
from faststream_sqs.config import (
    SQSBrokerConfig,
    SQSPublisherSpecificationConfig,
    SQSSubscriberSpecificationConfig,
)


def queue_name(url: str) -> str:
    """The last part of a queue's URL, or of a bus's ARN."""
    return url.rstrip("/").rsplit("/", maxsplit=1)[-1]


def _queue_binding(url: str) -> ChannelBinding:
    return ChannelBinding(sqs=SQSChannelBinding(queue={"name": queue_name(url), "fifoQueue": False}))


class SQSSubscriberSpecification(SubscriberSpecification[SQSBrokerConfig, SQSSubscriberSpecificationConfig]):
    """A queue and the payloads its handlers take."""

    def __init__(
        self,
        outer_config: SQSBrokerConfig,
        specification_config: SQSSubscriberSpecificationConfig,
        calls: CallsCollection[Any],
        *,
        queue_url: str,
    ) -> None:
        super().__init__(outer_config, specification_config, calls)
        self._queue_url = queue_url

    @property
    def channel_labels(self) -> list[str]:
        return [queue_name(self._queue_url)]

    def get_schema(self) -> dict[str, SubscriberSpec]:
        return {
            self.name: SubscriberSpec(
                address=queue_name(self._queue_url),
                description=self.description,
                operation=Operation(
                    message=Message(
                        title=f"{self.name}:Message", payload=resolve_payloads(self.get_payloads())
                    ),
                    bindings=None,
                ),
                bindings=_queue_binding(self._queue_url),
            )
        }


class SQSPublisherSpecification(PublisherSpecification[SQSBrokerConfig, SQSPublisherSpecificationConfig]):
    """A queue or a bus and what is published there."""

    def __init__(
        self,
        outer_config: SQSBrokerConfig,
        specification_config: SQSPublisherSpecificationConfig,
        *,
        destination: str,
        detail_type: str | None,
        is_queue: bool,
    ) -> None:
        super().__init__(outer_config, specification_config)
        self._destination = destination
        self._detail_type = detail_type
        self._is_queue = is_queue

    @property
    def name(self) -> str:
        if self.config.title_:
            return self.config.title_
        address = queue_name(self._destination)
        return f"{address}:{self._detail_type}:Publisher" if self._detail_type else f"{address}:Publisher"

    def get_schema(self) -> dict[str, PublisherSpec]:
        return {
            self.name: PublisherSpec(
                address=queue_name(self._destination),
                description=self.config.description_,
                operation=Operation(
                    message=Message(
                        title=f"{self.name}:Message",
                        payload=resolve_payloads(self.get_payloads(), "Publisher"),
                    ),
                    bindings=None,
                ),
                bindings=_queue_binding(self._destination) if self._is_queue else None,
            )
        }
