"""``gmctl rollback`` and ``gmctl undelete``: bringing a recorded revision of a target back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from gitmoxi_gmctl import completing
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.commanding import give_command
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.following import interruptible
from gitmoxi_gmctl.naming import the_target
from gitmoxi_gmctl.options import ByOption, NumberOption, OutputOption, TimeoutOption
from gitmoxi_gmctl.presenting import beside, present
from gitmoxi_gmctl.printing import Output, cell
from gitmoxi_gmctl.requesting import confirm, follow, send
from gitmoxi_gmctl.revisions import print_creating_again, print_going_back, print_revisions
from gitmoxi_gmctl.session import session_of
from gitmoxi_gmctl.target_replies import Revisions

TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="Its name, cluster/service, the path-prefix of its files, its ARN, or its id.",
        autocompletion=completing.targets,
    ),
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="DEPLOYMENT", help="The deployment whose revision it is.")
]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask whether to go on.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Follow to the end and exit with the result.")]


def rollback(
    context: typer.Context,
    *,
    target: TargetArgument,
    to: ToOption = None,
    list_them: Annotated[
        bool, typer.Option("--list", help="Only list the revisions that it can go back to.")
    ] = False,
    abort_running: Annotated[
        bool, typer.Option("--abort-running", help="Abort the deployment that is under way first.")
    ] = False,
    yes: YesOption = False,
    wait: WaitOption = False,
    timeout: TimeoutOption = 900.0,
    number: NumberOption = 10,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Bring an earlier revision of a service or function back.

    Without --to: the last one that ran well and is not what runs now. A deployment that is under way is not
    interrupted. Nothing is rolled back after a rollback: what ran before is what you wanted to leave.
    """
    asker = by or getpass.getuser()
    with session_of(context).api() as api, interruptible():
        name = the_target(api, target, command="gmctl rollback").target.id
        found = api.revisions(name, limit=number)
        if list_them:
            _list(found, output)
            return
        chosen = _to_go_back_to(found, to)
        print_going_back(beside(output), found, api.revision(name, chosen), aborts=abort_running)
        confirm("Roll back?", yes=yes)
        if abort_running and found.active is not None:
            beside(output).print(cell(give_command(api, found.active.deployment_id, "abort", asker)))
        code = _ask(api, "rollback", name, chosen, asker, wait=wait, timeout=timeout, output=output)
    raise typer.Exit(code)


def undelete(
    context: typer.Context,
    *,
    target: TargetArgument,
    to: ToOption = None,
    yes: YesOption = False,
    wait: WaitOption = False,
    timeout: TimeoutOption = 900.0,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Create a deleted service or function again, from the last revision that ran well."""
    with session_of(context).api() as api, interruptible():
        name = the_target(api, target, command="gmctl undelete").target.id
        found = api.revisions(name)
        if not found.revisions:
            raise GmctlError(f"No deployment of {name} ever ended well: nothing is known to create it from.")
        chosen = to or found.revisions[0].deployment_id
        print_creating_again(beside(output), found, api.revision(name, chosen).revision)
        confirm("Create it again?", yes=yes)
        code = _ask(
            api, "undelete", name, chosen, by or getpass.getuser(), wait=wait, timeout=timeout, output=output
        )
    raise typer.Exit(code)


def _list(found: Revisions, output: Output) -> None:
    present(output, found, lambda console: print_revisions(console, found))


def _to_go_back_to(found: Revisions, to: str | None) -> str:
    if to is not None:
        return to
    if found.suggested is None:
        raise GmctlError(found.because)
    return found.suggested


def _ask(
    api: ApiClient,
    kind: str,
    name: str,
    chosen: str,
    by: str,
    *,
    wait: bool,
    timeout: float | None,
    output: Output,
) -> ExitCode:
    requested = send(
        lambda request_id: api.ask_revision(kind, name, deployment_id=chosen, by=by, request_id=request_id)
    )
    return follow(api, requested, wait=wait, timeout_seconds=timeout, output=output)
