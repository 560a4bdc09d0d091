"""The command: ask, wait, show, and end with what a script needs to know."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi.domain.dryrun_markdown import markdown
from gitmoxi.domain.dryruns import DryRunState
from gitmoxi_gmctl import printing
from gitmoxi_gmctl.dryrun.printing import print_dry_run
from gitmoxi_gmctl.dryrun.replies import DryRun, Report
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.following import Follower, interruptible
from gitmoxi_gmctl.options import BranchOption, RepositoryOption, TimeoutOption
from gitmoxi_gmctl.presenting import present_to_scripts
from gitmoxi_gmctl.printing import make_console
from gitmoxi_gmctl.session import session_of


class Output(StrEnum):
    """How a dry run is shown."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "markdown"


def dryrun(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    branch: BranchOption,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="BRANCH", help="As if the branch had this branch's files."),
    ] = None,
    force: Annotated[bool, typer.Option("-f", "--force", help="Plan all objects, changed or not.")] = False,
    rendered: Annotated[
        bool, typer.Option("-p", "--print", help="Show the rendered files too, sensitive values masked.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="All differences, the steps and the AWS calls.")
    ] = False,
    timeout: TimeoutOption = 120.0,
    output: Annotated[
        Output,
        typer.Option(
            "--output", case_sensitive=False, help="For people, for scripts, or as a pull request's comment."
        ),
    ] = Output.TABLE,
) -> None:
    """Show what deploying the newest commit of a branch would do, and change nothing.

    Ends with 1 if anything would be refused.
    """
    with session_of(context).api() as api, interruptible():
        asked = api.ask_dry_run(repository=repository, branch=branch, head=head, force=force)
        progress = make_console(stderr=output is not Output.TABLE)
        following = Follower(api, progress, timeout_seconds=timeout)
        found = following.dry_run(asked.id, rendered=rendered)
    if found.state is DryRunState.FAILED or found.report is None:
        raise GmctlError(found.because)
    _show(make_console(), found, found.report, output=output, verbose=verbose)
    refused = any(item.refused for item in found.report.objects)
    raise typer.Exit(ExitCode.FAILED if refused else ExitCode.SUCCESS)


def _show(console: Console, found: DryRun, report: Report, *, output: Output, verbose: bool) -> None:
    match output:
        case Output.JSON | Output.YAML:
            present_to_scripts(printing.Output(output), found)
        case Output.MARKDOWN:
            console.out(markdown(found, report, verbose=verbose), highlight=False)
        case Output.TABLE:
            print_dry_run(console, found, report, verbose=verbose)
