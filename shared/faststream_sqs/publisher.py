"""Publishers that are declared once: for handlers' results, and for AsyncAPI."""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from faststream.exceptions import FeatureNotSupportedException
from faststream.response import PublishCommand

from faststream_sqs._compat import PublisherMiddleware, PublisherSpecification, PublisherUsecase
from faststream_sqs.commands import Event, EventsCommand, QueueCommand, handled_message, outgoing_headers
from faststream_sqs.config import SQSPublisherConfig


class SQSPublisher(PublisherUsecase):
    """What queue and event publishers have in common."""

    _outer_config: Any

    def _command(self, body: Any, correlation_id: str | None, headers: Mapping[str, str]) -> Any:
        raise NotImplementedError

    async def publish(
        self,
        message: Any,
        /,
        *,
        correlation_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Publishes a body or a detail; returns the message id, or the event ids."""
        context = self._outer_config.context
        handled = handled_message(context)
        correlation_id = correlation_id or (
            handled.correlation_id if handled else self._outer_config.id_generator()
        )
        return await self._basic_publish(
            self._command(message, correlation_id, outgoing_headers(context, headers)),
            producer=self._outer_config.producer,
            _extra_middlewares=(),
        )

    async def _publish(
        self, cmd: PublishCommand, *, _extra_middlewares: Iterable[PublisherMiddleware]
    ) -> None:
        headers = outgoing_headers(self._outer_config.context, cmd.headers)
        await self._basic_publish(
            self._command(cmd.body, cmd.correlation_id, headers),
            producer=self._outer_config.producer,
            _extra_middlewares=_extra_middlewares,
        )

    async def request(self, message: Any, /, *, correlation_id: str | None = None) -> NoReturn:  # noqa: ARG002 - the base's
        raise FeatureNotSupportedException("SQS has no request and reply")


class QueuePublisher(SQSPublisher):
    """Sends to one queue."""

    def __init__(
        self,
        config: SQSPublisherConfig,
        specification: PublisherSpecification[Any, Any],
        *,
        queue_url: str,
        detail_type: str | None,
        source: str,
        delay_seconds: int,
    ) -> None:
        super().__init__(config, specification)
        self.queue_url = queue_url
        self.detail_type = detail_type
        self.source = source
        self.delay_seconds = delay_seconds

    def _command(self, body: Any, correlation_id: str | None, headers: Mapping[str, str]) -> QueueCommand:
        return QueueCommand(
            body,
            queue=self.queue_url,
            detail_type=self.detail_type,
            source=self.source,
            delay_seconds=self.delay_seconds,
            headers=headers,
            correlation_id=correlation_id,
        )


class EventPublisher(SQSPublisher):
    """Puts events of one detail-type on one bus."""

    def __init__(
        self,
        config: SQSPublisherConfig,
        specification: PublisherSpecification[Any, Any],
        *,
        detail_type: str,
        bus: str,
        source: str,
    ) -> None:
        super().__init__(config, specification)
        self.detail_type = detail_type
        self.bus = bus
        self.source = source

    def _command(self, body: Any, correlation_id: str | None, headers: Mapping[str, str]) -> EventsCommand:
        return EventsCommand(
            [Event(detail_type=self.detail_type, detail=body)],
            bus=self.bus,
            source=self.source,
            headers=headers,
            correlation_id=correlation_id,
        )
