"""Carries ``gmctl init`` out: reads AWS, writes the files, says what to look at and what to type next."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.errors import AccessDeniedError, GitmoxiError, RetryableError
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.clients import UserClients
from gitmoxi_gmctl.init.command import EcsChoice, InitOptions, LambdaChoice
from gitmoxi_gmctl.init.packages import parse_place
from gitmoxi_gmctl.init.reading import Export, Exporter
from gitmoxi_gmctl.init.writing import write_files
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import cell

_AWS_SAYS = "AWS says: "
_FILE_NAME = re.compile(r"[^/\\\x00-\x1f]+")


def run(options: InitOptions) -> None:
    """Write the files.

    Raises:
        GmctlError: in one sentence, what cannot be done and what to do.
    """
    export = asyncio.run(_read(options))
    name = _file_name(options.name or export.name)
    written = write_files(options.folder, name, export.exported.files, force=options.force)
    present(
        options.output,
        _document(export, written),
        lambda console: print_export(console, export, written, options.folder),
    )


async def export_with(clients: ClientSource, region: str, choice: EcsChoice | LambdaChoice) -> Export:
    """The files of what was chosen, read with these clients.

    Raises:
        GmctlError: in one sentence, what cannot be read and what to do.
    """
    exporter = Exporter(clients, region=region, clock=SystemClock())
    try:
        match choice:
            case EcsChoice():
                return await exporter.service(choice.cluster, choice.service)
            case LambdaChoice():
                place = parse_place(choice.code) if choice.code is not None else None
                return await exporter.function(choice.function, alias=choice.alias, place=place)
    except AccessDeniedError as error:
        raise GmctlError(_denied(error)) from error
    except RetryableError as error:
        raise GmctlError(str(error), ExitCode.UNREACHABLE) from error
    except GitmoxiError as error:
        raise GmctlError(str(error)) from error


async def _read(options: InitOptions) -> Export:
    async with UserClients(profile=options.profile, region=options.region) as clients:
        return await export_with(clients, clients.region, options.choice)


def _denied(error: AccessDeniedError) -> str:
    reason = error.reason.partition(_AWS_SAYS)[2] or error.reason
    return (
        f"These credentials may not call {error.operation} ({error.code}: {reason.rstrip('.')}): allow it, "
        "or give others with --profile."
    )


def _file_name(name: str) -> str:
    if _FILE_NAME.fullmatch(name) is None or name in {".", ".."}:
        raise GmctlError(f"--name {name!r} is no file name: give the folder with --dir.", ExitCode.USAGE)
    return name


def _document(export: Export, written: Sequence[Path]) -> Mapping[str, Any]:
    return {
        "subject": export.subject,
        "files": [str(path) for path in written],
        "notes": export.exported.notes,
        "first_dry_run": export.exported.first_run,
    }


def print_export(console: Console, export: Export, written: Sequence[Path], folder: Path) -> None:
    """What was written, what to look at, and what to type next."""
    console.print(cell(f"The {export.subject} is written as", "bold"), soft_wrap=True)
    for path in written:
        console.print(cell(f"  {path}"), soft_wrap=True)
    for note in export.exported.notes:
        console.print(cell(f"note: {note}", "yellow"), soft_wrap=True)
    if export.exported.first_run:
        console.print(cell("The first dry run is going to show:", "yellow"))
        for line in export.exported.first_run:
            console.print(cell(f"  {line}"), soft_wrap=True)
    else:
        console.print(cell("The first dry run is going to show no difference.", "green"))
    console.print(cell("Next:", "bold"))
    for command in _next(written, folder):
        console.print(cell(f"  {command}"), soft_wrap=True)


def _next(written: Sequence[Path], folder: Path) -> tuple[str, ...]:
    files = " ".join(shlex.quote(str(path)) for path in written)
    return (
        f"gmctl validate {shlex.quote(str(folder))}",
        f"git add {files} && git commit && git push",
        "gmctl repo add -r URL -b BRANCH   # unless it is registered",
        "gmctl commit dryrun -r URL -b BRANCH -p",
    )
