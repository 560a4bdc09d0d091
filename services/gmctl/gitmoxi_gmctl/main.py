"""``gmctl``: the command line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from gitmoxi_gmctl import commit, deployment, event, orphan, repo
from gitmoxi_gmctl.exits import GmctlError
from gitmoxi_gmctl.going_back import rollback, undelete
from gitmoxi_gmctl.init.command import init
from gitmoxi_gmctl.printing import cell, make_console
from gitmoxi_gmctl.session import DEFAULT_ENDPOINT, Session
from gitmoxi_gmctl.status.command import status
from gitmoxi_gmctl.up_command import up
from gitmoxi_gmctl.validate.command import validate

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Deploy Amazon ECS services and AWS Lambda functions from Git.",
    epilog="Exit codes: 0 success, 1 failed, 2 usage, 3 superseded, 4 unreachable or timed out.",
)
app.add_typer(repo.app, name="repo")
app.add_typer(commit.app, name="commit")
app.add_typer(deployment.app, name="deployment")
app.add_typer(orphan.app, name="orphan")
app.add_typer(event.app, name="event")
app.command("status")(status)
app.command("rollback")(rollback)
app.command("undelete")(undelete)
app.command("init")(init)
app.command("up")(up)
app.command("validate")(validate)


class LogLevel(StrEnum):
    """How much gmctl, or the services that it runs, tell."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


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
) -> None:
    """Take the global options."""
    level = log_level.value if log_level is not None else None
    logging.basicConfig(stream=sys.stderr, level=(level or "warning").upper())
    context.obj = Session(endpoint=endpoint_url, log_level=level)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit; ``arguments`` are the process's own unless they are given."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="gmctl")
    except GmctlError as error:
        make_console(stderr=True).print(cell("gmctl: ", "bold red") + cell(str(error)), soft_wrap=True)
        sys.exit(error.code)


if __name__ == "__main__":
    main()
