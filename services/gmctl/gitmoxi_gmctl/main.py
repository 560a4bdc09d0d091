"""``gmctl``: the command line."""

from __future__ import annotations

import importlib.metadata
import logging
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from gitmoxi_gmctl import commit, completion, deployment, dlq, event, orphan, repo, watch
from gitmoxi_gmctl.containing import contained, readable
from gitmoxi_gmctl.doctor.command import doctor
from gitmoxi_gmctl.going_back import rollback, undelete
from gitmoxi_gmctl.init.command import init
from gitmoxi_gmctl.logs import logs
from gitmoxi_gmctl.manual import manual
from gitmoxi_gmctl.pages import add_pages
from gitmoxi_gmctl.session import DEFAULT_ENDPOINT, Session
from gitmoxi_gmctl.status.command import status
from gitmoxi_gmctl.terminal import without_colour
from gitmoxi_gmctl.up_command import up
from gitmoxi_gmctl.validate.command import validate

app = typer.Typer(
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
app.add_typer(repo.app, name="repo")
app.add_typer(commit.app, name="commit")
app.add_typer(deployment.app, name="deployment")
app.add_typer(orphan.app, name="orphan")
app.add_typer(event.app, name="event")
app.add_typer(dlq.app, name="dlq")
app.command("watch", epilog=watch.EPILOG)(watch.watch)
app.command("status")(status)
app.command("rollback")(rollback)
app.command("undelete")(undelete)
app.command(
    "logs",
    epilog="Examples:  gmctl logs planner --since 2h  |  gmctl logs d-0f9b1c2d3e4f5a6b7c8d  |  gmctl logs -f",
)(logs)
app.command("doctor", epilog="Examples:  gmctl doctor  |  gmctl doctor --aws --profile prod --output json")(
    doctor
)
app.command("init")(init)
app.command("up")(up)
app.command("validate")(validate)
app.command("completion", epilog=completion.EPILOG)(completion.completion)
add_pages(app)


class LogLevel(StrEnum):
    """How much gmctl, or the services that it runs, tell."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer's way to call back for an option
    if value:
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
