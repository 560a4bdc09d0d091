"""Findings for people: by file, each at a place that terminals and editors link."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.documents import NOT_DEPLOYED
from gitmoxi_gmctl.validate.report import Report, ReportedFinding
from gitmoxi_gmctl.validate.wording import explanation, further_lines, harmless, one_line, summary_line

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_LEAST_WIDTH = 24
_INDENT = "    "


def print_report(console: Console, report: Report, *, verbose: bool) -> None:
    """The findings by file, then what else there is to say, then one line that sums up."""
    file = None
    shown = [finding for finding in report.findings if verbose or finding.rule != NOT_DEPLOYED.id]
    for finding in shown:
        if file is not None and finding.file != file:
            console.print()
        file = finding.file
        _print_finding(console, finding)
    if shown:
        console.print()
    for line in further_lines(report, verbose=verbose):
        _print(console, Text(_line_start(one_line(line)), style="dim"))
    _print(console, Text(summary_line(report), style="bold"))


def _print_finding(console: Console, finding: ReportedFinding) -> None:
    place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part is not None)
    place = _line_start(one_line(place))
    severity = finding.severity.value
    first, *others = _wrapped(console, f"{place} {severity} {finding.message} ({finding.rule})", indent="")
    head = Text(first)
    head.stylize("bold", 0, len(place))
    head.stylize(_STYLES[finding.severity], len(place), len(place) + 1 + len(severity))
    _print(console, head)
    for line in others:
        _print(console, Text(line))
    if finding.json_path:
        _print(console, Text(f"{_INDENT}at {one_line(finding.json_path)}", style="dim"))
    for text in explanation(finding):
        for line in _wrapped(console, text, indent=_INDENT):
            _print(console, Text(line, style="green"))


def _print(console: Console, line: Text) -> None:
    """As it is: a path that is cut or wrapped can be neither clicked nor copied."""
    console.print(line, soft_wrap=True)


def _wrapped(console: Console, text: str, *, indent: str) -> Iterator[str]:
    """Lines, indented from the second on; only a terminal's width wraps them, and never within a word."""
    width = max(console.width, _LEAST_WIDTH)
    for line in harmless(text).splitlines() or [""]:
        parts = [line]
        if console.is_terminal:
            wrapper = textwrap.TextWrapper(
                width - len(_INDENT), break_long_words=False, break_on_hyphens=False
            )
            parts = wrapper.wrap(line) or [""]
        for part in parts:
            yield indent + _line_start(part)
            indent = _INDENT


def _line_start(text: str) -> str:
    """The text as it may begin a line: a CI runner obeys lines that begin with two colons."""
    return f"| {text}" if text.lstrip().startswith("::") else text
