"""Writes a report to standard output in the form that was asked for."""

from __future__ import annotations

import json

from gitmoxi.catalogue import ALL_RULES
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, make_console
from gitmoxi_gmctl.validate.github import github_lines
from gitmoxi_gmctl.validate.kinds import ReportFormat
from gitmoxi_gmctl.validate.report import Report
from gitmoxi_gmctl.validate.sarif import sarif_log
from gitmoxi_gmctl.validate.table import print_report


def write_report(report: Report, output: ReportFormat, *, verbose: bool) -> None:
    """``verbose`` also lists, in a table, the files that were passed over."""
    console = make_console()
    match output:
        case ReportFormat.TABLE:
            print_report(console, report, verbose=verbose)
        case ReportFormat.JSON | ReportFormat.YAML:
            document = report.model_dump(mode="json")
            present(Output(output), document, lambda _: None)
        case ReportFormat.SARIF:
            rules = {info.id: info for info in ALL_RULES}
            console.out(json.dumps(sarif_log(report, rules), indent=2), highlight=False)
        case ReportFormat.GITHUB:
            for line in github_lines(report):
                console.out(line, highlight=False)
