"""``gmctl status``: where every target stands, from what is recorded; AWS is not asked."""

from __future__ import annotations

from datetime import UTC, datetime

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
from gitmoxi_gmctl.presenting import present_to_scripts
from gitmoxi_gmctl.printing import Output, make_console
from gitmoxi_gmctl.session import session_of
from gitmoxi_gmctl.status.asking import Query, StatusAsker, target_details
from gitmoxi_gmctl.status.details import print_target
from gitmoxi_gmctl.status.options import (
    AnyBranchOption,
    AtMostOption,
    CheckFlag,
    DriftFlag,
    FailedFlag,
    NameArgument,
    Sort,
    SortOption,
    UnderWayFlag,
    WatchFlag,
    WatchTimeout,
    WideFlag,
)
from gitmoxi_gmctl.status.replies import StatusPage
from gitmoxi_gmctl.status.table import status_view


def status(
    context: typer.Context,
    *,
    name: NameArgument = None,
    repository: AnyRepositoryOption = None,
    branch: AnyBranchOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    cluster: ClusterOption = None,
    service: ServiceOption = None,
    function: FunctionOption = None,
    wanted: StatusOption = None,
    drift: DriftFlag = False,
    failed: FailedFlag = False,
    under_way: UnderWayFlag = False,
    sort: SortOption = Sort.NAME,
    number: AtMostOption = None,
    wide: WideFlag = False,
    watch: WatchFlag = False,
    timeout: WatchTimeout = None,
    check: CheckFlag = False,
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
            page = _watched(asker, console, timeout, wide=wide)
        else:
            page = asker.all()
            _show(api, console, page, query, output=output, wide=wide)
    if check and (page.counts.get("failed") or _drifted(page)):
        raise typer.Exit(ExitCode.FAILED)


def _watched(
    asker: StatusAsker, console: Console, timeout_seconds: float | None, *, wide: bool
) -> StatusPage:
    # It brings all of following along, which a look at what is recorded does not wait for.
    from gitmoxi_gmctl.status.watching import watch  # noqa: PLC0415

    return watch(asker, console, timeout_seconds=timeout_seconds, wide=wide)


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
    if output.for_scripts:
        present_to_scripts(output, page)
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
