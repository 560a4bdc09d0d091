"""The broker: connects, starts and stops the subscribers, publishes."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, NoReturn

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from fast_depends import Provider, dependency_provider
from fast_depends.dependencies import Dependant
from faststream.exceptions import FeatureNotSupportedException
from faststream.middlewares import AckPolicy
from faststream.specification.schema import BrokerSpec, Tag, TagDict

from faststream_sqs._compat import (
    EMPTY,
    BrokerMiddleware,
    BrokerUsecase,
    ContextRepo,
    FastDependsConfig,
    LoggerProto,
)
from faststream_sqs.clients import ClientFactory, Connection, session_clients
from faststream_sqs.commands import Event, EventsCommand, QueueCommand, handled_message, outgoing_headers
from faststream_sqs.config import SQSBrokerConfig
from faststream_sqs.engine.clock import Clock, SystemClock
from faststream_sqs.engine.consumer import ConsumerHealth
from faststream_sqs.engine.observer import Observer, SilentObserver
from faststream_sqs.engine.queue import SQSQueue
from faststream_sqs.logs import make_sqs_logger_state
from faststream_sqs.message import RawMessage
from faststream_sqs.producer import SQSProducer
from faststream_sqs.registrator import SQSRegistrator
from faststream_sqs.subscriber import SQSSubscriber

DEFAULT_BUS = "default"


class SQSBroker(SQSRegistrator, BrokerUsecase[RawMessage, Connection, SQSBrokerConfig]):
    """Amazon SQS to consume from, SQS and EventBridge to publish to.

    Args:
        session: The aiobotocore session to take credentials from; the default chain's without one.
        region: The region of the queues and buses; the session's by default.
        endpoint_url: Another endpoint for both services, e.g. an emulator's.
        client_config: Merged over `faststream_sqs.clients.CLIENT_CONFIG`.
        client_factory: Gives the clients itself; the four arguments above are then not used.
        event_bus: The bus of events that name none.
        event_source: The source of events that name none.
        observer: Gets one record per poll and one per settled message.
        graceful_timeout: Seconds a stop grants running handlers; None for as long as they take.
        ack_policy: The policy of subscribers that name none; NACK_ON_ERROR by default.
        middlewares: FastStream middlewares around every handler and every publish.
        dependencies: FastStream's `Depends(...)` to run before every handler.
        logger: Where FastStream's lines go; None for nowhere.
        log_level: The level of FastStream's lines.
        apply_types: Whether FastStream validates and injects handlers' parameters.
        context: FastStream's context repository.
        provider: FastDepends' provider of overridden dependencies.
        clock: Time, for tests.
        specification_url: The server that AsyncAPI shows.
        description: The server's description in AsyncAPI.
        tags: The server's tags in AsyncAPI.
    """

    def __init__(
        self,
        *,
        session: AioSession | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        client_config: AioConfig | None = None,
        client_factory: ClientFactory | None = None,
        event_bus: str = DEFAULT_BUS,
        event_source: str = "",
        observer: Observer | None = None,
        graceful_timeout: float | None = 30.0,
        ack_policy: AckPolicy = EMPTY,
        middlewares: Sequence[BrokerMiddleware[Any, Any]] = (),
        dependencies: Iterable[Dependant] = (),
        logger: LoggerProto | None = EMPTY,
        log_level: int = logging.INFO,
        apply_types: bool = True,
        context: ContextRepo | None = None,
        provider: Provider | None = None,
        clock: Clock | None = None,
        specification_url: str | None = None,
        description: str | None = None,
        tags: Iterable[Tag | TagDict] = (),
    ) -> None:
        factory = client_factory or session_clients(
            session=session, region=region, endpoint_url=endpoint_url, config=client_config
        )
        connection, clock = Connection(factory), clock or SystemClock()
        super().__init__(
            routers=(),
            config=SQSBrokerConfig(
                connection=connection,
                producer=SQSProducer(connection=connection, clock=clock),
                observer=observer or SilentObserver(),
                clock=clock,
                event_bus=event_bus,
                event_source=event_source,
                broker_middlewares=middlewares,
                broker_dependencies=tuple(dependencies),
                graceful_timeout=graceful_timeout,
                ack_policy=ack_policy,
                logger=make_sqs_logger_state(logger=logger, log_level=log_level),
                fd_config=_injection(apply_types, context, provider),
                extra_context={"broker": self},
            ),
            specification=_specification(specification_url or endpoint_url, region, description, tags),
        )

    async def _connect(self) -> Connection:
        connection = self.config.broker_config.connection
        await connection.open()
        return connection

    async def start(self) -> None:
        """Connects and starts every subscriber."""
        await self.connect()
        await super().start()

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Drains every subscriber at the same time, then closes the clients."""
        try:
            await super().stop(exc_type, exc_val, exc_tb)
        finally:
            self._connection = None
            await self.config.broker_config.connection.close()

    def health(self) -> list[ConsumerHealth]:
        """The state of every started consumer, without a call to AWS."""
        states = (sub.health() for sub in self.subscribers if isinstance(sub, SQSSubscriber))
        return [state for state in states if state is not None]

    async def ping(self, timeout: float | None) -> bool:  # noqa: ARG002, ASYNC109 - the base's signature
        """Whether the broker is connected and the last poll of every consumer succeeded."""
        return self._connection is not None and all(state.receives for state in self.health())

    async def publish(
        self,
        message: Any,
        queue: SQSQueue | str,
        *,
        delay_seconds: int = 0,
        detail_type: str | None = None,
        source: str | None = None,
        headers: Mapping[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> str:
        """Sends a message to a queue and returns its id.

        Args:
            message: A string is sent as text, everything else as JSON.
            queue: The queue, or its URL.
            delay_seconds: 0 to 900.
            detail_type: Wraps the message as an event's detail, so that the same filters take it. It must
                then become a JSON object.
            source: The event's source; the broker's by default.
            headers: Strings for the handler's `message.headers`.
            correlation_id: By default that of the message being handled, else a new one.

        Raises:
            ValueError: The message, its delay or its headers are not what SQS takes.
            botocore.exceptions.ClientError: SQS refused it.
        """
        command = QueueCommand(
            message,
            queue=queue.url if isinstance(queue, SQSQueue) else queue,
            delay_seconds=delay_seconds,
            detail_type=detail_type,
            source=source or self.config.event_source,
            headers=outgoing_headers(self.context, headers),
            correlation_id=self._correlation_id(correlation_id),
        )
        message_id: str = await self._basic_publish(command, producer=self.config.producer)
        return message_id

    async def publish_event(
        self,
        *,
        detail_type: str,
        detail: Any,
        source: str | None = None,
        bus: str | None = None,
        resources: Sequence[str] = (),
        time: datetime | None = None,
        headers: Mapping[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> str:
        """Puts one event and returns its id; see `Event` and `publish_events`."""
        event = Event(
            detail_type=detail_type,
            detail=detail,
            source=source,
            bus=bus,
            resources=tuple(resources),
            time=time,
            correlation_id=correlation_id,
        )
        [event_id] = await self.publish_events([event], headers=headers)
        return event_id

    async def publish_events(
        self, events: Sequence[Event], *, headers: Mapping[str, str] | None = None
    ) -> list[str]:
        """Puts events, ten per call, and returns their ids in order; `headers` go into the `_meta` of each.

        Raises:
            ValueError: A detail is not a JSON object, or an event is one EventBridge would refuse.
            PutEventsError: EventBridge did not take some of them; the others are on their bus.
            botocore.exceptions.ClientError: A whole call failed.
        """
        command = EventsCommand(
            events,
            bus=self.config.event_bus,
            source=self.config.event_source,
            headers=outgoing_headers(self.context, headers),
            correlation_id=self._correlation_id(None),
        )
        event_ids: list[str] = await self._basic_publish(command, producer=self.config.producer)
        return event_ids

    async def request(self, *_: Any, **__: Any) -> NoReturn:
        raise FeatureNotSupportedException("SQS has no request and reply")

    def _correlation_id(self, given: str | None) -> str:
        handled = handled_message(self.context)
        return given or (handled.correlation_id if handled else self.config.id_generator())


def _injection(
    apply_types: bool,  # noqa: FBT001 - handed through
    context: ContextRepo | None,
    provider: Provider | None,
) -> FastDependsConfig:
    return FastDependsConfig(
        use_fastdepends=apply_types,
        serializer=EMPTY,
        provider=provider or dependency_provider,
        context=context or ContextRepo(),
    )


def _specification(
    url: str | None, region: str | None, description: str | None, tags: Iterable[Tag | TagDict]
) -> BrokerSpec:
    return BrokerSpec(
        url=[url or f"https://sqs.{region or '{region}'}.amazonaws.com"],
        protocol="sqs",
        protocol_version=None,
        description=description,
        tags=tags,
        security=None,
    )
