"""Sending a request to the planner once, however often its answer is lost, and following what comes of it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable

import typer

from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.exits import ExitCode, GmctlError, UnreachableError, code_of
from gitmoxi_gmctl.following import pause
from gitmoxi_gmctl.presenting import beside, present_to_scripts
from gitmoxi_gmctl.printing import Output, cell
from gitmoxi_gmctl.session import follower
from gitmoxi_gmctl.target_replies import Requested

_SENT_AGAIN = 2
_PLANNED_SECONDS = 30.0
"""Without --wait, the planner is waited for so long: a request that it refuses should be seen at once."""


def confirm(question: str, *, yes: bool) -> None:
    """Ask; where nobody can answer, the answer has to be in the command.

    Raises:
        GmctlError: the answer is no, or nobody can be asked.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise GmctlError("Nobody can be asked here, so nothing is done: add --yes to go on.", ExitCode.USAGE)
    if not typer.confirm(question, err=True):
        raise GmctlError("Nothing is done.")


def send(ask: Callable[[str], Requested]) -> Requested:
    """Make a request; where no answer comes it is sent again under the same id, which asks nothing new."""
    request_id = secrets.token_hex(16)
    for _ in range(_SENT_AGAIN):
        try:
            return ask(request_id)
        except UnreachableError:
            pause()
    return ask(request_id)


def follow(
    api: ApiClient, requested: Requested, *, wait: bool, timeout_seconds: float | None, output: Output
) -> ExitCode:
    """Show the plan; with ``wait`` all up to the end. The code of what came of it so far."""
    console = beside(output)
    new_id = requested.deployment_id
    limit = timeout_seconds
    if not wait:
        limit = _PLANNED_SECONDS if limit is None else min(limit, _PLANNED_SECONDS)
    following = follower(api, output=output, timeout_seconds=limit, verbose=True)
    details = following.planned(new_id)
    if requested.behind is not None and not details.deployment.state.terminal:
        console.print(cell(f"It waits for the end of {requested.behind}.", "yellow"), soft_wrap=True)
    if wait:
        details = following.deployment(new_id)
    elif not details.deployment.state.terminal:
        console.print(cell(f"Follow it with: gmctl deployment watch {new_id}"), soft_wrap=True)
    present_to_scripts(output, details)
    ended = details.deployment.state.terminal
    return code_of([details.deployment.state]) if ended else ExitCode.SUCCESS
