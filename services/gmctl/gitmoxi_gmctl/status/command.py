"""``gmctl status``: where every target stands, from what is recorded; AWS is not asked."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi.domain.states import Status
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.options import (
    AccountOption,
    AnyRepositoryOption,
    ClusterOption,
    FunctionOption,
    OutputOption,
    RegionOption,
    ServiceOption,
    StatusOption,
)
from gitmoxi_gmctl.printing import Output, make_console, print_json
from gitmoxi_gmctl.session import session_of
from gitmoxi_gmctl.status.asking import Query, StatusAsker, target_details
from gitmoxi_gmctl.status.details import print_target
from gitmoxi_gmctl.status.replies import StatusPage
from gitmoxi_gmctl.status.table import status_view
from gitmoxi_gmctl.status.watching import watch as watch_status


class Sort(StrEnum):
    """By what the list is sorted."""

    NAME = "name"
    AGE = "age"
    OUTCOME = "outcome"
    ENVIRONMENT = "environment"


def status(
    context: typer.Context,
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Its name, cluster/service, path-prefix, ARN or id; with * and ? several.",
        ),
    ] = None,
    repository: AnyRepositoryOption = None,
    branch: Annotated[str | None, typer.Option("-b", "--branch", help="Of this branch.")] = None,
    account: AccountOption = None,
    region: RegionOption = None,
    cluster: ClusterOption = None,
    service: ServiceOption = None,
    function: FunctionOption = None,
    wanted: StatusOption = None,
    drift: Annotated[bool, typer.Option("--drift", help="Only those that have drifted.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only those whose last outcome is bad.")] = False,
    under_way: Annotated[bool, typer.Option("--under-way", help="Only those being deployed now.")] = False,
    sort: Annotated[
        Sort, typer.Option("--sort", case_sensitive=False, help="outcome: what needs you comes first.")
    ] = Sort.NAME,
    number: Annotated[int | None, typer.Option("-n", "--number", min=1, help="How many at most.")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="All columns, however wide.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing what changes.")] = False,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to watch.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if any of them failed or has drifted.")
    ] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show every target: what runs, how its last deployment ended, whether it has drifted.

    One that is named alone is shown at length, with what differs and the command that helps.
    """
    query: dict[str, str | int | None] = {
        "name": name,
        "repository": repository,
        "branch": branch,
        "account": account,
        "region": region,
        "cluster": cluster,
        "service": service,
        "function": function,
        "sort": sort.value,
        **_narrowed(wanted, drift=drift, failed=failed, under_way=under_way),
    }
    console = make_console()
    with session_of(context).api() as api:
        asker = StatusAsker(api, query, number)
        if watch:
            page = watch_status(asker, console, timeout_seconds=timeout, wide=wide)
        else:
            page = asker.all()
            _show(api, console, page, query, output=output, wide=wide)
    if check and (page.counts.get("failed") or _drifted(page)):
        raise typer.Exit(ExitCode.FAILED)


def _narrowed(wanted: Status | None, *, drift: bool, failed: bool, under_way: bool) -> Query:
    """The short flags as conditions of the API.

    Raises:
        GmctlError: several say of what status targets shall be.
    """
    if sum((wanted is not None, failed, under_way)) > 1:
        raise GmctlError("Give one of --status, --failed and --under-way.", ExitCode.USAGE)
    if failed:
        wanted = Status.PROCESSED_ERROR
    if under_way:
        wanted = Status.PROCESSING
    return {"status": wanted.value if wanted is not None else None, "drift": "yes" if drift else None}


def _show(
    api: ApiClient, console: Console, page: StatusPage, query: Query, *, output: Output, wide: bool
) -> None:
    if output is not Output.TABLE:
        print_json(console, page)
        return
    if query["name"] is not None and not page.targets:
        raise GmctlError(f"No target is called {query['name']!r} here: gmctl status lists them all.")
    if query["name"] is not None and page.total == 1:
        print_target(console, target_details(api, page.targets[0].target.id))
        return
    view = status_view(page, console, now=datetime.now(UTC), wide=wide)
    console.print(view, crop=not wide)


def _drifted(page: StatusPage) -> bool:
    return any(item.drift.drifted for item in page.targets)
