"""What a running deployment does when a person, or a newer commit, asks something of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from gitmoxi.domain.deployments import Command, CommandKind, Deployment, Verb
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target, TargetKind
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.failing import fail, touched

PAUSE_LOOK = timedelta(minutes=10)
"""A paused deployment waits for a command, which wakes it; this look only guards against a lost one."""


def obey(deployment: Deployment, commands: Sequence[Command], *, followed: bool) -> Decision | None:
    """The answer to the oldest unseen command; without one, a paused deployment goes on waiting.

    ``followed`` says that another deployment waits for the slot: without one, nothing gives way.
    None means that the strategy decides.
    """
    if commands:
        command = commands[0]
        return replace(_answer(deployment, command, followed=followed), command_cursor=command.id)
    if deployment.state is State.PAUSED:
        return _stay(deployment, "Paused until it is resumed or aborted.", quiet=True, look_again=PAUSE_LOOK)
    return None


def _answer(deployment: Deployment, command: Command, *, followed: bool) -> Decision:
    match command.kind, deployment.state:
        case _, State.ROLLING_BACK:
            because = "a rollback runs to its end, so that the target is never left between two revisions."
            return _stay(deployment, f"{command.kind} by {command.by} is refused: {because}")
        case CommandKind.ABORT | CommandKind.SUPERSEDE, _ if (gone := _being_deleted(deployment)) is not None:
            because = f"AWS deletes {gone} already. To have it again afterwards: gmctl undelete {gone.id}."
            return _stay(deployment, f"{command.kind} by {command.by} is refused: {because}")
        case CommandKind.SUPERSEDE, _ if not followed:
            because = f"This goes on: the deployment of {command.by} has left the line."
            return _stay(deployment, because)
        case CommandKind.ABORT, State.WAITING | State.RUNNING | State.PAUSED:
            return fail(deployment, f"Aborted by {command.by}.", ending=State.CANCELLED)
        case CommandKind.PAUSE, State.RUNNING:
            return Decision(
                step="pause",
                because=f"Paused by {command.by}.",
                to=State.PAUSED,
                progress=deployment.progress,
                look_again=PAUSE_LOOK,
                keeps_answers=True,
            )
        case CommandKind.RESUME, State.PAUSED:
            return Decision(
                step="resume",
                because=f"Resumed by {command.by}.",
                to=State.RUNNING,
                progress=deployment.progress,
                keeps_answers=True,
            )
        case CommandKind.SUPERSEDE, State.RUNNING if deployment.kind is TargetKind.ECS:
            return Decision(
                step="be superseded",
                because=f"Superseded by {command.by}: the newer deployment replaces this one in flight.",
                to=State.SUPERSEDED,
                progress=deployment.progress,
            )
        case CommandKind.SUPERSEDE, _:
            return fail(deployment, f"Superseded by {command.by}.", ending=State.SUPERSEDED)
        case _:
            return _stay(
                deployment, f"{command.kind} by {command.by} means nothing while {deployment.state}."
            )


def _being_deleted(deployment: Deployment) -> Target | None:
    """The target, once AWS was asked to delete it: AWS takes that back for nobody."""
    asked = deployment.verb is Verb.DELETE and touched(deployment.progress)
    return deployment.target if asked else None


def _stay(
    deployment: Deployment, because: str, *, quiet: bool = False, look_again: timedelta = timedelta(0)
) -> Decision:
    return Decision(
        step="stay",
        because=because,
        to=deployment.state,
        progress=deployment.progress,
        quiet=quiet,
        look_again=look_again,
        keeps_answers=True,
    )
