"""``gmctl commit``: deploying commits, and what was found in them."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi.domain.records import PushOutcome
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.baseline.command import baseline
from gitmoxi_gmctl.dryrun.command import dryrun
from gitmoxi_gmctl.exits import ExitCode, GmctlError, code_of
from gitmoxi_gmctl.following import Follower, interruptible
from gitmoxi_gmctl.held import print_approval, print_held_commits, print_held_of
from gitmoxi_gmctl.options import (
    AnyBranchOption,
    AnyRepositoryOption,
    BranchOption,
    ByOption,
    NumberOption,
    OutputOption,
    RepositoryOption,
    TimeoutOption,
)
from gitmoxi_gmctl.presenting import beside, present
from gitmoxi_gmctl.printing import (
    Output,
    cell,
    print_commits,
    print_deployments,
    print_processing,
    print_warnings,
)
from gitmoxi_gmctl.replies import CommitFiles, Commits, Deployments, Push
from gitmoxi_gmctl.session import follower, session_of

app = typer.Typer(no_args_is_help=True, help="Deploy commits and look into them.")

HashOption = Annotated[str, typer.Option("-c", "--commit", metavar="HASH", help="7 digits are enough.")]

_ANSWER_SECONDS = 20.0
"""Without --wait, the ingestor's answer is waited for so long: a refused push should be seen at once."""


app.command("dryrun")(dryrun)
app.command("baseline")(baseline)


@app.command("deploy")
def deploy(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    branch: BranchOption,
    force: Annotated[
        bool, typer.Option("-f", "--force", help="Plan all objects again, changed or not.")
    ] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show the plans too.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Follow to the end and exit with the result.")] = False,
    timeout: TimeoutOption = 900.0,
    output: OutputOption = Output.TABLE,
) -> None:
    """Deploy the newest commit of a branch."""
    with session_of(context).api() as api, interruptible():
        accepted = api.push(repository=repository, branch=branch, force=force)
        following = follower(
            api,
            output=output,
            timeout_seconds=timeout if wait else min(timeout or _ANSWER_SECONDS, _ANSWER_SECONDS),
            verbose=verbose,
        )
        progress = beside(output)
        answer = following.push(accepted.delivery_id)
        _check(answer, progress)
        print_warnings(progress, following.warnings(answer))
        if answer.outcome == PushOutcome.NOTHING_NEW:
            _say_what_then(api.push_deployments(accepted.delivery_id), progress)
        found = _result(api, following, accepted.delivery_id, answer, wait=wait)
        _show_result(found, wait=wait, output=output)
    code = code_of(item.state for item in found.deployments) if wait else ExitCode.SUCCESS
    raise typer.Exit(code)


def _check(answer: Push, progress: Console) -> None:
    """Say what became of the push; a refused one ends the command."""
    if answer.outcome == PushOutcome.REFUSED:
        raise GmctlError(answer.because)
    commit = f"Commit {answer.sha[:12]}, number {answer.seq}: " if answer.sha else ""
    progress.print(cell(f"{commit}{answer.because}"), soft_wrap=True)


def _say_what_then(known: Deployments, progress: Console) -> None:
    """What a push comes to that told nothing new: another one was quicker, or it all ended long ago."""
    if any(not item.state.terminal for item in known.deployments):
        said = "Another push told of it before; its deployments are under way:"
    else:
        said = (
            "Nothing is deployed now; this is how it ended then. To try again what failed: "
            "gmctl deployment retry ID; to plan everything again: --force"
        )
    progress.print(cell(said), soft_wrap=True)


def _result(
    api: ApiClient, following: Follower, delivery_id: str, answer: Push, *, wait: bool
) -> Deployments:
    if not wait:
        return api.push_deployments(delivery_id)
    followed = following.deployments(delivery_id, repository=answer.repository, branch=answer.branch)
    return Deployments(deployments=followed)


def _show_result(found: Deployments, *, wait: bool, output: Output) -> None:
    if found.deployments or output.for_scripts:
        present(output, found, lambda to: print_deployments(to, found.deployments, reasons=not wait))
    print_held_of(beside(output), found.deployments)


@app.command("get")
def get(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    branch: BranchOption,
    number: NumberOption = 10,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the processed commits of a branch, newest first."""
    with session_of(context).api() as api:
        found = api.commits(repository=repository, branch=branch, limit=number)
    present(output, found, lambda console: _print_history(console, found))


def _print_history(console: Console, found: Commits) -> None:
    print_commits(console, found)
    print_held_commits(console, found.commits)


@app.command("files")
def files(
    context: typer.Context,
    *,
    commit: HashOption,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the relevant files of a commit, and the service objects that they changed."""
    with session_of(context).api() as api:
        found = api.commit_files(commit)
    present(output, found, lambda console: _print_processings(console, found))


def _print_processings(console: Console, found: CommitFiles) -> None:
    for processing in found.processings:
        print_processing(console, processing)


@app.command("approve-deletes")
def approve_deletes(
    context: typer.Context,
    *,
    commit: HashOption,
    repository: AnyRepositoryOption = None,
    branch: AnyBranchOption = None,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Let the held deletions of a commit go on: exactly those that are held now."""
    with session_of(context).api() as api:
        found = api.approve_deletes(commit, repository=repository, branch=branch, by=by or getpass.getuser())
    present(output, found, lambda console: print_approval(console, found))
