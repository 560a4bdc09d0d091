"""``gmctl event``: the audit trail."""

from __future__ import annotations

import typer
from rich.console import Console

from gitmoxi_gmctl.options import NumberOption, OutputOption
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell, moment, print_table
from gitmoxi_gmctl.replies import Events
from gitmoxi_gmctl.session import session_of

app = typer.Typer(no_args_is_help=True, help="What was asked for and by whom, and what was refused.")


@app.command("list")
def list_events(
    context: typer.Context, *, number: NumberOption = 20, output: OutputOption = Output.TABLE
) -> None:
    """List the newest entries of the audit trail: requests of people, and refused pushes."""
    with session_of(context).api() as api:
        found = api.events(number)
    present(output, found, lambda console: _print(console, found))


def _print(console: Console, found: Events) -> None:
    rows = ((cell(moment(item.at)), cell(item.kind), cell(item.summary)) for item in found.events)
    empty = "Nothing happened that is kept here."
    print_table(console, ("AT", "KIND", "WHAT HAPPENED"), rows, empty=empty, least=("AT",))
