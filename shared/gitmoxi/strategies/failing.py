"""How every strategy fails: undone if anything was changed, ended at once if nothing was."""

from __future__ import annotations

from dataclasses import replace

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.states import State
from gitmoxi.strategies.decision import Decision

CHANGED = "changed"
"""The progress value that is set once something in AWS was changed."""


def changed(progress: Progress) -> Progress:
    """``progress`` with the mark that something was changed."""
    return replace(progress, values={**progress.values, CHANGED: "yes"})


def fail(
    deployment: Deployment, cause: str, *, rollback: bool = True, ending: State = State.ROLLED_BACK
) -> Decision:
    """End or hand over a deployment that cannot go on.

    ``ending`` is where a rollback leads: ROLLED_BACK after a failure, CANCELLED or SUPERSEDED on request.
    """
    if deployment.state is State.ROLLING_BACK:
        return Decision(
            step="give up",
            because=f"The rollback cannot go on: {cause}",
            to=State.ROLLBACK_FAILED,
            progress=deployment.progress,
        )
    touched = CHANGED in deployment.progress.values
    if touched and rollback:
        return Decision(
            step="hand over to rollback",
            because=cause,
            to=State.ROLLING_BACK,
            progress=Progress(values=deployment.progress.values),
            cause=cause,
            ending=ending,
        )
    to = State.FAILED if touched or ending is State.ROLLED_BACK else ending
    because = f"{cause} Nothing is undone, because rollback is switched off." if touched else cause
    return Decision(step="end", because=because, to=to, progress=deployment.progress, cause=cause)
