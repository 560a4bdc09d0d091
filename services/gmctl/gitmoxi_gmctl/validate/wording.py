"""Words for people: one line that sums up, and texts of others that can steer nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmoxi.domain.plain_text import plain
from gitmoxi.validation.documents import NOT_DEPLOYED
from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.validate.report import Report, ReportedFinding, Result

_RUNNER_COMMAND = re.compile(r"##(?=\w*\[)")
"""How a line that holds ``##[command]`` or ``##vso[command]`` begins to speak to a CI runner."""

RESULT_WORDS = {
    Result.CLEAN: "without findings",
    Result.NOTES: "with notes only",
    Result.WARNINGS: "with warnings",
    Result.ERRORS: "with errors",
    Result.PARTIAL: "only in part",
}


def harmless(text: str) -> str:
    """The text without what steers a terminal or a CI runner, wherever in a line it stands."""
    return _RUNNER_COMMAND.sub("## ", plain(text))


def one_line(text: str) -> str:
    """A path or another short text of others, which is to stay on its line."""
    return harmless(text).replace("\n", "\N{REPLACEMENT CHARACTER}")


def summary_line(report: Report) -> str:
    """``12 files checked: 10 without findings, 1 with errors, 1 only in part``."""
    counts = report.summary.by_result
    parts = [f"{counts[result]} {words}" for result, words in RESULT_WORDS.items() if counts[result]]
    line = f"{counted(len(report.files), 'file')} checked"
    return f"{line}: {', '.join(parts)}" if parts else line


def further_lines(report: Report, *, verbose: bool) -> Iterator[str]:
    """What else there is to say about which files were looked at, and which were not."""
    if report.companions:
        names = ", ".join(report.companions)
        yield f"checked with the given files, since they form one service object: {names}"
    for path in report.unchecked:
        yield f"{'not checked' if path.error else 'skipped'}: {path.path}: {path.reason}"
    alone = sum(finding.rule == NOT_DEPLOYED.id for finding in report.findings)
    if alone and not verbose:
        what = "1 file is" if alone == 1 else f"{alone} files are"
        yield f"{what} deployed by no definition file (-v lists them)"
    others = len(report.other_json_files)
    if others:
        how = "" if verbose else " (-v lists them)"
        yield f"{counted(others, 'other JSON file')} passed over: their names end in no known suffix{how}"
    if verbose:
        yield from (f"  {path}" for path in report.other_json_files)


def explanation(finding: ReportedFinding) -> tuple[str, ...]:
    """What stands after the message: what to do, or else what was expected, unless that is said already."""
    if finding.advice:
        return (finding.advice,)
    said = not finding.expected or finding.expected in finding.message
    return () if said else (f"expected {finding.expected}",)
