"""Showing replies: as tables for people, as JSON for scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.plain_text import plain
from gitmoxi.domain.states import State, Status
from gitmoxi_gmctl.replies import (
    Commits,
    Deployment,
    Plan,
    PlannedDifference,
    Processing,
    Reply,
    Step,
    Target,
)

_WIDTH_WITHOUT_TERMINAL = 200
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


def make_console(*, stderr: bool = False) -> Console:
    """A console on standard output or error; in a pipe, tables are wide rather than wrapped."""
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(stderr=stderr, highlight=False, width=_WIDTH_WITHOUT_TERMINAL)
    return console


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


def print_json(console: Console, reply: Reply) -> None:
    """The reply as the API sent it."""
    console.out(reply.model_dump_json(indent=2), highlight=False)


def print_table(
    console: Console, headings: Iterable[str], rows: Iterable[Iterable[Text]], *, empty: str
) -> None:
    """Rows under their headings; ``empty`` where there are none."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    if table.row_count:
        console.print(table)
    else:
        console.print(cell(empty, "dim"))


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
    print_table(console, headings, rows, empty="No commit of this branch was processed yet.")


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
    print_table(console, headings, rows, empty="No service object changed.")
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
    print_table(console, headings, rows, empty="No deployment matches.")


def print_plan(console: Console, plan: Plan, *, verbose: bool = False) -> None:
    """What a deployment is going to do: the diff by document, the steps, the AWS calls, the warnings."""
    console.print(cell(f"Plan: {plan.verb}, {plan.strategy}", "bold"))
    print_differences(console, plan, verbose=verbose)
    print_steps(console, plan)
    print_plan_warnings(console, plan)


def print_differences(console: Console, plan: Plan, *, verbose: bool) -> None:
    """The diff by document; of something that is made anew only the outline, unless ``verbose``."""
    for document, group in groupby(plan.differences, key=lambda item: item.document):
        console.print(cell(f"  {document}", "bold"))
        differences = tuple(group)
        shown = differences if verbose or plan.verb != Verb.CREATE else _outline(differences)
        for difference in shown:
            console.print(difference_line(difference), soft_wrap=True)
        if len(shown) < len(differences):
            console.print(cell(f"    and more: {len(differences) - len(shown)} (-v shows all)", "dim"))


def print_steps(console: Console, plan: Plan) -> None:
    """The steps of the strategy, and the AWS calls that they make."""
    for number, step in enumerate(plan.steps, start=1):
        console.print(cell(f"  {number}. {step}"), soft_wrap=True)
    for call in plan.calls:
        console.print(cell(f"  {call.api}  ", "cyan") + cell(call.summary), soft_wrap=True)


def print_plan_warnings(console: Console, plan: Plan) -> None:
    """What to know before the plan is carried out; a risk stands out."""
    for warning in plan.warnings:
        risk = cell(f"  {warning.risk} risk: ", "bold red") if warning.risk else cell("  warning: ", "yellow")
        console.print(risk + cell(warning.text, "red" if warning.risk else "yellow"), soft_wrap=True)


def _outline(differences: tuple[PlannedDifference, ...]) -> tuple[PlannedDifference, ...]:
    """The members at the top, and the images: what tells one new service from another."""
    return tuple(item for item in differences if _OUTLINED.fullmatch(item.path))


_OUTLINED = re.compile(r"[^.]+|containerDefinitions\[.+\]\.image")


def difference_line(difference: PlannedDifference) -> Text:
    """``+`` what is new, ``-`` what goes, ``~`` what changes."""
    if difference.before is None:
        return cell(f"    + {difference.path}: {difference.after}", "green")
    if difference.after is None:
        return cell(f"    - {difference.path}: {difference.before}", "red")
    line = cell(f"    ~ {difference.path}: ", "yellow") + cell(difference.before, "red")
    return line + cell(" → ", "yellow") + cell(difference.after, "green")


def print_step(console: Console, step: Step, *, prefix: str = "") -> None:
    """One line of a deployment's history; ``prefix`` tells which one's, where there are several."""
    line = cell(f"  {step.at.astimezone():%H:%M:%S}  ", "dim")
    line += cell(f"{prefix}  ", "bold") if prefix else cell("")
    line += state_cell(step.state) + cell(f"  {step.name}: {step.because}")
    if step.actions:
        line += cell(f"  [{', '.join(step.actions)}]", "dim")
    console.print(line, soft_wrap=True)
