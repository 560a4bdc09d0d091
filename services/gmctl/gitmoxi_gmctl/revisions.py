"""Showing the revisions of a target, and what going back to one of them means."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from gitmoxi_gmctl.plans import difference_line
from gitmoxi_gmctl.printing import cell, moment, print_table, target_name
from gitmoxi_gmctl.target_replies import Revision, RevisionDetails, Revisions

_SHORT_SHA = 12


def print_revisions(console: Console, found: Revisions) -> None:
    """What one can go back to, newest first, and which of these a rollback takes of itself."""
    console.print(cell(f"Revisions of {target_name(found.target)}", "bold"))
    rows = (
        (
            _mark(revision, found),
            cell(revision.deployment_id),
            cell(revision.commit[:_SHORT_SHA]),
            cell(moment(revision.at)),
            cell(", ".join(revision.artifacts)),
            cell(_asked_for(revision)),
        )
        for revision in found.revisions
    )
    headings = ("", "DEPLOYMENT", "COMMIT", "SUCCEEDED", "RUNS", "ASKED FOR")
    print_table(console, headings, rows, empty="None: no deployment of it ever ended well.")
    console.print(cell(found.because), soft_wrap=True)
    if found.suggested is not None:
        console.print(cell(f"Go back: gmctl rollback {found.target.id} --to DEPLOYMENT"), soft_wrap=True)


def print_going_back(console: Console, found: Revisions, details: RevisionDetails, *, aborts: bool) -> None:
    """What runs, what comes back, what that changes as recorded, and what to know before."""
    console.print(cell(f"{target_name(found.target)}", "bold"))
    now = next((revision for revision in found.revisions if revision.running), None)
    if now is not None:
        console.print(_line("runs now", now), soft_wrap=True)
    console.print(_line("goes back to", details.revision), soft_wrap=True)
    console.print(cell(f"  {found.because}", "dim"), soft_wrap=True)
    for difference in details.differences:
        console.print(difference_line(difference), soft_wrap=True)
    if not details.differences:
        console.print(cell("    Its documents are those of the last one that succeeded.", "dim"))
    _warn(
        console,
        f"{details.revision.branch} still holds the newer files of {details.revision.prefix}: the next "
        "commit that changes them deploys them again; revert them there",
    )
    if found.active is not None and aborts:
        _warn(console, f"{found.active.deployment_id} is {found.active.state} and is aborted first")
    elif found.active is not None:
        _warn(
            console,
            f"{found.active.deployment_id} is {found.active.state} and is not interrupted: the rollback "
            "waits for its end. To stop it first: --abort-running",
        )
    elif found.waiting is not None:
        _warn(console, f"{found.waiting.deployment_id}, which waits for its turn, is replaced by this")


def print_creating_again(console: Console, found: Revisions, revision: Revision) -> None:
    """What an undeletion brings back."""
    console.print(cell(f"{target_name(found.target)}", "bold"))
    console.print(_line("created as", revision), soft_wrap=True)
    if found.deleted_by is not None:
        _warn(
            console,
            f"{revision.branch} holds no files of {revision.prefix}: until they are committed again, no "
            "commit changes this target",
        )


def _line(what: str, revision: Revision) -> Text:
    runs = f", {', '.join(revision.artifacts)}" if revision.artifacts else ""
    since = f"succeeded {moment(revision.at)}"
    text = f"{revision.deployment_id}, commit {revision.commit[:_SHORT_SHA]}{runs}, {since}"
    return cell(f"  {what:<13}", "dim") + cell(text)


def _mark(revision: Revision, found: Revisions) -> Text:
    if revision.running:
        return cell("runs now", "green")
    return cell("goes back to" if revision.deployment_id == found.suggested else "", "cyan")


def _asked_for(revision: Revision) -> str:
    if revision.requested_by is None:
        return ""
    return f"by {revision.requested_by}, {revision.restores}"


def _warn(console: Console, text: str) -> None:
    console.print(cell("  warning: ", "yellow") + cell(text, "yellow"), soft_wrap=True)
