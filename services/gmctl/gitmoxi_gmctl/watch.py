"""``gmctl watch``: what happens, while it happens."""

from __future__ import annotations

import json
from typing import Annotated

import typer
import yaml
from rich.console import Console

from gitmoxi_gmctl import completing, following
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.commanding import is_deployment_id, under_way
from gitmoxi_gmctl.exits import ExitCode, GmctlError, code_of
from gitmoxi_gmctl.fleet import FleetFollower
from gitmoxi_gmctl.options import AnyBranchOption, AnyRepositoryOption, OutputOption, TimeoutOption
from gitmoxi_gmctl.presenting import beside, present_to_scripts
from gitmoxi_gmctl.printing import Output, cell, make_console, print_step, state_cell
from gitmoxi_gmctl.replies import Deployment, Step
from gitmoxi_gmctl.session import follower, session_of


def watch(
    context: typer.Context,
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID|TARGET]",
            help="Follow this deployment, or what is under way at this target, to its end.",
            autocompletion=completing.deployments_and_targets,
        ),
    ] = None,
    repository: AnyRepositoryOption = None,
    branch: AnyBranchOption = None,
    timeout: TimeoutOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the steps of deployments while they are committed.

    Without a name it shows those of the whole fleet until Ctrl-C, or for --timeout seconds, and ends with 0
    then. With one it does what gmctl deployment watch does: it ends with the deployment's result, and with 4
    when the time is over. Nothing is changed: Ctrl-C ends the watching, not what is watched.
    """
    with session_of(context).api() as api, following.interruptible():
        if name is None:
            _watch_fleet(api, repository, branch, timeout, output)
            return
        if repository is not None or branch is not None:
            raise GmctlError("-r and -b narrow the whole fleet: leave them out with a name.", ExitCode.USAGE)
        code = watch_one(api, name, timeout, output)
    raise typer.Exit(code)


def watch_one(api: ApiClient, name: str, timeout: float | None, output: Output) -> ExitCode:
    """Follow a deployment, or what is under way at a target, to its end; the code of its result."""
    deployment_id = name
    if not is_deployment_id(name):
        deployment = under_way(api, name, "watch")
        if isinstance(deployment, str):
            beside(output).print(cell(deployment), soft_wrap=True)
            return ExitCode.SUCCESS
        deployment_id = deployment.id
    details = follower(api, output=output, timeout_seconds=timeout).deployment(deployment_id)
    present_to_scripts(output, details)
    return code_of([details.deployment.state])


def _watch_fleet(
    api: ApiClient, repository: str | None, branch: str | None, timeout: float | None, output: Output
) -> None:
    console, hints = make_console(), beside(output)
    hints.print(cell("Watching; Ctrl-C ends it, not what is watched.", "dim"))

    def stand(deployment: Deployment) -> None:
        if not output.for_scripts:
            line = cell("  under way  ", "dim") + cell(f"{_name(deployment)}  ", "bold")
            console.print(
                line + state_cell(deployment.state) + cell(f"  {deployment.because}"), soft_wrap=True
            )

    def show(deployment: Deployment, step: Step) -> None:
        if output.for_scripts:
            _write(console, output, deployment, step)
        else:
            print_step(console, step, prefix=_name(deployment))

    def say(text: str) -> None:
        hints.print(cell(f"  {text}", "yellow"), soft_wrap=True)

    watched = FleetFollower(
        api, repository=repository, branch=branch, show=show, stand=stand, say=say, pause=following.pause
    )
    watched.follow(timeout)


def _name(deployment: Deployment) -> str:
    return f"{deployment.id} {deployment.prefix}"


def _write(console: Console, output: Output, deployment: Deployment, step: Step) -> None:
    """One document for each step: a line of JSON, or a part of a YAML stream."""
    told = {"deployment": deployment.model_dump(mode="json"), "step": step.model_dump(mode="json")}
    if output is Output.YAML:
        console.out(yaml.safe_dump(told, sort_keys=False, explicit_start=True).rstrip("\n"), highlight=False)
    else:
        console.out(json.dumps(told), highlight=False)
