"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from gitmoxi.domain.states import Status
from gitmoxi_gmctl import completing
from gitmoxi_gmctl.printing import Output

RepositoryOption = Annotated[
    str,
    typer.Option(
        "-r",
        "--repository",
        metavar="URL",
        help="The repository.",
        autocompletion=completing.repositories,
    ),
]
AnyRepositoryOption = Annotated[
    str | None,
    typer.Option(
        "-r",
        "--repository",
        metavar="URL",
        help="Of this repository.",
        autocompletion=completing.repositories,
    ),
]
BranchOption = Annotated[
    str, typer.Option("-b", "--branch", help="The branch.", autocompletion=completing.branches)
]
OutputOption = Annotated[
    Output,
    typer.Option(
        "--output",
        case_sensitive=False,
        help="A table for people; JSON or YAML, as the API says it, for scripts.",
    ),
]
AnyBranchOption = Annotated[
    str | None,
    typer.Option("-b", "--branch", help="On this branch.", autocompletion=completing.branches),
]
NumberOption = Annotated[int, typer.Option("-n", "--number", min=1, max=200, help="How many at most.")]
CommitOption = Annotated[
    str | None, typer.Option("-c", "--commit", metavar="HASH", help="Of this commit; 7 digits are enough.")
]
AccountOption = Annotated[str | None, typer.Option("-a", "--account", help="In this AWS account.")]
RegionOption = Annotated[str | None, typer.Option("-re", "--region", help="In this region.")]
StatusOption = Annotated[
    Status | None, typer.Option("-st", "--status", case_sensitive=False, help="With this status.")
]
ServiceOption = Annotated[str | None, typer.Option("-s", "--service", help="Of this ECS service.")]
ClusterOption = Annotated[str | None, typer.Option("-cl", "--cluster", help="In this ECS cluster.")]
FunctionOption = Annotated[str | None, typer.Option("-fn", "--function", help="Of this Lambda function.")]
FailureDetails = Annotated[bool, typer.Option("-v", "--verbose", help="Details of those that failed.")]
AllDetails = Annotated[bool, typer.Option("-A", "--all-details", help="Details of all.")]
TimeoutOption = Annotated[
    float | None, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to wait at most.")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Who asks, for the record; by default the name you are logged in with."),
]
