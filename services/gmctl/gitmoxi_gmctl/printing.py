"""Showing replies: as tables for people, as JSON for scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gitmoxi.domain.plain_text import plain
from gitmoxi.domain.states import State, Status
from gitmoxi_gmctl.exits import PipeClosedError
from gitmoxi_gmctl.replies import (
    Commits,
    Deployment,
    Processing,
    Reply,
    Step,
    Target,
)
from gitmoxi_gmctl.tables import GAP, Column, fit

_WIDTH_WITHOUT_TERMINAL = 100_000
"""Where no terminal sets a limit: more than anybody writes into a row."""

_SHORT_SHA = 12
_STYLES: Mapping[Status, str] = {
    Status.PROCESSING: "cyan",
    Status.PROCESSED_SUCCESS: "green",
    Status.PROCESSED_ERROR: "red",
}


class Output(StrEnum):
    """How results are shown."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"

    @property
    def for_scripts(self) -> bool:
        """Whether a program reads the result: then nothing else may stand beside it."""
        return self is not Output.TABLE


class OurConsole(Console):
    """A console that lets the command end in its own way when nobody reads any more."""

    def on_broken_pipe(self) -> Never:
        """Called by rich where the reader of a pipe has gone."""
        raise PipeClosedError


def make_console(*, stderr: bool = False) -> Console:
    """A console on standard output or error; in a pipe or a file, lines are as long as they are."""
    console = OurConsole(stderr=stderr, highlight=False)
    if not _is_limited(console):
        console = OurConsole(stderr=stderr, highlight=False, width=_WIDTH_WITHOUT_TERMINAL)
    return console


def _is_limited(console: Console) -> bool:
    """Whether lines have to fit into a width."""
    return console.is_terminal or "COLUMNS" in os.environ


def cell(value: object, style: str = "") -> Text:
    """A value as text that means nothing but itself."""
    return Text(plain("" if value is None else str(value)), style=style)


def moment(at: datetime) -> str:
    """In the terminal's time zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def state_cell(state: State) -> Text:
    """A state in its colour."""
    return cell(state.value, _STYLES[state.status])


def target_name(target: Target | None) -> str:
    """``ecs prod/web (111122223333, eu-west-1)``."""
    if target is None:
        return ""
    name = f"{target.cluster}/{target.name}" if target.cluster else target.name
    return f"{target.kind} {name} ({target.account}, {target.region})"


def print_json(console: Console, document: Reply | Mapping[str, Any]) -> None:
    """A reply as the API sent it, or a document of ours; what the terminal cannot show is escaped."""
    told = document.model_dump(mode="json") if isinstance(document, Reply) else document
    console.out(json.dumps(told, indent=2, ensure_ascii=not shows_all(console)), highlight=False)


def shows_all(console: Console) -> bool:
    """Whether every character can be written there."""
    return console.encoding.lower().startswith("utf")


def print_table(
    console: Console,
    headings: Iterable[str],
    rows: Iterable[Iterable[Text]],
    *,
    empty: str,
    least: Sequence[str] = (),
) -> None:
    """Rows under their headings; ``empty`` where there are none.

    In a terminal that is too narrow the columns called ``least`` go, in that order, and the others wrap;
    where even they have no room each row becomes lines. Outside a terminal nothing goes and nothing wraps.
    """
    cells = [tuple(row) for row in rows]
    columns = [
        Column(heading=heading, width=max((row[index].cell_len for row in cells), default=0))
        for index, heading in enumerate(headings)
    ]
    if not cells:
        console.print(cell(empty, "dim"), soft_wrap=True)
        return
    width = console.width if _is_limited(console) else _WIDTH_WITHOUT_TERMINAL
    layout = fit(columns, width=width, least=least)
    if not layout.is_table:
        _print_records(console, columns, cells)
        return
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index in layout.kept:
        table.add_column(columns[index].heading, overflow="fold")
    for row in cells:
        table.add_row(*(row[index] for index in layout.kept))
    console.print(table)
    if layout.dropped:
        hidden = ", ".join(layout.dropped)
        console.print(cell(f"No room for {hidden}: widen the terminal, or add --output json.", "dim"))


def _print_records(console: Console, columns: Sequence[Column], rows: Iterable[Sequence[Text]]) -> None:
    for number, row in enumerate(rows):
        if number:
            console.print()
        for column, value in zip(columns, row, strict=True):
            if value.plain:
                console.print(cell(f"{column.heading}: " if column.heading else "", "bold") + value)


def print_commits(console: Console, commits: Commits) -> None:
    """Processed commits."""
    rows = (
        (
            cell(item.seq),
            cell(item.sha[:_SHORT_SHA]),
            cell(item.status),
            cell(item.deployment_count),
            cell(moment(item.received_at)),
            cell(item.author),
            cell(item.message),
            cell(item.because),
        )
        for item in commits.commits
    )
    headings = ("SEQ", "COMMIT", "STATUS", "DEPLOYMENTS", "RECEIVED", "AUTHOR", "MESSAGE", "BECAUSE")
    print_table(
        console,
        headings,
        rows,
        empty="No commit of this branch was processed yet.",
        least=("AUTHOR", "RECEIVED", "MESSAGE", "DEPLOYMENTS"),
    )


def print_processing(console: Console, found: Processing) -> None:
    """What one processing of a commit found."""
    commit = found.commit
    console.print(
        cell(f"Commit {commit.sha} on {commit.branch} of {commit.repository}, number {commit.seq}", "bold")
    )
    console.print(cell(f"{commit.status}: {commit.because}"))
    rows = (
        (cell(item.prefix), cell(item.kind), cell(item.change), cell(path), cell(item.deployment_id))
        for item in found.objects
        for path in item.files
    )
    headings = ("SERVICE OBJECT", "KIND", "CHANGE", "FILE", "DEPLOYMENT")
    print_table(console, headings, rows, empty="No service object changed.", least=("KIND", "CHANGE"))
    for path in sorted(set(found.relevant_files) - {path for item in found.objects for path in item.files}):
        console.print(cell(f"also changed: {path}", "dim"))
    for problem in (item.problem for item in found.objects if item.problem):
        console.print(cell(f"error: {problem}", "red"))
    for item in found.objects:
        if item.held:
            console.print(cell(f"held: {item.prefix}: {item.held}", "yellow"), soft_wrap=True)
    print_warnings(console, found.warnings)


def print_warnings(console: Console, warnings: Iterable[str]) -> None:
    """What a commit does not do, though its author may expect it."""
    for warning in warnings:
        console.print(cell(f"warning: {warning}", "yellow"), soft_wrap=True)


def print_deployments(console: Console, deployments: Iterable[Deployment], *, reasons: bool = True) -> None:
    """A list of deployments, with ``reasons`` if nothing has told them yet."""
    rows = (
        (
            cell(item.id),
            cell(item.status.value, _STYLES[item.status]),
            state_cell(item.state),
            cell(item.prefix),
            cell(target_name(item.target)),
            cell(item.commit[:_SHORT_SHA]),
            cell(moment(item.updated_at)),
            *([cell(item.because)] if reasons else []),
        )
        for item in deployments
    )
    known = ("ID", "STATUS", "STATE", "SERVICE OBJECT", "TARGET", "COMMIT", "UPDATED")
    headings = (*known, "BECAUSE") if reasons else known
    print_table(
        console,
        headings,
        rows,
        empty="No deployment matches.",
        least=("STATUS", "COMMIT", "UPDATED", "TARGET"),
    )


def print_step(console: Console, step: Step, *, prefix: str = "") -> None:
    """One line of a deployment's history; ``prefix`` tells which one's, where there are several."""
    line = cell(f"  {step.at.astimezone():%H:%M:%S}  ", "dim")
    line += cell(f"{prefix}  ", "bold") if prefix else cell("")
    line += state_cell(step.state) + cell(f"  {step.name}: {step.because}")
    if step.actions:
        line += cell(f"  [{', '.join(step.actions)}]", "dim")
    console.print(line, soft_wrap=True)
