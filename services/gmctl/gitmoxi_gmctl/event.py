"""``gmctl event``: the audit trail."""

from __future__ import annotations

import typer

from gitmoxi_gmctl.options import NumberOption, OutputOption
from gitmoxi_gmctl.printing import Output, make_console, print_events, print_json
from gitmoxi_gmctl.session import session_of

app = typer.Typer(no_args_is_help=True, help="What was refused, and by whom.")


@app.command("list")
def list_events(
    context: typer.Context, *, number: NumberOption = 20, output: OutputOption = Output.TABLE
) -> None:
    """List the newest entries of the audit trail, such as refused pushes."""
    with session_of(context).api() as api:
        found = api.events(number)
    console = make_console()
    if output is Output.JSON:
        print_json(console, found)
    else:
        print_events(console, found)
