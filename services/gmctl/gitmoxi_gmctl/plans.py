"""Showing what a deployment is going to do: the diff, the steps, the AWS calls, the warnings."""

from __future__ import annotations

import re
from itertools import groupby

from rich.console import Console
from rich.text import Text

from gitmoxi.domain.deployments import Verb
from gitmoxi_gmctl.printing import cell
from gitmoxi_gmctl.replies import Plan, PlannedDifference


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
