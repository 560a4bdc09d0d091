"""Time and identifiers as arguments, so that a test can hold both in its hand."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The present, twice: for records, and for measuring."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC. For records and logs, never for deciding that a wait is over."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back, whatever the host's clock does."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Ids(Protocol):
    """Fresh identifiers."""

    def ulid(self) -> str:
        """26 characters that sort by time."""
        ...
