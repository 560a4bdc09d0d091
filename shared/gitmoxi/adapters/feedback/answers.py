"""What an answer of a Git host or a channel means: done, later, or never."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from gitmoxi.adapters.feedback.web import WebAnswer
from gitmoxi.domain.commit_reports import shortened
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError

_LONGEST_WAIT_SECONDS = 3600.0
"""A host that asks for more is asked again after this."""

_LONGEST_WORDS = 300
"""Characters of the other side's own words in an error."""

_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY})


def check_answer(answer: WebAnswer, name: str, need: str, now: datetime) -> None:
    """Nothing for a success.

    ``name`` is what people call the other side, ``need`` a sentence that says what it needs of us.

    Raises:
        ThrottledError: it asks for fewer requests, and for how long, if it says so.
        UnavailableError: it is out of order.
        FeedbackRefusedError: it refuses; the message ends with ``need``.
    """
    if answer.ok:
        return
    told = f"{name} answered HTTP {answer.status}{words_of(answer)}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or _limited(answer):
        raise ThrottledError(told, retry_after_seconds=_wait(answer, now))
    if answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UnavailableError(told)
    raise FeedbackRefusedError(f"{told}. {need}")


def words_of(answer: WebAnswer) -> str:
    """The other side's own words, on one line and not many; empty if there are none."""
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return ""
    said = (document.get("message") or document.get("error")) if isinstance(document, dict) else None
    if not said:
        return ""
    text = said if isinstance(said, str) else json.dumps(said)
    return f": {shortened(text, _LONGEST_WORDS)}"


def json_of(answer: WebAnswer, name: str) -> Any:
    """The JSON document of a success.

    Raises:
        UnavailableError: it is none; a proxy's page, perhaps.
    """
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise UnavailableError(f"{name} answered with something that is no JSON") from error


def _limited(answer: WebAnswer) -> bool:
    """GitHub says 403 for its limits too: with Retry-After, or with nothing left of the quota."""
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    return "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"


def _wait(answer: WebAnswer, now: datetime) -> float | None:
    """Seconds that the host asks for (RFC 9110, Retry-After; GitHub's x-ratelimit-reset)."""
    asked = answer.headers.get("retry-after", "").strip()
    reset = answer.headers.get("x-ratelimit-reset", "").strip()
    if asked.isascii() and asked.isdigit():
        seconds = float(asked)
    elif asked:
        try:
            seconds = (parsedate_to_datetime(asked).astimezone(UTC) - now).total_seconds()
        except ValueError:
            return None
    elif reset.isascii() and reset.isdigit():
        seconds = float(reset) - now.timestamp()
    else:
        return None
    return min(max(seconds, 1.0), _LONGEST_WAIT_SECONDS)
