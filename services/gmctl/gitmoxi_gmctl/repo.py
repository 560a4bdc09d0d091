"""``gmctl repo``: registering repositories."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from gitmoxi_gmctl.going_back import YesOption
from gitmoxi_gmctl.options import AnyRepositoryOption, ByOption, OutputOption, RepositoryOption
from gitmoxi_gmctl.printing import Output, cell, make_console, print_json
from gitmoxi_gmctl.repo_changes import channel_of
from gitmoxi_gmctl.repo_options import (
    CHANNEL,
    CHANNELS_HELP,
    FeedbackOption,
    MaxDeletesOption,
    PathOption,
    ProviderOption,
    TokenOption,
    WebhookSecretOption,
    told,
)
from gitmoxi_gmctl.repo_printing import (
    orphans_said,
    print_next_steps,
    print_repositories,
    print_repository,
)
from gitmoxi_gmctl.repo_replies import Repositories
from gitmoxi_gmctl.repo_update import update
from gitmoxi_gmctl.requesting import confirm
from gitmoxi_gmctl.session import given, session_of

app = typer.Typer(no_args_is_help=True, help="Register repositories.")


@app.command("add")
def add(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    branch: Annotated[list[str], typer.Option("-b", "--branch", help="A branch to deploy; repeatable.")],
    token_arn: TokenOption = None,
    path: PathOption = None,
    baseline: Annotated[
        bool,
        typer.Option("--baseline", help="Compare the first commit of each branch, and deploy nothing of it."),
    ] = False,
    webhook_secret: WebhookSecretOption = None,
    provider: ProviderOption = None,
    feedback: FeedbackOption = None,
    notify: Annotated[
        list[str] | None,
        typer.Option("--notify", metavar=CHANNEL, help=f"Tell of deployments there: {CHANNELS_HELP}"),
    ] = None,
    max_deletes: MaxDeletesOption = None,
    by: ByOption = None,
) -> None:
    """Register a repository: from now on pushes to its branches are deployed."""
    settings = told(
        url=repository,
        branches=branch,
        token_arn=token_arn,
        path_globs=given(path),
        baseline=baseline or None,
        webhook_secret_arn=webhook_secret,
        provider=provider,
        feedback=feedback,
        notifications=[channel_of(text).model_dump() for text in given(notify)],
        max_deletes=max_deletes,
        by=by or getpass.getuser(),
    )
    session = session_of(context)
    with session.api() as api:
        found = api.register(settings)
    console = make_console()
    console.print(
        cell(f"{found.url} is registered with {', '.join(found.branches)} ({found.id})"), soft_wrap=True
    )
    print_next_steps(console, found, endpoint=session.endpoint)


app.command("update")(update)


@app.command("get")
def get(
    context: typer.Context, *, repository: AnyRepositoryOption = None, output: OutputOption = Output.TABLE
) -> None:
    """List the registered repositories, or show all about one."""
    with session_of(context).api() as api:
        if repository is None:
            found = api.repositories()
        else:
            found = Repositories(repositories=(api.repository(repository),))
    console = make_console()
    if output is Output.JSON:
        print_json(console, found)
    elif repository is None:
        print_repositories(console, found.repositories)
    else:
        print_repository(console, found.repositories[0])


@app.command("delete")
def delete(
    context: typer.Context, *, repository: RepositoryOption, yes: YesOption = False, by: ByOption = None
) -> None:
    """Forget a repository. Nothing is deleted in AWS: what it deployed runs on, as orphans."""
    with session_of(context).api() as api:
        known = api.repository(repository)
        outcome = orphans_said(known.target_count)
        console = make_console(stderr=True)
        if not yes:
            console.print(cell(outcome), soft_wrap=True)
        confirm(f"Forget {known.url}?", yes=yes)
        api.forget(known.id, by=by or getpass.getuser())
    make_console().print(cell(f"{known.url} is forgotten. {outcome}"), soft_wrap=True)
