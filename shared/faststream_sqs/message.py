"""A message as handlers see it, and the parser that makes it."""

from datetime import datetime
from typing import Any

from faststream.message import StreamMessage, decode_message

from faststream_sqs.engine.delivery import Ack, Bury, Delivery, Nack, Verdict
from faststream_sqs.engine.envelope import CONTENT_TYPE
from faststream_sqs.engine.trace import TraceContext
from faststream_sqs.exceptions import UndecodableBodyError

JSON_CONTENT_TYPE = "application/json"
NACKED = "the handler asked for a retry"
REJECTED = "the handler rejected the message"


class RawMessage:
    """What travels through FastStream's pipeline: a delivery, and the verdict that grows on it.

    The first decision stays. It is carried out once the pipeline has ended, so nothing is deleted early.
    """

    __slots__ = ("delivery", "verdict")

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.verdict: Verdict | None = None

    def __repr__(self) -> str:
        return f"RawMessage({self.delivery!r})"

    def decide(self, verdict: Verdict) -> None:
        if self.verdict is None:
            self.verdict = verdict


class SQSMessage(StreamMessage[RawMessage]):
    """A received message.

    `body` is the decoded content (an event's `detail`, or the whole plain body), `headers` all the rest:
    the envelope's other fields under their own names, what the sender put into `_meta`, and the SQS
    message attributes.
    """

    def __init__(self, raw: RawMessage) -> None:
        delivery = raw.delivery
        envelope = delivery.envelope
        super().__init__(
            raw_message=raw,
            body=envelope.content,
            headers=dict(envelope.headers),
            content_type=str(envelope.headers.get(CONTENT_TYPE, JSON_CONTENT_TYPE)),
            correlation_id=delivery.correlation_id,
            message_id=delivery.message_id,
        )
        self.delivery = delivery
        self.trace = envelope.trace.child() if envelope.trace else TraceContext.new()

    @property
    def detail_type(self) -> str:
        """The event's `detail-type`; empty for a plain body."""
        return self.delivery.envelope.detail_type

    @property
    def source(self) -> str:
        """The event's `source`; empty for a plain body."""
        return self.delivery.envelope.source

    @property
    def traceparent(self) -> str:
        """The span that handles this message; what is published meanwhile carries it as its parent."""
        return self.trace.traceparent

    @property
    def receive_count(self) -> int:
        """SQS's approximate count of receipts, 1 for the first."""
        return self.delivery.receive_count

    @property
    def sent_at(self) -> datetime:
        return self.delivery.sent_at

    async def decode(self) -> Any:
        """The decoded body.

        Raises:
            UndecodableBodyError: It is not what it claims to be; the message goes to the dead-letter queue.
        """
        try:
            return await super().decode()
        except UndecodableBodyError:
            raise
        except Exception as error:
            raise UndecodableBodyError(f"the body cannot be decoded: {error}") from error

    async def ack(self) -> None:
        """Deletes the message once its handler has ended."""
        self.raw_message.decide(Ack())
        await super().ack()

    async def nack(self, reason: str = NACKED) -> None:
        """Brings the message back after the queue's backoff."""
        self.raw_message.decide(Nack(reason=reason))
        await super().nack()

    async def reject(self, reason: str = REJECTED) -> None:
        """Moves the message to the dead-letter queue."""
        self.raw_message.decide(Bury(reason=reason))
        await super().reject()


async def parse_message(raw: RawMessage) -> SQSMessage:
    """Never raises: FastStream's acknowledgement parses again when parsing failed."""
    return SQSMessage(raw)


async def decode_body(message: StreamMessage[RawMessage]) -> Any:
    """The content of a message; bytes (which only FastStream's test assertions bring) are decoded as JSON.

    Raises:
        UndecodableBodyError: The received body was not JSON.
    """
    if isinstance(message.body, bytes):
        return decode_message(message)
    if problem := message.raw_message.delivery.envelope.problem:
        raise UndecodableBodyError(problem)
    return message.body
