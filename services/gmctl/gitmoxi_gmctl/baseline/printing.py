"""A baseline as a table, with what differs below it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from gitmoxi.domain.baselines import Comparison, tally
from gitmoxi_gmctl.baseline.replies import Baseline
from gitmoxi_gmctl.printing import cell, print_plan, print_table, target_name

_SHORT_SHA = 12
_STYLES: Mapping[Comparison, str] = {
    Comparison.REFUSED: "red",
    Comparison.DIFFERENT: "yellow",
    Comparison.MISSING: "cyan",
    Comparison.EQUAL: "green",
    Comparison.PENDING: "dim",
}


def print_baseline(console: Console, found: Baseline, *, verbose: bool) -> None:
    """A sum, each object, why some cannot be planned; with ``verbose`` every difference."""
    commit = found.commit
    told = tally(item.comparison for item in found.objects)
    console.print(
        cell(f"Baseline of {commit.branch}, commit {commit.sha[:_SHORT_SHA]}: {told}", "bold"), soft_wrap=True
    )
    rows = (
        (
            cell(item.prefix),
            cell(target_name(item.target)),
            cell(item.outcome, _STYLES[item.comparison]),
            cell(item.deployment_id),
        )
        for item in found.by_need
    )
    headings = ("SERVICE OBJECT", "TARGET", "COMPARED", "DEPLOYMENT")
    print_table(
        console, headings, rows, empty="The commit holds no service object: the next one is compared."
    )
    for item in found.by_need:
        if item.comparison is Comparison.REFUSED:
            console.print(cell(f"{item.prefix}: {item.because}", "red"), soft_wrap=True)
        elif verbose and item.plan is not None and item.comparison is Comparison.DIFFERENT:
            console.print(cell(item.prefix, "bold"))
            print_plan(console, item.plan)
    if not found.finished:
        console.print(cell("Some are not compared yet: ask again in a moment.", "yellow"))
    console.print(cell("Nothing was changed.", "dim"))
