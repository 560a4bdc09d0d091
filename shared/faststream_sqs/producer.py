"""Sends what is published: SendMessage for queues, PutEvents for buses."""

from typing import Any, NoReturn, assert_never

from faststream.exceptions import FeatureNotSupportedException

from faststream_sqs._compat import DefaultCodec, ProducerProto
from faststream_sqs.clients import Connection
from faststream_sqs.commands import EventsCommand, QueueCommand
from faststream_sqs.engine.clock import Clock
from faststream_sqs.engine.events import EventSender
from faststream_sqs.engine.gateway import QueueGateway
from faststream_sqs.message import decode_body, parse_message


class SQSProducer(ProducerProto[QueueCommand | EventsCommand]):
    """The broker's producer."""

    def __init__(self, *, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._parser = parse_message
        self._decoder = decode_body
        self.codec = DefaultCodec()

    async def publish(self, cmd: QueueCommand | EventsCommand) -> str | list[str]:
        """Returns the message id, or the event ids in order."""
        match cmd:
            case QueueCommand():
                body, attributes = cmd.encode()
                gateway = QueueGateway(
                    client=self._connection.sqs, queue_url=cmd.destination, clock=self._clock
                )
                return await gateway.send(body=body, attributes=attributes, delay_seconds=cmd.delay_seconds)
            case EventsCommand():
                sender = EventSender(client=self._connection.events, clock=self._clock)
                return await sender.put(cmd.encode())
            case _:
                assert_never(cmd)

    async def request(self, cmd: QueueCommand | EventsCommand) -> NoReturn:  # noqa: ARG002 - the protocol's
        raise FeatureNotSupportedException("SQS has no request and reply")

    async def publish_batch(self, cmd: QueueCommand | EventsCommand) -> Any:
        return await self.publish(cmd)
