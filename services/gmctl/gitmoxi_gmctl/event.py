"""``gmctl event``: the audit trail."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi_gmctl.api_transport import Query
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.options import AnyRepositoryOption, NumberOption, OutputOption
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell, moment, print_table
from gitmoxi_gmctl.replies import Events
from gitmoxi_gmctl.session import session_of

app = typer.Typer(no_args_is_help=True, help="What was asked for and by whom, and what was refused.")

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@app.command("list")
def list_events(
    context: typer.Context,
    *,
    repository: AnyRepositoryOption = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="Of this kind, or of all that begin so, as rollback or push.refused."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Not before: 90s, 30m, 2h, 7d, or 2026-11-22T10:00."),
    ] = None,
    number: NumberOption = 20,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the newest entries of the audit trail: requests of people, and refused pushes.

    The filters look through the newest 1000 entries. Steps of deployments are not here: gmctl deployment get
    shows them.
    """
    begin = _moment(since, datetime.now(UTC)) if since is not None else None
    query: Query = {
        "repository": repository,
        "kind": kind,
        "since": begin.isoformat() if begin is not None else None,
        "limit": number,
    }
    with session_of(context).api() as api:
        found = api.events(query)
    present(output, found, lambda console: _print(console, found))


def _moment(text: str, now: datetime) -> datetime:
    """The moment that is meant; without a time zone that of this machine.

    Raises:
        GmctlError: it is none.
    """
    try:
        if (ago := _AGO.fullmatch(text)) is not None:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise GmctlError(
            f"--since {text} is no moment: write 90s, 30m, 2h, 7d, or a time as 2026-11-22T10:00.",
            ExitCode.USAGE,
        ) from None


def _print(console: Console, found: Events) -> None:
    rows = ((cell(moment(item.at)), cell(item.kind), cell(item.summary)) for item in found.events)
    empty = "Nothing happened that is kept here."
    print_table(console, ("AT", "KIND", "WHAT HAPPENED"), rows, empty=empty, least=("AT",))
