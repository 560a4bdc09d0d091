"""Showing the status of targets again and again: redrawn in a terminal, elsewhere a line for each change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from rich.console import Console, Group
from rich.live import Live

from gitmoxi_gmctl import following
from gitmoxi_gmctl.exits import UnreachableError
from gitmoxi_gmctl.printing import cell
from gitmoxi_gmctl.status.asking import StatusAsker
from gitmoxi_gmctl.status.replies import StatusPage, TargetStatus
from gitmoxi_gmctl.status.table import STYLES, reason, short_name, status_view, summary

Show = Callable[[StatusPage], None]


def watch(asker: StatusAsker, console: Console, *, timeout_seconds: float | None, wide: bool) -> StatusPage:
    """Show what changes until the time is over, or somebody presses Ctrl-C; what was shown last.

    An API that is away for a moment is waited for.
    """
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    page = asker.all()
    with _shown(console, wide=wide) as show, suppress(KeyboardInterrupt):
        show(page)
        while deadline is None or time.monotonic() < deadline:
            following.pause()
            with suppress(UnreachableError):
                page = asker.all()
            show(page)
    return page


@contextmanager
def _shown(console: Console, *, wide: bool) -> Iterator[Show]:
    if not console.is_terminal:
        yield _Lines(console).show
        return
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:

        def redraw(page: StatusPage) -> None:
            now = datetime.now(UTC)
            head = cell(f"{now.astimezone():%H:%M:%S}  Ctrl-C ends", "dim")
            live.update(Group(head, status_view(page, console, now=now, wide=wide)), refresh=True)

        yield redraw


class _Lines:
    """Without a terminal: first the sum, then a line whenever a target's condition changes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._known: dict[str, str] | None = None

    def show(self, page: StatusPage) -> None:
        known = {item.target.id: item.condition for item in page.targets}
        if known == self._known:
            return
        for item in page.targets:
            before = (self._known or known).get(item.target.id)
            if before != item.condition:
                self._print(item, before)
        self._console.print(summary(page), soft_wrap=True)
        self._known = known

    def _print(self, item: TargetStatus, before: str | None) -> None:
        change = f"{before or 'new'} → "
        line = cell(f"{short_name(item.target)}: {change}") + cell(
            item.condition, STYLES.get(item.condition, "")
        )
        self._console.print(line + cell(f"  {reason(item)}", "dim"), soft_wrap=True)
