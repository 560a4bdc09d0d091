"""The result of a check, in a stable form for scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from gitmoxi.domain.findings import Finding, Severity


class Result(StrEnum):
    """What became of one file, the worst first."""

    ERRORS = "errors"
    PARTIAL = "partial"
    """No errors, as far as it could be checked; a note says how far that is."""
    WARNINGS = "warnings"
    NOTES = "notes"
    CLEAN = "clean"
    """Checked in full, and nothing was found."""


def _encodable(text: str) -> str:
    """File names and JSON texts may hold half a surrogate pair, which no output can write."""
    return text.encode(errors="replace").decode()


Text = Annotated[str, AfterValidator(_encodable)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileResult(_Frozen):
    """One file that was checked; ``kind`` is what ``--as`` would call it."""

    path: Text
    kind: str
    result: Result


class ReportedFinding(_Frozen):
    """A finding; ``line`` and ``column`` count from 1, and are null when it is on the file as a whole."""

    file: Text
    line: int | None
    column: int | None
    severity: Severity
    rule: str
    message: Text
    json_path: Text
    found: Text
    expected: Text
    advice: Text


class UncheckedPath(_Frozen):
    """A path that was not looked into; ``error`` when it was meant to be, and the command fails."""

    path: Text
    reason: Text
    error: bool


class Summary(_Frozen):
    """Counts: ``files`` in all and by result, findings by severity, and paths that could not be read."""

    files: int
    by_result: dict[Result, int]
    error_findings: int
    warning_findings: int
    note_findings: int
    unchecked: int


class Report(_Frozen):
    """Everything that one run found; ``version`` changes when a reader would have to.

    Attributes:
        version: of this form.
        files: what was checked, by path.
        findings: by file and place.
        unchecked: what was not looked into.
        companions: files that were not given and were checked with given ones, as one service object.
        other_json_files: JSON files of the given folders whose names are none of deployment files.
        summary: the counts.
    """

    version: Literal[1] = 1
    files: tuple[FileResult, ...]
    findings: tuple[ReportedFinding, ...]
    unchecked: tuple[UncheckedPath, ...]
    companions: tuple[Text, ...]
    other_json_files: tuple[Text, ...]
    summary: Summary


def reported(finding: Finding) -> ReportedFinding:
    """The finding in the form of the report."""
    return ReportedFinding(
        file=finding.file,
        line=finding.line,
        column=finding.column,
        severity=finding.severity,
        rule=finding.rule,
        message=finding.message,
        json_path=finding.json_path,
        found=finding.found,
        expected=finding.expected,
        advice=finding.advice,
    )


def result_of(findings: Iterable[Finding], *, partial: bool) -> Result:
    """The result of a file with these findings."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Result.ERRORS
    if partial:
        return Result.PARTIAL
    if Severity.WARNING in severities:
        return Result.WARNINGS
    return Result.NOTES if severities else Result.CLEAN


def make_report(
    *,
    files: Iterable[FileResult],
    findings: Iterable[Finding],
    unchecked: Iterable[UncheckedPath],
    companions: Iterable[str],
    other_json_files: Iterable[str],
) -> Report:
    """The report with everything in order, nothing twice, and counted."""
    ordered = sorted(set(findings), key=_order)
    results = sorted(files, key=lambda file: file.path)
    severities = Counter(finding.severity for finding in ordered)
    by_result = Counter(file.result for file in results)
    missed = tuple(sorted(unchecked, key=lambda path: path.path))
    return Report(
        files=tuple(results),
        findings=tuple(reported(finding) for finding in ordered),
        unchecked=missed,
        companions=tuple(sorted(companions)),
        other_json_files=tuple(sorted(other_json_files)),
        summary=Summary(
            files=len(results),
            by_result={result: by_result[result] for result in Result},
            error_findings=severities[Severity.ERROR],
            warning_findings=severities[Severity.WARNING],
            note_findings=severities[Severity.NOTE],
            unchecked=sum(path.error for path in missed),
        ),
    )


def _order(finding: Finding) -> tuple[str, int, int, int, str, str]:
    rank = tuple(Severity).index(finding.severity)
    return (finding.file, finding.line or 0, finding.column or 0, rank, finding.rule, finding.message)
