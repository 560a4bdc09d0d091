"""When to look again: the API says so by server-sent events, or else every moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from gitmoxi_gmctl.api_transport import ApiTransport, EventLines, Query
from gitmoxi_gmctl.exits import GmctlError
from gitmoxi_gmctl.replies import Deployment, Reply, Step

_SILENCE_SECONDS: Final = 4.0
"""The API gives a sign of life each second: if none comes for so long, something swallows the stream."""

_FIRST_RETRY_SECONDS: Final = 2.0
_LAST_RETRY_SECONDS: Final = 60.0


class StepEvent(Reply):
    """A step that was committed, and where its deployment stands."""

    deployment: Deployment
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where events come from.

    ``heard`` shows a step, or not if it was shown, and says whether it is time to look; ``last_event_id``
    says what was shown already.
    """

    path: str
    query: Query
    heard: Callable[[StepEvent], bool]
    last_event_id: Callable[[], str | None]


class Signals:
    """Waits for what is worth a look.

    What is shown comes from looks or events alike, and those who show it drop what they showed before. After
    every connection there is one look: so nothing is lost between, and a stream that is refused, cut or held
    back by a proxy only makes looks more frequent.
    """

    def __init__(self, api: ApiTransport, source: Source, pause: Callable[[], None]) -> None:
        self._api = api
        self._source = source
        self._pause = pause
        self._lines: EventLines | None = None
        self._retry_at = 0.0
        self._retry_seconds = _FIRST_RETRY_SECONDS

    def wait(self, is_over: Callable[[], bool]) -> None:
        """Come back when it is time to look; or when ``is_over``, which is asked each second."""
        if self._lines is None:
            if time.monotonic() < self._retry_at or not self._connect():
                self._pause()
            return
        for event in self._events(self._lines):
            if event is not None and self._source.heard(event):
                return
            if is_over():
                return
        self.close()
        self._pause()

    def close(self) -> None:
        """Hang up."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None

    def _connect(self) -> bool:
        """Whether the stream is there, and says so."""
        source = self._source
        try:
            self._lines = self._api.events_of(
                source.path, source.query, source.last_event_id(), silence_seconds=_SILENCE_SECONDS
            )
            for name, _ in self._lines:
                if name == "live":
                    self._retry_seconds = _FIRST_RETRY_SECONDS
                    return True
        except GmctlError:
            pass  # looking tells what is wrong, if anything is
        self.close()
        self._retry_at = time.monotonic() + self._retry_seconds
        self._retry_seconds = min(2 * self._retry_seconds, _LAST_RETRY_SECONDS)
        return False

    def _events(self, lines: EventLines) -> Iterator[StepEvent | None]:
        """Steps, and None for signs of life; it ends where the stream does, or makes no sense."""
        try:
            for name, data in lines:
                if name == "end":
                    return
                yield StepEvent.model_validate_json(data) if name == "step" else None
        except (GmctlError, ValidationError):
            return
