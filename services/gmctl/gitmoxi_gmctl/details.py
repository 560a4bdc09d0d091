"""Showing one deployment: why it failed, what it does, and how it went."""

from __future__ import annotations

from rich.console import Console

from gitmoxi.domain.explanations import LOG
from gitmoxi.domain.states import Status
from gitmoxi_gmctl.plans import print_plan
from gitmoxi_gmctl.printing import cell, moment, print_step, state_cell, target_name
from gitmoxi_gmctl.replies import DeploymentDetails, Explanation


def print_details(console: Console, details: DeploymentDetails) -> None:
    """A deployment, first of all why it failed, with its plan and its steps."""
    item = details.deployment
    heading = cell(f"Deployment {item.id}: ", "bold")
    console.print(heading + state_cell(item.state) + cell(f" ({item.status})"))
    print_explanations(console, details)
    facts = {
        "service object": item.prefix,
        "target": target_name(item.target) or f"{item.kind}, not known yet",
        "commit": f"{item.commit} on {item.branch} of {item.repository}, number {item.seq}",
        "asked for by": item.requested_by,
        "of": item.restores,
        "because": item.because,
        "cause": None if item.cause is None or item.cause in item.because else item.cause,
    }
    for name, value in facts.items():
        if value:
            console.print(cell(f"  {name:<15}", "dim") + cell(value), soft_wrap=True)
    if details.plan is not None:
        print_plan(console, details.plan)
    console.print(cell("Steps", "bold"))
    for step in details.steps:
        print_step(console, step)
    for command in details.commands:
        console.print(cell(f"  {moment(command.at)}  {command.kind} was asked for by {command.by}", "dim"))


def print_explanations(console: Console, details: DeploymentDetails, *, prefix: str = "") -> None:
    """What failed, in AWS's words too, and what to do; ``prefix`` tells for which service object.

    What a deployment met that did not fail, or has not yet, is no failure of it.
    """
    failed = details.deployment.status is Status.PROCESSED_ERROR
    title = "Failure" if failed else "Met on the way"
    of = f" of {prefix}" if prefix else ""
    for item in details.explanations:
        times = f", {item.count} times" if item.count > 1 else ""
        console.print(
            cell(f"{title}{of}: ", "bold")
            + cell(item.cause, "red" if failed else "yellow")
            + cell(f" ({item.id}{times})", "dim"),
            soft_wrap=True,
        )
        _print_ground(console, item)


def _print_ground(console: Console, item: Explanation) -> None:
    """What the explanation stands on, and what to do."""
    for text in item.evidence:
        said = text.removeprefix(LOG)
        speaker = "AWS says" if said == text else "Container's log"
        console.print(cell(f"  {speaker}: ", "dim") + cell(said), soft_wrap=True)
    console.print(cell("  What to do: ", "dim") + cell(item.advice, "bold"), soft_wrap=True)
    if item.source:
        console.print(cell(f"  More: {item.source}", "dim"), soft_wrap=True)
