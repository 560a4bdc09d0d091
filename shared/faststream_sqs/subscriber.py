"""A queue's subscriber: FastStream's pipeline as the engine's handler."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, NoReturn

from fast_depends.dependencies import Dependant
from faststream.exceptions import FeatureNotSupportedException, SetupError, StopConsume
from faststream.message import StreamMessage
from faststream.middlewares import AckPolicy

from faststream_sqs._compat import (
    CallsCollection,
    Filter,
    HandlerCallWrapper,
    P_HandlerParams,
    SubscriberSpecification,
    SubscriberUsecase,
    T_HandlerReturn,
    default_filter,
)
from faststream_sqs.config import SQSSubscriberConfig
from faststream_sqs.engine.consumer import Consumer, ConsumerHealth
from faststream_sqs.engine.delivery import Delivery, Nack, Verdict
from faststream_sqs.message import RawMessage, SQSMessage
from faststream_sqs.specification import queue_name
from faststream_sqs.verdicts import verdict_of

UNSETTLED = "the handler neither acknowledged nor rejected the message"
STOP_WITHOUT_TIMEOUT_SECONDS = 86_400
"""`graceful_timeout=None` means: wait for the handlers, however long they take."""


class SQSSubscriber(SubscriberUsecase[RawMessage]):
    """One per queue: its handlers share one consumer and are chosen by their filters, in order."""

    _outer_config: Any

    def __init__(
        self,
        config: SQSSubscriberConfig,
        specification: SubscriberSpecification[Any, Any],
        calls: CallsCollection[RawMessage],
    ) -> None:
        super().__init__(config, specification, calls)
        if self.ack_policy is AckPolicy.ACK_FIRST:
            raise SetupError(
                "AckPolicy.ACK_FIRST deletes a message before its work is done: it would be lost"
            )
        self.queue = config.queue
        self.max_workers = config.max_workers
        self.prefetch = config.prefetch
        self._consumer: Consumer | None = None

    async def start(self) -> None:
        await super().start()
        self._post_start()
        if self.calls:
            self._consumer = Consumer(
                queue=self.queue,
                client=self._outer_config.connection.sqs,
                handler=self.handle,
                max_workers=self.max_workers,
                prefetch=self.prefetch,
                observer=self._outer_config.observer,
                clock=self._outer_config.clock,
            )
            self._consumer.start()

    async def stop(self) -> None:
        """Drains the queue's consumer within the broker's `graceful_timeout`."""
        consumer, self._consumer = self._consumer, None
        if consumer:
            timeout = self._outer_config.graceful_timeout
            await consumer.stop(STOP_WITHOUT_TIMEOUT_SECONDS if timeout is None else timeout)
        await super().stop()

    def health(self) -> ConsumerHealth | None:
        """The consumer's state; None while it is not started."""
        return self._consumer.health() if self._consumer else None

    async def handle(self, delivery: Delivery) -> Verdict:
        """Runs one delivery through FastStream's pipeline; what its middlewares decided is the verdict.

        FastStream's own `consume` swallows every exception and returns silently once stopped, hence not it.
        """
        raw = RawMessage(delivery)
        try:
            await self.process_message(raw)
        except StopConsume:
            self._stop_polling()
        except SystemExit:
            self._stop_polling()
            if app := self._outer_config.context.get("app"):
                app.exit()
        except Exception as error:  # noqa: BLE001 - FastStream has logged it, here it becomes a verdict
            return verdict_of(error, raw)
        return raw.verdict or Nack(reason=UNSETTLED)

    def _stop_polling(self) -> None:
        if self._consumer:
            self._consumer.stop_polling()

    def get_log_context(self, message: StreamMessage[RawMessage] | None) -> dict[str, str]:
        return {"queue": queue_name(self.queue.url), **super().get_log_context(message)}

    def _make_response_publisher(self, message: StreamMessage[RawMessage]) -> tuple[()]:  # noqa: ARG002 - the base's
        return ()

    async def get_one(self, *, timeout: float = 5) -> NoReturn:  # noqa: ARG002, ASYNC109 - the base's signature
        raise FeatureNotSupportedException(
            "SQS messages arrive at handlers; receiving single ones is not supported"
        )

    def __aiter__(self) -> AsyncIterator[StreamMessage[RawMessage]]:
        raise FeatureNotSupportedException(
            "SQS messages arrive at handlers; iterating over them is not supported"
        )


class Subscription:
    """What `broker.subscriber(...)` returns: a decorator that adds a handler to the queue's subscriber."""

    def __init__(
        self,
        subscriber: SQSSubscriber,
        *,
        filter: Filter[SQSMessage] | None,  # noqa: A002 - FastStream's name for it
        dependencies: Sequence[Dependant],
    ) -> None:
        self.subscriber = subscriber
        self._filter = filter
        self._dependencies = tuple(dependencies)

    def __call__(
        self, func: Callable[P_HandlerParams, T_HandlerReturn]
    ) -> HandlerCallWrapper[P_HandlerParams, T_HandlerReturn]:
        return self.subscriber(func, filter=self._filter or default_filter, dependencies=self._dependencies)
