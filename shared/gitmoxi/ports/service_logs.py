"""What the services of this installation have logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line as it was shipped; ``id`` is CloudWatch's and tells the line from all others."""

    id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Some lines, in no order that counts; ``cursor`` None: there are no more."""

    lines: tuple[LogLine, ...]
    cursor: str | None


class ServiceLogs(Protocol):
    """CloudWatch's FilterLogEvents on the log groups of our services."""

    async def page(
        self,
        service: str,
        *,
        since: datetime,
        until: datetime,
        containing: str | None = None,
        cursor: str | None = None,
    ) -> LogPage:
        """Lines of ``service`` (a worker's name, or ``api``) that hold the text ``containing``.

        A page may be empty though more follow. ``containing`` has letters, digits, ``-`` and ``_`` only.

        Raises:
            ThrottledError, UnavailableError, AwsRejectedError: as CloudWatch answers.
        """
        ...
