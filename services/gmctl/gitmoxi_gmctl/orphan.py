"""``gmctl orphan``: targets that run on though no definition file stands for them."""

from __future__ import annotations

import getpass
from collections.abc import Iterable

import typer
from rich.console import Console

from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.following import interruptible
from gitmoxi_gmctl.going_back import TargetArgument, WaitOption, YesOption
from gitmoxi_gmctl.options import ByOption, OutputOption, TimeoutOption
from gitmoxi_gmctl.presenting import beside, present
from gitmoxi_gmctl.printing import Output, cell, moment, print_table, target_name
from gitmoxi_gmctl.requesting import confirm, follow, send
from gitmoxi_gmctl.session import session_of
from gitmoxi_gmctl.target_replies import Orphan

app = typer.Typer(no_args_is_help=True, help="Targets that run on though no definition file stands for them.")


@app.command("list")
def list_orphans(context: typer.Context, *, output: OutputOption = Output.TABLE) -> None:
    """List what Gitmoxi deployed, never deleted, and finds in Git no longer."""
    with session_of(context).api() as api:
        found = api.orphans()
    present(output, found, lambda console: _print(console, found.orphans))


@app.command("delete")
def delete(
    context: typer.Context,
    *,
    target: TargetArgument,
    yes: YesOption = False,
    wait: WaitOption = False,
    timeout: TimeoutOption = 900.0,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Delete an orphan, with all that runs in it. It must still carry this installation's tag."""
    with session_of(context).api() as api, interruptible():
        found = _the_orphan(api.orphans().orphans, target)
        _print(beside(output), [found])
        confirm(f"Delete {target_name(found.target)}?", yes=yes)
        requested = send(
            lambda request_id: api.ask_deletion(
                found.target.id, by=by or getpass.getuser(), request_id=request_id
            )
        )
        code = follow(api, requested, wait=wait, timeout_seconds=timeout, output=output)
    raise typer.Exit(code)


def _the_orphan(orphans: Iterable[Orphan], text: str) -> Orphan:
    """The one orphan that ``text`` stands for.

    Raises:
        GmctlError: it stands for none, or for several, which are listed with what to type.
    """
    found = [orphan for orphan in orphans if text in _names(orphan)]
    if not found:
        raise GmctlError(
            f"No orphan is called {text!r}; `gmctl orphan list` shows them. What a definition file stands "
            "for is deleted in Git.",
        )
    if len(found) > 1:
        lines = "\n".join(f"  gmctl orphan delete {item.target.id}    # {item.prefix}" for item in found)
        raise GmctlError(f"{text!r} stands for {len(found)} orphans. Type one of:\n{lines}", ExitCode.USAGE)
    return found[0]


def _names(orphan: Orphan) -> tuple[str, ...]:
    target = orphan.target
    short = f"{target.cluster}/{target.name}" if target.cluster is not None else target.name
    return (target.id, target.name, short, orphan.prefix)


def _print(console: Console, orphans: Iterable[Orphan]) -> None:
    rows = (
        (
            cell(item.target.id),
            cell(f"{item.prefix} on {item.branch}"),
            cell(item.repository),
            cell(moment(item.since)),
            cell(item.because + (f" {item.in_line} stands in its line." if item.in_line else "")),
        )
        for item in orphans
    )
    headings = ("TARGET", "CAME FROM", "REPOSITORY", "SINCE", "WHY")
    print_table(console, headings, rows, empty="There are no orphans.")
