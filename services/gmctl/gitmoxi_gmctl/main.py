"""``gmctl``: the command line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, ClassVar

import typer

from gitmoxi_gmctl.containing import contained, readable
from gitmoxi_gmctl.lazy import LazyGroup, Place
from gitmoxi_gmctl.manual import manual
from gitmoxi_gmctl.session import DEFAULT_ENDPOINT, Session
from gitmoxi_gmctl.terminal import without_colour


class Gmctl(LazyGroup):
    """The commands in the order of the help, each with the first line of its own."""

    PROMISED: ClassVar[Mapping[str, Place]] = {
        "repo": Place("repo", "app", "Register repositories."),
        "commit": Place("commit", "app", "Deploy commits and look into them."),
        "deployment": Place("deployment", "app", "Look at deployments, follow, stop and repeat them."),
        "orphan": Place("orphan", "app", "Targets that run on though no definition file stands for them."),
        "event": Place("event", "app", "What was asked for and by whom, and what was refused."),
        "dlq": Place("dlq", "app", "Messages that no worker could handle."),
        "watch": Place("watch", "watch", "Show the steps of deployments while they are committed."),
        "status": Place(
            "status.command",
            "status",
            "Show every target: what runs, how its last deployment ended, whether it has drifted.",
        ),
        "rollback": Place(
            "going_back",
            "rollback",
            "Bring an earlier revision of a service or function back.",
        ),
        "undelete": Place(
            "going_back",
            "undelete",
            "Create a deleted service or function again, from the last revision that ran well.",
        ),
        "logs": Place(
            "logs",
            "logs",
            "Show what the services say: a line for each message that a worker handled, and what came of it.",
        ),
        "doctor": Place(
            "doctor.command",
            "doctor",
            "Check if all is well: API, stack, tables, bucket, queues, workers, clocks, repositories, roles.",
        ),
        "init": Place(
            "init.command",
            "init",
            "Write the files of what lives in AWS, ready to commit; it is read with your credentials.",
        ),
        "up": Place("up_command", "up", "Run the local cloud and all services on this machine until Ctrl-C."),
        "validate": Place(
            "validate.command",
            "validate",
            "Check deployment files on this disk, offline, as the planner would check them in a commit.",
        ),
        "completion": Place(
            "completion",
            "completion",
            "Print the script with which a shell completes commands, options and names of what there is.",
        ),
    }


app = typer.Typer(
    cls=Gmctl,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Deploy Amazon ECS services and AWS Lambda functions from Git.",
    epilog=manual(
        ("gmctl up", "try it: a cloud of its own on this machine, and all services"),
        ("gmctl repo add -r https://github.com/example/shop -b main", "deploy what is pushed to this branch"),
        ("gmctl watch", "see it happen"),
        codes=(0, 1, 2, 3, 4, 130),
    ),
)


class LogLevel(StrEnum):
    """How much gmctl, or the services that it runs, tell."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer's way to call back for an option
    if value:
        import importlib.metadata  # noqa: PLC0415 - slow, and of use here only

        print(f"gmctl {importlib.metadata.version('gitmoxi')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    *,
    endpoint_url: Annotated[
        str,
        typer.Option("-e", "--endpoint-url", envvar="GITMOXI_ENDPOINT_URL", help="Where the API is."),
    ] = DEFAULT_ENDPOINT,
    log_level: Annotated[
        LogLevel | None,
        typer.Option("-l", "--log-level", case_sensitive=False, help="Of gmctl; with up, of the services."),
    ] = None,
    no_color: Annotated[
        bool,
        typer.Option(
            "--no-color", is_eager=True, callback=without_colour, help="No colours; as NO_COLOR=1 does."
        ),
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Show gmctl's version."),
    ] = False,
) -> None:
    """Take the global options."""
    del no_color, version  # obeyed already, for they are eager
    level = log_level.value if log_level is not None else None
    logging.basicConfig(stream=sys.stderr, level=(level or "warning").upper())
    context.obj = Session(endpoint=endpoint_url, log_level=level)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit; ``arguments`` are the process's own unless they are given."""
    with contained():
        app(args=readable(sys.argv[1:] if arguments is None else arguments), prog_name="gmctl")


if __name__ == "__main__":
    main()
