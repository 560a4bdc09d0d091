"""What is published: a message for a queue, or events for buses, and how they are encoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from faststream.response import PublishCommand, PublishType
from pydantic_core import to_jsonable_python

from faststream_sqs._compat import ContextRepo
from faststream_sqs.engine.dead_letters import MAX_ATTRIBUTES
from faststream_sqs.engine.envelope import (
    CONTENT_TYPE,
    CORRELATION_ID,
    TEXT_CONTENT_TYPE,
    TRACEPARENT,
    to_json,
    wrap_detail,
    wrap_event,
)
from faststream_sqs.engine.events import EventEntry
from faststream_sqs.engine.trace import TraceContext
from faststream_sqs.message import SQSMessage

if TYPE_CHECKING:
    from types_aiobotocore_sqs.type_defs import MessageAttributeValueTypeDef

MAX_DELAY_SECONDS = 900
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event to publish; `source` and `bus` default to the broker's.

    `detail` is a pydantic model, a dataclass or a mapping that becomes a JSON object. Correlation id and
    traceparent default to those of the message being handled; an outbox gives the ones it has stored.
    """

    detail_type: str
    detail: Any
    source: str | None = None
    bus: str | None = None
    resources: tuple[str, ...] = ()
    time: datetime | None = None
    correlation_id: str | None = None
    traceparent: str | None = None


class QueueCommand(PublishCommand):
    """One SendMessage; with a `detail_type` the body travels as an event's detail."""

    def __init__(
        self,
        body: Any,
        *,
        queue: str,
        delay_seconds: int = 0,
        detail_type: str | None = None,
        source: str = "",
        headers: Mapping[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(
            body,
            destination=queue,
            headers=dict(headers or {}),
            correlation_id=correlation_id,
            _publish_type=PublishType.PUBLISH,
        )
        if not 0 <= delay_seconds <= MAX_DELAY_SECONDS:
            raise ValueError(f"delay_seconds must be 0 to {MAX_DELAY_SECONDS}, not {delay_seconds}")
        self.delay_seconds = delay_seconds
        self.detail_type = detail_type
        self.source = source

    def encode(self) -> "tuple[str, dict[str, MessageAttributeValueTypeDef]]":
        """The body and the message attributes to send.

        Raises:
            ValueError: The body is not JSON, is empty, or there are more headers than SQS takes.
        """
        meta = {**_strings(self.headers), CORRELATION_ID: self.correlation_id or ""}
        if self.detail_type is not None:
            detail = wrap_detail(_json_object(self.body), meta)
            return to_json(wrap_event(detail_type=self.detail_type, source=self.source, detail=detail)), {}
        if isinstance(self.body, str):
            if not self.body:
                raise ValueError("SQS takes no empty body")
            return self.body, _attributes({CONTENT_TYPE: TEXT_CONTENT_TYPE, **meta})
        return to_json(to_jsonable_python(self.body)), _attributes(meta)


class EventsCommand(PublishCommand):
    """Events for PutEvents; `headers` go into the `_meta` of each."""

    def __init__(
        self,
        events: Sequence[Event],
        *,
        bus: str,
        source: str,
        headers: Mapping[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(
            tuple(events),
            destination=bus,
            headers=dict(headers or {}),
            correlation_id=correlation_id,
            _publish_type=PublishType.PUBLISH,
        )
        self.events = tuple(events)
        self.source = source

    def encode(self) -> list[EventEntry]:
        """The entries to put.

        Raises:
            ValueError: A detail is not a JSON object, or an entry is one EventBridge would refuse.
        """
        return [self._entry(event) for event in self.events]

    def _entry(self, event: Event) -> EventEntry:
        meta = {
            **_strings(self.headers),
            CORRELATION_ID: event.correlation_id or self.correlation_id or "",
        }
        if event.traceparent:
            meta[TRACEPARENT] = event.traceparent
        return EventEntry(
            bus=event.bus or self.destination,
            source=event.source or self.source,
            detail_type=event.detail_type,
            detail=to_json(wrap_detail(_json_object(event.detail), meta)),
            resources=event.resources,
            time=event.time,
        )


def handled_message(context: ContextRepo) -> SQSMessage | None:
    """The message whose handler is running here, if one is."""
    message = context.get_local("message")
    return message if isinstance(message, SQSMessage) else None


def outgoing_headers(context: ContextRepo, headers: Mapping[str, str] | None) -> dict[str, str]:
    """The caller's headers with a traceparent: the caller's, the handled message's, or a new trace's."""
    message = handled_message(context)
    trace = message.trace if message else TraceContext.new()
    return {TRACEPARENT: trace.traceparent, **(headers or {})}


def _json_object(detail: Any) -> dict[str, Any]:
    document = to_jsonable_python(detail)
    if not isinstance(document, dict):
        raise ValueError(f"a detail must become a JSON object, {type(detail).__name__} does not")  # noqa: TRY004 - its value is wrong, many types become objects
    return document


def _strings(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in headers.items()}


def _attributes(values: Mapping[str, str]) -> "dict[str, MessageAttributeValueTypeDef]":
    if len(values) > MAX_ATTRIBUTES:
        raise ValueError(
            f"{len(values)} message attributes, SQS takes {MAX_ATTRIBUTES}: "
            "give fewer headers, or a detail_type"
        )
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items() if value}
