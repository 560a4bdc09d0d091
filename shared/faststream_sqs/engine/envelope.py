"""What travels in a message body: EventBridge's envelope or a plain body, unwrapped and wrapped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from faststream_sqs.engine.trace import TraceContext

META_KEY = "_meta"
"""The key of `detail` that carries correlation id, traceparent and headers; handlers never see it."""

CORRELATION_ID = "correlation_id"
TRACEPARENT = "traceparent"
CONTENT_TYPE = "content-type"
TEXT_CONTENT_TYPE = "text/plain"
_DETAIL_TYPE = "detail-type"
_DETAIL = "detail"
_MAX_ID_LENGTH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message body, unwrapped.

    Attributes:
        content: The decoded body: an event's `detail` without `_meta`, else the body; None when undecodable.
        headers: Everything else: the envelope's other fields, `_meta` and the SQS message attributes.
        correlation_id: Carried by the sender, else the event's id, else None.
        trace: Carried by the sender, else None.
        problem: Why the body cannot be decoded, as a sentence for the dead-letter queue; None when it can.
    """

    content: object
    headers: Mapping[str, object]
    correlation_id: str | None = None
    trace: TraceContext | None = None
    problem: str | None = None

    @property
    def detail_type(self) -> str:
        """The event's `detail-type`, or an empty string for a plain body."""
        return str(self.headers.get(_DETAIL_TYPE, ""))

    @property
    def source(self) -> str:
        """The event's `source`, or an empty string."""
        return str(self.headers.get("source", ""))


def unwrap(body: str, attributes: Mapping[str, str]) -> Envelope:
    """Unwraps a message body; never raises, what is wrong becomes the envelope's `problem`.

    A JSON object with a string `detail-type` and a `detail` is an event, other JSON is a plain body.
    Text that is not JSON is accepted only when the sender said `content-type: text/plain`.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """
    if attributes.get(CONTENT_TYPE) == TEXT_CONTENT_TYPE:
        return _plain(body, attributes)
    try:
        document = json.loads(body, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        return Envelope(
            content=None, headers=_frozen(attributes), problem=f"the body is not JSON: {_cause(error)}"
        )
    if isinstance(document, dict) and isinstance(document.get(_DETAIL_TYPE), str) and _DETAIL in document:
        return _event(document, attributes)
    return _plain(document, attributes)


def wrap_detail(detail: Mapping[str, object], meta: Mapping[str, str]) -> dict[str, object]:
    """A `detail` with its `_meta`; the sender's own `_meta` would be lost on receipt, so it is an error.

    Raises:
        ValueError: `detail` has a key `_meta`.
    """
    if META_KEY in detail:
        raise ValueError(
            f"a detail must not have a key {META_KEY!r}: it is reserved for correlation and trace ids"
        )
    return {**detail, META_KEY: dict(meta)}


def wrap_event(*, detail_type: str, source: str, detail: Mapping[str, object]) -> dict[str, object]:
    """The envelope of a message sent straight to a queue, so that filters treat it as an event."""
    return {_DETAIL_TYPE: detail_type, "source": source, _DETAIL: detail}


def to_json(document: object) -> str:
    """Compact strict JSON, readable for people where it can be."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(content: object, attributes: Mapping[str, str]) -> Envelope:
    return Envelope(
        content=content,
        headers=_frozen(attributes),
        correlation_id=_identifier(attributes.get(CORRELATION_ID)),
        trace=TraceContext.parse(attributes.get(TRACEPARENT)),
    )


def _event(document: dict[str, object], attributes: Mapping[str, str]) -> Envelope:
    detail = document.pop(_DETAIL)
    meta: dict[str, str] = {}
    if isinstance(detail, dict) and isinstance(detail.get(META_KEY), dict):
        carried = detail.pop(META_KEY)
        meta = {key: value for key, value in carried.items() if isinstance(value, str)}
    return Envelope(
        content=detail,
        # The envelope comes last: what EventBridge says of an event is not the sender's to overwrite.
        headers=_frozen({**attributes, **meta, **document}),
        correlation_id=_identifier(meta.get(CORRELATION_ID)) or _identifier(document.get("id")),
        trace=TraceContext.parse(meta.get(TRACEPARENT)),
    )


def _identifier(value: object) -> str | None:
    """An id from outside, if it is one: it goes into logs and on into other messages."""
    if isinstance(value, str) and 0 < len(value) <= _MAX_ID_LENGTH and value.isprintable():
        return value
    return None


def _frozen(headers: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(headers))


def _cause(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
