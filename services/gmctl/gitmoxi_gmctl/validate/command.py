"""``gmctl validate``: its options, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.validate.kinds import SUFFIXES, KindName, ReportFormat

if TYPE_CHECKING:
    from gitmoxi_gmctl.validate.report import Summary


def validate(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files, or folders with all that is in them.")
    ],
    *,
    kind: Annotated[
        KindName | None,
        typer.Option("--as", help="Take each file for this kind, alone, whatever its name."),
    ] = None,
    output: Annotated[
        ReportFormat,
        typer.Option("--output", help="For people, for scripts, for code hosts, for GitHub's annotations."),
    ] = ReportFormat.TABLE,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            file_okay=False,
            exists=True,
            help="What ref.file counts from; by default the nearest folder above with .git.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="List the files passed over.")] = False,
) -> None:
    """Check deployment files on this disk, offline, as the planner would check them in a commit.

    Exit codes: 0 no errors (warnings and notes do not count), 1 errors, 2 usage, no file to check, or a
    file that could not be read.
    """
    # Here, so that other commands do not wait until botocore's and Jinja's modules are loaded.
    from gitmoxi_gmctl.validate.checking import check_paths  # noqa: PLC0415
    from gitmoxi_gmctl.validate.writing import write_report  # noqa: PLC0415

    report = check_paths(paths, kind=kind.kind if kind is not None else None, root=root)
    if not report.files and not report.summary.unchecked:
        raise GmctlError(_nothing(report.other_json_files), ExitCode.USAGE)
    write_report(report, output, verbose=verbose)
    raise typer.Exit(_exit_code(report.summary, strict=strict))


def _nothing(others: Sequence[str]) -> str:
    passed_over = f" ({len(others)} other JSON files were passed over, such as {others[0]})" if others else ""
    return (
        f"0 files checked: no file name here ends in {SUFFIXES}{passed_over}. To check files of other names, "
        "say what they are with --as, for example --as taskdef."
    )


def _exit_code(summary: Summary, *, strict: bool) -> ExitCode:
    if summary.unchecked or not summary.files:
        return ExitCode.USAGE
    failed = summary.error_findings or (strict and summary.warning_findings)
    return ExitCode.FAILED if failed else ExitCode.SUCCESS
