"""W3C trace context: which trace a message belongs to, and the span that handles it."""

import re
import secrets
from dataclasses import dataclass
from typing import Self

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
)
_FORBIDDEN_VERSION = "ff"
_NEW_TRACE_FLAGS = "00"
"""Not sampled: whoever records traces decides that, we only carry ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceContext:
    """A position in a trace, https://www.w3.org/TR/trace-context/#traceparent-header."""

    trace_id: str
    span_id: str
    flags: str

    @classmethod
    def new(cls) -> Self:
        return cls(trace_id=secrets.token_hex(16), span_id=secrets.token_hex(8), flags=_NEW_TRACE_FLAGS)

    @classmethod
    def parse(cls, traceparent: object) -> Self | None:
        """The context of a `traceparent`, or None when it is not a valid one (it came from outside)."""
        match = _TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
        if match is None or match["version"] == _FORBIDDEN_VERSION:
            return None
        if set(match["trace"]) == {"0"} or set(match["span"]) == {"0"}:
            return None
        return cls(trace_id=match["trace"], span_id=match["span"], flags=match["flags"])

    def child(self) -> Self:
        """A new span of the same trace."""
        return type(self)(trace_id=self.trace_id, span_id=secrets.token_hex(8), flags=self.flags)

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"
