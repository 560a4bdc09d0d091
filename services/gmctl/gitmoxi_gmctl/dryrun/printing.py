"""A dry run as lines for people: what happens to each service object, with its diff, and the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from gitmoxi.domain.dryrun_shown import sentence
from gitmoxi.domain.dryruns import Outcome, tally
from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.dryrun.replies import DryRun, DryRunObject, Finding, Report
from gitmoxi_gmctl.plans import print_differences, print_plan_warnings, print_steps
from gitmoxi_gmctl.printing import cell, print_warnings
from gitmoxi_gmctl.replies import Plan

_STYLES: Mapping[Outcome, str] = {
    Outcome.CREATE: "bold green",
    Outcome.UPDATE: "bold yellow",
    Outcome.REPLACE: "bold red",
    Outcome.DELETE: "bold red",
    Outcome.HELD: "bold yellow",
    Outcome.NOTHING: "dim",
    Outcome.REFUSED: "bold red",
}
_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_SHORT_SHA = 12

FINDINGS_SHOWN = 20
"""Of one object; each is a line."""


def print_dry_run(console: Console, found: DryRun, report: Report, *, verbose: bool) -> None:
    """The whole answer; ``verbose`` adds every difference, the steps and the AWS calls."""
    console.print(cell(heading(found), "bold"), soft_wrap=True)
    for item in report.objects:
        console.print()
        _print_object(console, item, verbose=verbose)
    if report.objects:
        console.print()
    print_warnings(console, report.warnings)
    console.print(cell(summary(report), "bold"), soft_wrap=True)


def heading(found: DryRun) -> str:
    """Of what it is: the branch, or another's tree in its place, and the commit."""
    tree = f"{found.branch} with the tree of {found.head}" if found.head else found.branch
    before = found.previous_sha
    compared = f"compared with {before[:_SHORT_SHA]}" if before else "nothing was processed before"
    return f"Dry run of {tree}: commit {(found.sha or '')[:_SHORT_SHA]} {found.message} ({compared})"


def summary(report: Report) -> str:
    """The sum: ``1 to create, 2 to update, 1 unchanged.``."""
    told = tally(item.outcome for item in report.objects)
    return f"{told[:1].upper()}{told[1:]}. Nothing was changed."


def _print_object(console: Console, item: DryRunObject, *, verbose: bool) -> None:
    place = f"  {item.place}" if item.place else ""
    console.print(cell(sentence(item), _STYLES[item.outcome]) + cell(place, "dim"), soft_wrap=True)
    if item.failure is not None:
        console.print(cell(f"  refused: {item.failure}", "red"), soft_wrap=True)
    if item.held is not None:
        console.print(cell(f"  held: needs approval. {item.held}", "yellow"), soft_wrap=True)
    _print_findings(console, item.findings)
    if item.plan is not None:
        _print_plan(console, item.plan, item, verbose=verbose)
    for note in item.notes:
        console.print(cell(f"  note: {note}", "cyan"), soft_wrap=True)
    for path, text in (item.rendered or {}).items():
        console.print(cell(f"  {path}, rendered:", "bold"), soft_wrap=True)
        console.print(cell("\n".join(f"    {line}" for line in text.splitlines())), soft_wrap=True)


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    for finding in findings[:FINDINGS_SHOWN]:
        style = _SEVERITIES[finding.severity]
        console.print(
            cell(f"  {finding.place}: ") + cell(f"{finding.severity}: {finding.told}", style), soft_wrap=True
        )
    if len(findings) > FINDINGS_SHOWN:
        rest = len(findings) - FINDINGS_SHOWN
        console.print(cell(f"  … {rest} more (gmctl validate shows all)", "dim"), soft_wrap=True)


def _print_plan(console: Console, plan: Plan, item: DryRunObject, *, verbose: bool) -> None:
    print_differences(console, plan, verbose=verbose)
    if not item.refused and item.outcome is not Outcome.NOTHING:
        steps, calls = counted(len(plan.steps), "step"), counted(len(plan.calls), "AWS call")
        hint = "" if verbose else f": {steps}, {calls} (-v)"
        console.print(cell(f"  strategy: {plan.strategy}{hint}", "dim"), soft_wrap=True)
    if verbose:
        print_steps(console, plan)
    if not item.refused:
        print_plan_warnings(console, plan)
