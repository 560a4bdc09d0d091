"""Carries ``gmctl init --all`` out: writes, checks what was written, and says what became of each target."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.progress import Progress

from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.errors import AccessDeniedError, GitmoxiError, RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.clients import UserClients
from gitmoxi_gmctl.init.everything import Everything, Fate, Result, Wanted, tally
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell, make_console, print_table
from gitmoxi_gmctl.replies import Reply

_STYLES = {Fate.WRITTEN: "green", Fate.KEPT: "dim", Fate.SKIPPED: "yellow", Fate.FAILED: "bold red"}


class TargetTold(BaseModel):
    """What became of one target, for scripts."""

    model_config = ConfigDict(frozen=True)

    target: str
    fate: Fate
    folder: str
    why: tuple[str, ...]
    first_dry_run: tuple[str, ...]


class AllTold(Reply):
    """What became of all, and what the validator says of the files that were written."""

    targets: tuple[TargetTold, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOptions:
    """What was asked for, and as whom."""

    wanted: Wanted
    region: str | None
    profile: str | None
    output: Output


def run_all(options: AllOptions) -> None:
    """Write everything; ends with 1 if something failed.

    Raises:
        GmctlError: there is nothing to begin with.
    """
    try:
        results = asyncio.run(_written(options))
    except KeyboardInterrupt:
        raise GmctlError(
            "Interrupted. What is written stays; the same command goes on with the rest.",
            ExitCode.INTERRUPTED,
        ) from None
    errors = faults_of(results)
    told = AllTold(targets=tuple(map(_told, results)), errors=errors)
    folder = options.wanted.folder
    present(options.output, told, lambda console: print_all(console, results, errors, folder))
    failed = errors or any(result.fate is Fate.FAILED for result in results)
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.SUCCESS)


async def write_all(
    clients: ClientSource, region: str, wanted: Wanted, *, clock: Clock, console: Console
) -> list[Result]:
    """The results, with progress on ``console`` where somebody sees it.

    Raises:
        GmctlError: what there is cannot be listed.
    """
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading", total=None)

        def tell(result: Result, total: int) -> None:
            progress.update(task, total=total, advance=1, description=str(result.item))

        everything = Everything(clients, region=region, clock=clock, wanted=wanted, tell=tell)
        try:
            return await everything.write()
        except AccessDeniedError as error:
            raise GmctlError(
                f"These credentials may not call {error.operation} ({error.code}): allow it, or give others "
                "with --profile."
            ) from error
        except RetryableError as error:
            raise GmctlError(str(error), ExitCode.UNREACHABLE) from error
        except GitmoxiError as error:
            raise GmctlError(str(error)) from error


async def _written(options: AllOptions) -> list[Result]:
    async with UserClients(profile=options.profile, region=options.region) as clients:
        console = make_console(stderr=True)
        return await write_all(clients, clients.region, options.wanted, clock=SystemClock(), console=console)


def faults_of(results: Sequence[Result]) -> tuple[str, ...]:
    """The errors that the validator finds in what was written."""
    written = [str(result.folder) for result in results if result.fate is Fate.WRITTEN]
    if not written:
        return ()
    # Botocore's and Jinja's modules take their time.
    from gitmoxi_gmctl.validate.checking import check_paths  # noqa: PLC0415

    report = check_paths(written, kind=None, root=None)
    found = [f"{one.file}: {one.message}" for one in report.findings if one.severity == "error"]
    return (*found, *(f"{one.path}: {one.reason}" for one in report.unchecked if one.error))


def print_all(console: Console, results: Sequence[Result], errors: Sequence[str], folder: Path) -> None:
    """A line for each target, what the validator says, and what to type next."""
    rows = (
        (
            cell(result.item),
            cell(result.fate, _STYLES[result.fate]),
            cell(result.folder),
            cell(_remarks(result)),
        )
        for result in results
    )
    print_table(console, ("TARGET", "FILES", "FOLDER", "REMARKS"), rows, empty="There is nothing to write.")
    for error in errors:
        console.print(cell(f"error: {error}", "red"), soft_wrap=True)
    console.print(cell(f"{counted(len(results), 'target')}: {tally(results)}.", "bold"))
    if any(result.fate is Fate.WRITTEN for result in results):
        console.print(
            cell(f"Next: look through {folder}, commit it, and gmctl commit dryrun -r URL -b BRANCH -p")
        )


def _remarks(result: Result) -> str:
    differs = f"the first dry run shows {counted(len(result.first_run), 'difference')}"
    return "; ".join([*result.why, *([differs] if result.first_run else [])])


def _told(result: Result) -> TargetTold:
    return TargetTold(
        target=str(result.item),
        fate=result.fate,
        folder=str(result.folder),
        why=result.why,
        first_dry_run=result.first_run,
    )
