"""The options that only ``gmctl status`` has."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gitmoxi_gmctl import completing


class Sort(StrEnum):
    """By what the list is sorted."""

    NAME = "name"
    AGE = "age"
    OUTCOME = "outcome"
    ENVIRONMENT = "environment"


NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="Its name, cluster/service, path-prefix, ARN or id; with * and ? several.",
        autocompletion=completing.targets,
    ),
]
AnyBranchOption = Annotated[str | None, typer.Option("-b", "--branch", help="Of this branch.")]
DriftFlag = Annotated[bool, typer.Option("--drift", help="Only those that have drifted.")]
FailedFlag = Annotated[bool, typer.Option("--failed", help="Only those whose last outcome is bad.")]
UnderWayFlag = Annotated[bool, typer.Option("--under-way", help="Only those being deployed now.")]
SortOption = Annotated[
    Sort, typer.Option("--sort", case_sensitive=False, help="outcome: what needs you comes first.")
]
AtMostOption = Annotated[int | None, typer.Option("-n", "--number", min=1, help="How many at most.")]
WideFlag = Annotated[bool, typer.Option("--wide", help="All columns, however wide.")]
WatchFlag = Annotated[bool, typer.Option("--watch", help="Go on showing what changes.")]
WatchTimeout = Annotated[
    float | None, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to watch.")
]
CheckFlag = Annotated[bool, typer.Option("--check", help="Exit with 1 if any of them failed or has drifted.")]
