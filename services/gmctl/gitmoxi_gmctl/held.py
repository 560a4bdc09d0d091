"""Showing deletions that wait for a person: what is held, what to type, and what was approved."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from gitmoxi.domain.delete_guard import approval_command
from gitmoxi.domain.states import State
from gitmoxi_gmctl.printing import cell, moment, print_table, state_cell, target_name
from gitmoxi_gmctl.replies import Approval, Commit, Deployment


def print_held_of(console: Console, deployments: Iterable[Deployment]) -> None:
    """Of the deployments of one commit those that are held."""
    held = [item for item in deployments if item.state is State.HELD]
    if held:
        first = held[0]
        _print(console, len(held), sha=first.commit, repository=first.repository, branch=first.branch)


def print_held_commits(console: Console, commits: Iterable[Commit]) -> None:
    """Of each commit how many of its deletions are held."""
    for item in commits:
        if item.held_count:
            _print(console, item.held_count, sha=item.sha, repository=item.repository, branch=item.branch)


def print_approval(console: Console, approval: Approval) -> None:
    """Which deletions are approved, by whom, and how each is followed."""
    rows = (
        (
            cell(item.prefix),
            cell(target_name(item.target)),
            state_cell(item.state),
            cell(item.by),
            cell(moment(item.at)),
            cell(f"gmctl deployment watch {item.deployment_id}"),
        )
        for item in approval.deletions
    )
    headings = ("SERVICE OBJECT", "TARGET", "STATE", "APPROVED BY", "AT", "FOLLOW IT WITH")
    print_table(console, headings, rows, empty="Nothing was approved.")


def _print(console: Console, count: int, *, sha: str, repository: str, branch: str) -> None:
    held = "1 deletion is" if count == 1 else f"{count} deletions are"
    command = approval_command(sha=sha, repository_url=repository, branch=branch)
    console.print(cell(f"{held} held until a person approves: {command}", "yellow"), soft_wrap=True)
