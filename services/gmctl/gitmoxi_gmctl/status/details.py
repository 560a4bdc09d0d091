"""One target at length: what runs, how it came to that, how it differs, and which command helps."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from gitmoxi_gmctl.plans import difference_line
from gitmoxi_gmctl.printing import cell, moment, target_name
from gitmoxi_gmctl.status.replies import TargetDetails, TargetStatus
from gitmoxi_gmctl.status.table import STYLES


def print_target(console: Console, details: TargetDetails) -> None:
    """What is known of one target."""
    item = details.status
    console.print(cell(target_name(item.target), "bold"))
    for name, text in _facts(item):
        style = STYLES.get(item.condition, "") if name == "status" else ""
        console.print(cell(f"  {name + ':':<14}", "dim") + cell(text, style), soft_wrap=True)
    for difference in details.differences:
        console.print(cell(f"    {difference.document}", "dim") + difference_line(difference), soft_wrap=True)
    if item.drift.count > len(details.differences):
        more = item.drift.count - len(details.differences)
        console.print(cell(f"    and {more} more", "dim"))
    for command, what in helpful(item):
        console.print(cell(f"  {command}", "cyan") + cell(f"   {what}", "dim"), soft_wrap=True)


def _facts(item: TargetStatus) -> Iterator[tuple[str, str]]:
    yield "status", item.condition
    yield "files", f"{item.prefix} on {item.branch} of {item.repository}"
    if item.revision is not None:
        name = f", {item.revision.name}" if item.revision.name else ""
        yield "revision", f"{item.revision.commit}{name} (by {item.revision.deployment_id})"
    if item.last is not None:
        last = item.last
        yield "last outcome", f"{last.state} {moment(last.at)} ({last.deployment_id}): {last.because}"
    for standing in item.under_way:
        yield standing.place, f"{standing.deployment_id} is {standing.state or 'unknown'}: {standing.because}"
    answer = {True: "yes", False: "no", None: "unknown"}[item.drift.drifted]
    since = f" since {moment(item.drift.since)}" if item.drift.drifted and item.drift.since else ""
    yield "drift", f"{answer}{since}: {item.drift.because}"


def helpful(item: TargetStatus) -> Iterator[tuple[str, str]]:
    """Commands to type next, with what each does."""
    again = f"gmctl commit deploy -r {item.repository} -b {item.branch} -f"
    for standing in item.under_way:
        if standing.place == "held":
            yield f"gmctl deployment get {standing.deployment_id}", "why it is held, and how to approve it"
        else:
            yield f"gmctl deployment watch {standing.deployment_id}", "follows it to its end"
    if item.condition == "failed" and item.last is not None:
        yield f"gmctl deployment get {item.last.deployment_id}", "every step of it, and why it failed"
        if item.revision is not None:
            yield f"gmctl rollback {item.target.id}", "goes back to a revision that ran well"
        yield again, "deploys what is committed again"
    if item.orphaned is not None:
        yield f"gmctl orphan delete {item.target.id}", "deletes it, with all that runs in it"
        return
    if item.condition == "differs" and item.last is not None:
        yield f"gmctl deployment get {item.last.deployment_id}", "how it compared with its files"
        yield again, "makes it as its files say"
    if item.drift.drifted:
        yield again, "puts back what is committed"
        yield f"gmctl init {_init_arguments(item)}", "writes files of how it lives, to commit instead"


def _init_arguments(item: TargetStatus) -> str:
    target = item.target
    named = (
        f"--cluster {target.cluster} --service {target.name}"
        if target.cluster
        else f"--function {target.name}"
    )
    return f"{named} --region {target.region}"
