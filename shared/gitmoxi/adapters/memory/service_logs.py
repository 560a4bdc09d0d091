"""Logs of our services in memory."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.ports.service_logs import LogLine, LogPage


class MemoryServiceLogs:
    """``put`` writes a line; pages have ``page_size`` lines, newest first.

    Attributes:
        fault: raised by each call, if there is one.
        pages: how many pages were asked for.
    """

    def __init__(self, page_size: int = 1000) -> None:
        self.page_size = page_size
        self._lines: dict[str, list[LogLine]] = {}
        self.fault: Exception | None = None
        self.pages = 0

    def put(self, service: str, at: datetime, text: str) -> None:
        """A line of ``service``."""
        lines = self._lines.setdefault(service, [])
        lines.append(LogLine(id=f"{service}-{len(lines)}", at=at, text=text))

    async def page(
        self,
        service: str,
        *,
        since: datetime,
        until: datetime,
        containing: str | None = None,
        cursor: str | None = None,
    ) -> LogPage:
        if self.fault is not None:
            raise self.fault
        self.pages += 1
        found = sorted(
            (
                line
                for line in self._lines.get(service, [])
                if since <= line.at <= until and (containing is None or containing in line.text)
            ),
            key=lambda line: line.at,
            reverse=True,
        )
        start = int(cursor or 0)
        end = start + self.page_size
        return LogPage(lines=tuple(found[start:end]), cursor=str(end) if end < len(found) else None)
