"""The status of targets as a table that fits the terminal: what matters less gives way first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.printing import cell
from gitmoxi_gmctl.replies import Target
from gitmoxi_gmctl.status.replies import StatusPage, TargetStatus

SHORT_SHA: Final = 12
_GAP: Final = 2
"""Characters between columns: rich pads one on each side of a cell."""

_LEAST_REASON: Final = 24
"""Characters below which a reason says nothing."""

STYLES: Final = {
    "as wanted": "green",
    "under way": "cyan",
    "failed": "bold red",
    "drifted": "yellow",
    "held": "magenta",
    "never deployed": "dim",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``rank`` 0 always stays; of the others the highest goes first. ``wide`` ones come with --wide only."""

    heading: str
    cell: Callable[[TargetStatus, datetime], Text]
    rank: int = 0
    wide: bool = False


def short_name(target: Target) -> str:
    """``cluster/service``, or a function's name."""
    return f"{target.cluster}/{target.name}" if target.cluster else target.name


def age(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that is not zero: ``45s``, ``12m``, ``3h``, ``8d``."""
    seconds = max(0, int((now - then) / timedelta(seconds=1)))
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def reason(item: TargetStatus) -> str:
    """Why its condition is what it is; nothing where that needs no word."""
    if item.condition in {"under way", "held"} and item.under_way:
        return item.under_way[0].because
    if item.condition == "failed" and item.last is not None:
        return item.last.because
    if item.condition == "drifted":
        return f"{item.drift.because} {', '.join(item.drift.places)}".strip()
    return ""


def _drift(item: TargetStatus) -> Text:
    if item.drift.drifted is None:
        return cell("-", "dim")
    return cell("yes", "yellow") if item.drift.drifted else cell("no")


def _revision(item: TargetStatus) -> str:
    if item.revision is None:
        return "-"
    return " ".join(filter(None, (item.revision.commit[:SHORT_SHA], item.revision.name)))


COLUMNS: Final = (
    Column(heading="TARGET", cell=lambda item, _: cell(short_name(item.target), "bold")),
    Column(heading="STATUS", cell=lambda item, _: cell(item.condition, STYLES.get(item.condition, ""))),
    Column(heading="DRIFT", cell=lambda item, _: _drift(item), rank=1),
    Column(heading="REVISION", cell=lambda item, _: cell(_revision(item)), rank=3),
    Column(
        heading="ENVIRONMENT",
        cell=lambda item, _: cell(f"{item.target.account} {item.target.region}"),
        rank=4,
    ),
    Column(
        heading="LAST OUTCOME",
        cell=lambda item, _: cell(item.last.state if item.last is not None else "-"),
        rank=5,
    ),
    Column(
        heading="AGE",
        cell=lambda item, now: cell(age(item.last.at, now) if item.last is not None else "-"),
        rank=2,
    ),
    Column(heading="KIND", cell=lambda item, _: cell(item.target.kind), rank=6, wide=True),
    Column(heading="FILES", cell=lambda item, _: cell(f"{item.prefix} on {item.branch}"), rank=7, wide=True),
    Column(heading="REPOSITORY", cell=lambda item, _: cell(item.repository), rank=8, wide=True),
)


def status_view(page: StatusPage, console: Console, *, now: datetime, wide: bool = False) -> RenderableType:
    """The table and the line that sums it up."""
    if not page.targets:
        return cell("No target matches.", "dim")
    return Group(status_table(page.targets, console.width, now=now, wide=wide), summary(page))


def status_table(items: Sequence[TargetStatus], width: int, *, now: datetime, wide: bool) -> Table:
    """A table of at most ``width`` characters, unless it is ``wide``."""
    columns = {
        column.heading: [column.cell(item, now) for item in items]
        for column in COLUMNS
        if wide or not column.wide
    }
    ranks = {column.heading: column.rank for column in COLUMNS}
    while not wide and _width(columns) > width and any(ranks[heading] for heading in columns):
        del columns[max(columns, key=lambda heading: ranks[heading])]
    left = width - _width(columns) - _GAP
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns:
        table.add_column(heading, no_wrap=True)
    reasons = [cell(reason(item)) for item in items]
    if any(reasons) and (wide or left >= _LEAST_REASON):
        columns["WHY"] = reasons
        table.add_column("WHY", no_wrap=True, overflow="ignore" if wide else "ellipsis")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    table.width = _width(columns) if wide else None
    return table


def _width(columns: dict[str, list[Text]]) -> int:
    return sum(
        max(len(heading), *(text.cell_len for text in cells)) + _GAP for heading, cells in columns.items()
    )


def summary(page: StatusPage) -> Text:
    """``812 targets: 790 as wanted, 12 under way, 8 failed, 2 drifted``."""
    line = cell(counted(page.total, "target") + ": ", "bold")
    for number, (condition, count) in enumerate(page.counts.items()):
        line += cell(", " if number else "") + cell(f"{count} {condition}", STYLES.get(condition, ""))
    shown = len(page.targets)
    return line + cell(f" ({shown} shown)" if shown < page.total else "", "dim")
