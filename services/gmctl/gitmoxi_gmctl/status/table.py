"""The status of targets as a table that fits the terminal: what matters less gives way first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from gitmoxi.domain.plain_text import plain
from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.printing import cell
from gitmoxi_gmctl.replies import Target
from gitmoxi_gmctl.status.replies import StatusPage, TargetStatus

SHORT_SHA: Final = 12
_GAP: Final = 2
"""Spaces between columns."""

_LEAST_REASON: Final = 24
"""Characters below which a reason says nothing."""

STYLES: Final = {
    "as wanted": "green",
    "under way": "cyan",
    "failed": "bold red",
    "drifted": "yellow",
    "held": "magenta",
    "orphaned": "yellow",
    "differs": "yellow",
    "never deployed": "dim",
}


Cell = tuple[str, str]
"""A text and its style."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``rank`` 0 always stays; of the others the highest goes first. ``wide`` ones come with --wide only."""

    heading: str
    cell: Callable[[TargetStatus, datetime], Cell]
    rank: int = 0
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTable:
    """Lines of cells, ``widths`` wide, written as they are: rich would measure 800 lines for a second."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]

    def __rich_console__(self, console: Console, _: ConsoleOptions) -> RenderResult:
        for row in ([(heading, "bold") for heading in self.headings], *self.rows):
            last = len(row) - 1
            for index, ((text, style), width) in enumerate(zip(row, self.widths, strict=True)):
                shown = _ellipsed(text, width)
                padded = shown if index == last else set_cell_size(shown, width) + " " * _GAP
                yield Segment(padded, console.get_style(style) if style else None)
            yield Segment.line()


def _ellipsed(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


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
    if item.condition in {"failed", "differs"} and item.last is not None:
        return item.last.because
    if item.condition == "orphaned" and item.orphaned is not None:
        return item.orphaned
    if item.condition == "drifted":
        return f"{item.drift.because} {', '.join(item.drift.places)}".strip()
    return ""


def _drift(item: TargetStatus) -> Cell:
    if item.drift.drifted is None:
        return "-", "dim"
    return ("yes", "yellow") if item.drift.drifted else ("no", "")


def _revision(item: TargetStatus) -> str:
    if item.revision is None:
        return "-"
    return " ".join(filter(None, (item.revision.commit[:SHORT_SHA], item.revision.name)))


COLUMNS: Final = (
    Column(heading="TARGET", cell=lambda item, _: (short_name(item.target), "bold")),
    Column(heading="STATUS", cell=lambda item, _: (item.condition, STYLES.get(item.condition, ""))),
    Column(heading="DRIFT", cell=lambda item, _: _drift(item), rank=1),
    Column(heading="REVISION", cell=lambda item, _: (_revision(item), ""), rank=3),
    Column(
        heading="ENVIRONMENT",
        cell=lambda item, _: (f"{item.target.account} {item.target.region}", ""),
        rank=4,
    ),
    Column(
        heading="LAST OUTCOME",
        cell=lambda item, _: (item.last.state if item.last is not None else "-", ""),
        rank=5,
    ),
    Column(
        heading="AGE",
        cell=lambda item, now: (age(item.last.at, now) if item.last is not None else "-", ""),
        rank=2,
    ),
    Column(heading="KIND", cell=lambda item, _: (item.target.kind, ""), rank=6, wide=True),
    Column(heading="FILES", cell=lambda item, _: (f"{item.prefix} on {item.branch}", ""), rank=7, wide=True),
    Column(heading="REPOSITORY", cell=lambda item, _: (item.repository, ""), rank=8, wide=True),
)


def status_view(page: StatusPage, console: Console, *, now: datetime, wide: bool = False) -> RenderableType:
    """The table and the line that sums it up."""
    if not page.targets:
        return cell("No target matches.", "dim")
    return Group(status_table(page.targets, console.width, now=now, wide=wide), summary(page))


def status_table(items: Sequence[TargetStatus], width: int, *, now: datetime, wide: bool) -> StatusTable:
    """A table of at most ``width`` characters, unless it is ``wide``."""
    columns = {
        column.heading: [_plain(column.cell(item, now)) for item in items]
        for column in COLUMNS
        if wide or not column.wide
    }
    ranks = {column.heading: column.rank for column in COLUMNS}
    widths = {heading: _width(heading, cells) for heading, cells in columns.items()}
    while not wide and _total(widths) > width and any(ranks[heading] for heading in widths):
        del widths[max(widths, key=lambda heading: ranks[heading])]
    reasons = [_plain((reason(item), "")) for item in items]
    needed, left = _width("WHY", reasons), width - _total(widths) - _GAP
    if any(text for text, _ in reasons) and (wide or left >= _LEAST_REASON):
        columns["WHY"], widths["WHY"] = reasons, needed if wide else min(needed, left)
    rows = list(zip(*(columns[heading] for heading in widths), strict=True))
    return StatusTable(headings=list(widths), rows=rows, widths=list(widths.values()))


def _plain(shown: Cell) -> Cell:
    text, style = shown
    return plain(text).replace("\n", " ") if not text.isprintable() else text, style


def _width(heading: str, cells: Sequence[Cell]) -> int:
    return max(len(heading), *(cell_len(text) for text, _ in cells))


def _total(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + _GAP * (len(widths) - 1)


def summary(page: StatusPage) -> Text:
    """``812 targets: 790 as wanted, 12 under way, 8 failed, 2 drifted``."""
    line = cell(counted(page.total, "target") + ": ", "bold")
    for number, (condition, count) in enumerate(page.counts.items()):
        line += cell(", " if number else "") + cell(f"{count} {condition}", STYLES.get(condition, ""))
    shown = len(page.targets)
    return line + cell(f" ({shown} shown)" if shown < page.total else "", "dim")
