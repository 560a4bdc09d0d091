"""The command: ask, show, and end with what a script needs to know."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gitmoxi.domain.baselines import Comparison
from gitmoxi_gmctl import printing
from gitmoxi_gmctl.baseline.markdown import markdown
from gitmoxi_gmctl.baseline.printing import print_baseline
from gitmoxi_gmctl.exits import ExitCode
from gitmoxi_gmctl.options import BranchOption, RepositoryOption
from gitmoxi_gmctl.presenting import present_to_scripts
from gitmoxi_gmctl.printing import make_console
from gitmoxi_gmctl.session import session_of


class Output(StrEnum):
    """How a baseline is shown."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "markdown"


def baseline(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    branch: BranchOption,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show every difference.")] = False,
    output: Annotated[
        Output,
        typer.Option("--output", case_sensitive=False, help="For people, for scripts, or as a page."),
    ] = Output.TABLE,
) -> None:
    """Show how the first commit of a branch compared with what lived: equal, differs, missing.

    It is what was found then; a dry run compares with what lives now. Ends with 1 if anything cannot be
    planned.
    """
    with session_of(context).api() as api:
        found = api.baseline(repository=repository, branch=branch)
    console = make_console()
    match output:
        case Output.JSON | Output.YAML:
            present_to_scripts(printing.Output(output), found)
        case Output.MARKDOWN:
            console.out(markdown(found), highlight=False)
        case Output.TABLE:
            print_baseline(console, found, verbose=verbose)
    refused = any(item.comparison is Comparison.REFUSED for item in found.objects)
    raise typer.Exit(ExitCode.FAILED if refused else ExitCode.SUCCESS)
