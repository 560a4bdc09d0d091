"""``gmctl logs``: what the services say, as lines for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from gitmoxi.domain.states import Worker
from gitmoxi_gmctl import following
from gitmoxi_gmctl.api_transport import Query
from gitmoxi_gmctl.exits import ExitCode, GmctlError, UnreachableError
from gitmoxi_gmctl.operating_client import OperatingClient
from gitmoxi_gmctl.operating_replies import LogEntry, Logs
from gitmoxi_gmctl.options import OutputOption
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell, make_console
from gitmoxi_gmctl.session import session_of

_SERVICES = (*(worker.value for worker in Worker), "api")
_UNITS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,7})([smhd])")
_DEPLOYMENT = re.compile(r"d-[\w-]{1,62}")
_MOST_AT_ONCE = 1000
_LATE = timedelta(seconds=20)
"""A line shows up a little after it was written: so far back each look reaches again."""

_FOR_MACHINES = frozenset(
    {"message_id", "correlation_id", "settled", "receive_count", "queue_age_ms", "handled_ms"}
)
"""Long, or of use to few who read: ``--output json`` has them."""

_STYLES: Mapping[str, str] = {"warning": "yellow", "error": "red", "critical": "bold red", "debug": "dim"}


class Level(StrEnum):
    """From how much on a line is shown."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def logs(
    context: typer.Context,
    *,
    about: Annotated[
        str | None,
        typer.Argument(
            metavar="[SERVICE|DEPLOYMENT]",
            help=f"{', '.join(_SERVICES)}; or a deployment's id. Without it: all workers.",
        ),
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="10m|2h|3d|TIME", help="How far to look back.")
    ] = "10m",
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
    number: Annotated[
        int, typer.Option("-n", "--number", min=1, max=_MOST_AT_ONCE, help="How many at most, the newest.")
    ] = 100,
    level: Annotated[
        Level, typer.Option("--level", case_sensitive=False, help="Only lines that matter so much or more.")
    ] = Level.INFO,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what the services say: a line for each message that a worker handled, and what came of it.

    Of a deployment: every line that names it, whichever service wrote it.
    """
    query: dict[str, str | int | None] = {**_about(about), **_since(since), "level": level.value}
    with OperatingClient(session_of(context).endpoint) as api:
        found = api.logs({**query, "limit": number})
        if follow:
            _follow(api, found, query, output)
        else:
            present(output, found, lambda console: _show(console, found))


def _about(text: str | None) -> dict[str, str | int | None]:
    """What of the query follows from what was typed.

    Raises:
        GmctlError: it is no service and no deployment.
    """
    if text is None:
        return {}
    if text.lower() in _SERVICES:
        return {"service": text.lower()}
    if _DEPLOYMENT.fullmatch(text):
        return {"deployment": text}
    raise GmctlError(
        f"{text!r} is no service ({', '.join(_SERVICES)}) and no deployment, whose ids begin with d-: "
        "gmctl deployment get lists them.",
        ExitCode.USAGE,
    )


def _since(text: str) -> dict[str, str | int | None]:
    """``10m`` as seconds, or a moment.

    Raises:
        GmctlError: it is neither.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if match is not None and int(match[1]) > 0:
        return {"seconds": int(match[1]) * _UNITS[match[2]]}
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GmctlError(
            f"--since {text!r} is no time: write 90s, 10m, 2h, 3d, or a moment as in 2026-11-22T09:30.",
            ExitCode.USAGE,
        ) from None
    return {"since": moment.astimezone().isoformat()}


@dataclass(slots=True)
class _Shown:
    """Ids of lines that were shown, as far back as the next look reaches."""

    at: dict[str, datetime]

    def fresh(self, found: Logs) -> list[LogEntry]:
        """Those of ``found`` that were not shown yet."""
        fresh = [entry for entry in found.entries if entry.id not in self.at]
        self.at |= {entry.id: entry.at for entry in fresh}
        oldest = found.until - 2 * _LATE
        self.at = {name: at for name, at in self.at.items() if at >= oldest}
        return fresh


def _follow(api: OperatingClient, found: Logs, query: Query, output: Output) -> None:
    """Shows what comes, until it is interrupted; an API that is away for a moment is waited for."""
    console = make_console()
    shown, away = _Shown({}), False
    if not found.entries:
        make_console(stderr=True).print(cell("Nothing yet; waiting for lines. Ctrl-C ends it.", "dim"))
    try:
        while True:
            _show_entries(console, shown.fresh(found), output)
            following.pause()
            try:
                found, away = api.logs(_next(query, found)), False
            except UnreachableError as error:
                if not away:
                    make_console(stderr=True).print(
                        cell(f"{error} Waiting for it.", "yellow"), soft_wrap=True
                    )
                away = True
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _next(query: Query, found: Logs) -> Query:
    kept = {name: value for name, value in query.items() if name not in {"seconds", "since"}}
    return {**kept, "since": (found.until - _LATE).isoformat(), "limit": _MOST_AT_ONCE}


def _show(console: Console, found: Logs) -> None:
    if found.cut:
        told = f"Older lines are not shown: only the newest {len(found.entries)} (-n shows more)."
        make_console(stderr=True).print(cell(told, "dim"), soft_wrap=True)
    _show_entries(console, found.entries, Output.TABLE)
    if found.remark is not None:
        console.print(cell(found.remark, "dim"), soft_wrap=True)


def _show_entries(console: Console, entries: Iterable[LogEntry], output: Output) -> None:
    for entry in entries:
        match output:
            case Output.TABLE:
                console.print(_line(entry), soft_wrap=True)
            case Output.JSON:
                console.out(entry.model_dump_json(), highlight=False)
            case Output.YAML:
                console.out("---", highlight=False)
                present(output, entry, lambda _: None)


def _line(entry: LogEntry) -> Text:
    """``09:00:01 planner  message.settled: because  name=value``."""
    line = cell(f"{entry.at.astimezone():%m-%d %H:%M:%S} ", "dim") + cell(f"{entry.service:<15} ", "cyan")
    event = entry.event if entry.level in {"info", "debug"} else f"{entry.level} {entry.event}"
    line += cell(event, _STYLES.get(entry.level, ""))
    if entry.because:
        line += cell(f": {entry.because}")
    shown = {name: value for name, value in entry.fields.items() if name not in _FOR_MACHINES}
    rest = "  ".join(f"{name}={_value(value)}" for name, value in shown.items())
    return line + cell(f"  {rest}", "dim") if rest else line


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
