"""``gmctl deployment``: looking at deployments, following them, asking something of them."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi.domain.states import Status
from gitmoxi_gmctl import completing
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.api_transport import Query
from gitmoxi_gmctl.commanding import give_command
from gitmoxi_gmctl.details import print_details
from gitmoxi_gmctl.following import interruptible
from gitmoxi_gmctl.options import (
    AccountOption,
    AllDetails,
    AnyRepositoryOption,
    ByOption,
    ClusterOption,
    CommitOption,
    FailureDetails,
    FunctionOption,
    NumberOption,
    OutputOption,
    RegionOption,
    ServiceOption,
    StatusOption,
    TimeoutOption,
)
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import (
    Output,
    cell,
    print_deployments,
)
from gitmoxi_gmctl.replies import Deployment
from gitmoxi_gmctl.requesting import follow, send
from gitmoxi_gmctl.session import session_of
from gitmoxi_gmctl.watch import watch_one

app = typer.Typer(no_args_is_help=True, help="Look at deployments, follow, stop and repeat them.")
ecs = typer.Typer(no_args_is_help=True, help="Deployments of ECS services.")
functions = typer.Typer(no_args_is_help=True, help="Deployments of Lambda functions.")
app.add_typer(ecs, name="ecs")
app.add_typer(functions, name="lambda")

DeploymentArgument = Annotated[
    str,
    typer.Argument(metavar="ID", help="A deployment's id.", autocompletion=completing.deployments),
]
NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID|TARGET",
        help="A deployment's id, or the target that it is under way at.",
        autocompletion=completing.deployments_and_targets,
    ),
]


@app.command("get")
def get(
    context: typer.Context,
    *,
    deployment_id: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="Show this one with its plan and steps.",
            autocompletion=completing.deployments,
        ),
    ] = None,
    commit: CommitOption = None,
    repository: AnyRepositoryOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    service: ServiceOption = None,
    cluster: ClusterOption = None,
    function: FunctionOption = None,
    status: StatusOption = None,
    number: NumberOption = 10,
    verbose: FailureDetails = False,
    everything: AllDetails = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a deployment, or list those that match, newest first."""
    with session_of(context).api() as api:
        if deployment_id is not None:
            _show_one(api, deployment_id, output)
            return
        query: Query = {
            "commit": commit,
            "repository": repository,
            "account": account,
            "region": region,
            "service": service,
            "cluster": cluster,
            "function": function,
            "status": status,
            "limit": number,
        }
        _list(api, query, verbose=verbose, everything=everything, output=output)


@ecs.command("get")
def get_ecs(
    context: typer.Context,
    *,
    repository: AnyRepositoryOption = None,
    commit: CommitOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    service: ServiceOption = None,
    cluster: ClusterOption = None,
    status: StatusOption = None,
    number: NumberOption = 10,
    verbose: FailureDetails = False,
    everything: AllDetails = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List deployments of ECS services, newest first."""
    query = _query("ecs", repository, commit, account, region, status, number)
    query = {**query, "service": service, "cluster": cluster}
    with session_of(context).api() as api:
        _list(api, query, verbose=verbose, everything=everything, output=output)


@functions.command("get")
def get_lambda(
    context: typer.Context,
    *,
    repository: AnyRepositoryOption = None,
    commit: CommitOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    function: FunctionOption = None,
    status: StatusOption = None,
    number: NumberOption = 10,
    verbose: FailureDetails = False,
    everything: AllDetails = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List deployments of Lambda functions, newest first."""
    query = {**_query("lambda", repository, commit, account, region, status, number), "function": function}
    with session_of(context).api() as api:
        _list(api, query, verbose=verbose, everything=everything, output=output)


@app.command("watch")
def watch(
    context: typer.Context,
    *,
    name: NameArgument,
    timeout: TimeoutOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Follow a deployment to its end, and exit with its result."""
    with session_of(context).api() as api, interruptible():
        code = watch_one(api, name, timeout, output)
    raise typer.Exit(code)


@app.command("abort")
def abort(
    context: typer.Context,
    *,
    name: NameArgument,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Stop a deployment; what it changed is undone. Where nothing is under way, nothing happens."""
    _command(context, name, "abort", by, output)


@app.command("pause")
def pause(
    context: typer.Context,
    *,
    name: NameArgument,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Let a running deployment stand where it is.

    It pauses Gitmoxi's steps; in a rolling deployment of an ECS service, ECS itself goes on replacing tasks.
    """
    _command(context, name, "pause", by, output)


@app.command("resume")
def resume(
    context: typer.Context,
    *,
    name: NameArgument,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Let a paused deployment go on."""
    _command(context, name, "resume", by, output)


@app.command("retry")
def retry(
    context: typer.Context,
    *,
    deployment_id: DeploymentArgument,
    wait: Annotated[bool, typer.Option("--wait", help="Follow to the end and exit with the result.")] = False,
    timeout: TimeoutOption = 900.0,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Try a deployment again that failed: the same files of the same commit.

    Refused once a newer commit changed the same service object: then that one is to be deployed.
    """
    asker = by or getpass.getuser()
    with session_of(context).api() as api, interruptible():
        requested = send(lambda request_id: api.ask_retry(deployment_id, by=asker, request_id=request_id))
        code = follow(api, requested, wait=wait, timeout_seconds=timeout, output=output)
    raise typer.Exit(code)


def _command(context: typer.Context, name: str, kind: str, by: str | None, output: Output) -> None:
    with session_of(context).api() as api:
        told = give_command(api, name, kind, by or getpass.getuser())
    document = {"kind": kind, "name": name, "because": told}
    present(output, document, lambda console: console.print(cell(told), soft_wrap=True))


def _query(
    kind: str,
    repository: str | None,
    commit: str | None,
    account: str | None,
    region: str | None,
    status: Status | None,
    number: int,
) -> dict[str, str | int | None]:
    return {
        "kind": kind,
        "repository": repository,
        "commit": commit,
        "account": account,
        "region": region,
        "status": status,
        "limit": number,
    }


def _list(api: ApiClient, query: Query, *, verbose: bool, everything: bool, output: Output) -> None:
    found = api.deployments(query)

    def show(console: Console) -> None:
        print_deployments(console, found.deployments)
        for deployment in found.deployments:
            if everything or (verbose and deployment.status is Status.PROCESSED_ERROR):
                _show_details(api, console, deployment)

    present(output, found, show)


def _show_details(api: ApiClient, console: Console, deployment: Deployment) -> None:
    console.print()
    print_details(console, api.deployment(deployment.id))


def _show_one(api: ApiClient, deployment_id: str, output: Output) -> None:
    details = api.deployment(deployment_id)
    present(output, details, lambda console: print_details(console, details))
