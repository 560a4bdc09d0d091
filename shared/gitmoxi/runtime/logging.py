"""Logs as events: one JSON object per line on stdout, bound to the message at work, without secrets."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from gitmoxi.runtime.redaction import Redactor
from gitmoxi.runtime.settings import LogLevel

LineSink = Callable[[str], None]
"""Takes one finished line; must neither block nor raise."""

_CANONICAL = "canonical"
_QUIET_LIBRARIES = ("botocore", "aiobotocore", "urllib3", "httpx", "httpcore", "asyncio", "faststream")
"""Their debug output shows requests with headers and bodies: never more than their warnings."""


def configure_logging(
    *,
    service: str,
    level: LogLevel,
    redactor: Redactor,
    stream: TextIO | None = None,
    canonical_sink: LineSink | None = None,
) -> None:
    """Set up structlog and the standard library's logging for this process.

    Args:
        service: bound to every line.
        level: entries below it are dropped before they cost anything.
        redactor: runs over every entry.
        stream: where lines go, stdout by default.
        canonical_sink: also gets the canonical lines, those written by :func:`log_canonical`.
    """
    out = stream or sys.stdout
    shared = _processors(service, redactor)
    structlog.configure(
        processors=[*shared, _Renderer(canonical_sink)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _Renderer(None)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for library in _QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)


def get_logger() -> FilteringBoundLogger:
    """A logger; call it with an event's name and fields: ``log.info("deployment.ticked", because=…)``."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def log_canonical(event: str, **fields: Any) -> None:
    """Write the one line that sums a message's handling up; it is also shipped to CloudWatch."""
    get_logger().info(event, **{_CANONICAL: True}, **fields)


@contextmanager
def message_context(**fields: Any) -> Iterator[None]:
    """Bind the message's identity to every line written inside, in this task and those it starts."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield


def _processors(service: str, redactor: Redactor) -> list[Processor]:
    def add_service(_logger: Any, _method: str, entry: EventDict) -> EventDict:
        entry.setdefault("service", service)
        return entry

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        structlog.processors.format_exc_info,
        redactor,
    ]


class _Renderer:
    """The last processor: an entry becomes one line of JSON, canonical ones also go to the sink."""

    def __init__(self, canonical_sink: LineSink | None) -> None:
        self._canonical_sink = canonical_sink

    def __call__(self, _logger: Any, _method: str, entry: EventDict) -> str:
        first = {key: entry.pop(key) for key in ("timestamp", "level", "event") if key in entry}
        line = json.dumps({**first, **entry}, default=str, ensure_ascii=False)
        if self._canonical_sink is not None and entry.get(_CANONICAL) is True:
            self._canonical_sink(line)
        return line
