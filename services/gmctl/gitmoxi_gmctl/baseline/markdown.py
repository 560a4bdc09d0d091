"""A baseline as Markdown, in which committed text means nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.domain.baselines import Comparison, tally
from gitmoxi.domain.dryrun_markdown import code, plan_section, table_cell
from gitmoxi_gmctl.baseline.replies import Baseline, BaselineObject
from gitmoxi_gmctl.printing import target_name


def markdown(found: Baseline) -> str:
    """The report: a sum, a table, and below it what differs and why something cannot be planned."""
    return "\n".join((*_head(found), *_details(found), ""))


def _head(found: Baseline) -> Iterator[str]:
    commit = found.commit
    yield f"### Gitmoxi baseline: {tally(item.comparison for item in found.objects)}"
    yield ""
    where = f"{code(commit.branch)} of {code(commit.repository)} at {code(commit.sha[:12])}"
    yield f"{where}. Nothing was changed."
    yield ""
    if found.objects:
        yield "| Service object | Target | Compared |"
        yield "|---|---|---|"
    for item in found.by_need:
        yield f"| {table_cell(item.prefix)} | {table_cell(target_name(item.target))} | {item.outcome} |"


def _details(found: Baseline) -> Iterator[str]:
    for item in found.by_need:
        yield from _object(item)


def _object(item: BaselineObject) -> Iterator[str]:
    if item.comparison is Comparison.REFUSED:
        yield ""
        yield f"#### {code(item.prefix)} cannot be planned"
        yield ""
        yield code(item.because)
    elif item.comparison is Comparison.DIFFERENT and item.plan is not None:
        yield ""
        yield f"#### {code(item.prefix)} {item.outcome}"
        yield "".join(plan_section(item.plan, verbose=False)).rstrip("\n")
