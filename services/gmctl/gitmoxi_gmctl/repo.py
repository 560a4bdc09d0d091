"""``gmctl repo``: registering repositories."""

from __future__ import annotations

from typing import Annotated

import typer

from gitmoxi_gmctl.options import AnyRepositoryOption, OutputOption, RepositoryOption
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell, make_console, print_repositories
from gitmoxi_gmctl.replies import Repositories
from gitmoxi_gmctl.session import given, session_of

app = typer.Typer(no_args_is_help=True, help="Register repositories.")


@app.command("add")
def add(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    branch: Annotated[list[str], typer.Option("-b", "--branch", help="A branch to deploy; repeatable.")],
    token_arn: Annotated[
        str | None,
        typer.Option(
            "-a", "--token-arn", metavar="ARN", help="Secret or parameter that holds the access token."
        ),
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option("--path", metavar="GLOB", help="Deploy only these paths, as in 'prod/**'; repeatable."),
    ] = None,
    max_deletes: Annotated[
        int | None,
        typer.Option(
            "--max-deletes",
            metavar="N",
            min=0,
            help="A commit that deletes more targets than this waits for approval.",
        ),
    ] = None,
) -> None:
    """Register a repository: from now on pushes to its branches are deployed."""
    with session_of(context).api() as api:
        found = api.register(
            url=repository,
            branches=branch,
            token_arn=token_arn,
            path_globs=given(path),
            max_deletes=max_deletes,
        )
    make_console().print(cell(f"{found.url} is registered with {', '.join(found.branches)} ({found.id})"))


@app.command("get")
def get(
    context: typer.Context, *, repository: AnyRepositoryOption = None, output: OutputOption = Output.TABLE
) -> None:
    """List the registered repositories, or show one."""
    with session_of(context).api() as api:
        if repository is None:
            found = api.repositories()
        else:
            found = Repositories(repositories=(api.repository(repository),))
    present(output, found, lambda console: print_repositories(console, found.repositories))


@app.command("delete")
def delete(context: typer.Context, repository: RepositoryOption) -> None:
    """Forget a repository. Nothing is deleted in AWS."""
    with session_of(context).api() as api:
        api.forget(repository)
    make_console().print(cell(f"{repository} is forgotten; what it deployed stays as it is"))
