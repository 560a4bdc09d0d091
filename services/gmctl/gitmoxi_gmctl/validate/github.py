"""Findings as GitHub's workflow commands, which become annotations of the changed lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.report import Report, ReportedFinding, UncheckedPath
from gitmoxi_gmctl.validate.wording import explanation, harmless, summary_line

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_lines(report: Report) -> Iterator[str]:
    """One command a finding, one for each path that could not be checked, and a line that sums up."""
    yield from (_annotation(finding) for finding in report.findings)
    yield from (_not_checked(path) for path in report.unchecked)
    yield summary_line(report)


def _annotation(finding: ReportedFinding) -> str:
    at = f" (at {finding.json_path})" if finding.json_path else ""
    text = "\n".join((f"{finding.message}{at}", *explanation(finding)))
    properties = {"file": finding.file, "line": finding.line, "col": finding.column, "title": finding.rule}
    return _command(_COMMANDS[finding.severity], properties, text)


def _not_checked(path: UncheckedPath) -> str:
    title = "not checked" if path.error else "skipped"
    return _command(
        "error" if path.error else "notice",
        {"file": path.path, "title": title},
        f"{path.path}: {path.reason}",
    )


def _command(name: str, properties: dict[str, str | int | None], text: str) -> str:
    given = ",".join(
        f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None
    )
    return f"::{name} {given}::{_data(text)}"


def _data(text: str) -> str:
    return harmless(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
