"""How every strategy fails: undone if anything was changed, ended at once if nothing was."""

from __future__ import annotations

from dataclasses import replace

from gitmoxi.domain.deployments import ActionError, Deployment, Progress, Verb
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.states import State
from gitmoxi.errors import PermanentError
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.ecs_progress import WAITS_SINCE
from gitmoxi.strategies.explained import why_impossible, why_refused

CHANGED = "changed"
"""The progress value that is set once something in AWS was changed."""


INHERITED = "inherited"
"""The progress value of a deployment that took over what another one, superseded in flight, had changed."""


def inheriting(progress: Progress) -> Progress:
    """``progress`` with the mark that there is something to undo, even before anything is changed."""
    return replace(progress, values={**progress.values, INHERITED: "yes"})


def touched(progress: Progress) -> bool:
    """Whether the target is not as it was last good, or need not be."""
    return CHANGED in progress.values or INHERITED in progress.values


def changed(progress: Progress) -> Progress:
    """``progress`` with the mark that something was changed."""
    return replace(progress, values={**progress.values, CHANGED: "yes"})


def unchanged(deployment: Deployment) -> Deployment:
    """``deployment`` without that mark: its one change was refused by AWS."""
    values = {key: value for key, value in deployment.progress.values.items() if key != CHANGED}
    return replace(deployment, progress=replace(deployment.progress, values=values))


def fail(
    deployment: Deployment,
    cause: str,
    *,
    rollback: bool = True,
    ending: State = State.ROLLED_BACK,
    explanations: tuple[Explanation, ...] = (),
) -> Decision:
    """End or hand over a deployment that cannot go on.

    ``ending`` is where a rollback leads: ROLLED_BACK after a failure, CANCELLED or SUPERSEDED on request.
    A deletion is never rolled back: AWS takes none back, and what is gone is made anew by a deployment.
    """
    if deployment.state is State.ROLLING_BACK:
        return Decision(
            step="give up",
            because=f"The rollback cannot go on: {cause.rstrip('.')}. {_way_on(deployment)}",
            to=State.ROLLBACK_FAILED,
            progress=deployment.progress,
            explanations=explanations,
        )
    spoilt = touched(deployment.progress)
    if spoilt and rollback and deployment.verb is not Verb.DELETE:
        return Decision(
            step="hand over to rollback",
            because=cause,
            to=State.ROLLING_BACK,
            progress=Progress(values=_learnt(deployment)),
            cause=cause,
            ending=ending,
            explanations=explanations,
        )
    to = State.FAILED if spoilt or ending is State.ROLLED_BACK else ending
    return Decision(
        step="end",
        because=cause,
        to=to,
        progress=deployment.progress,
        cause=cause,
        explanations=explanations,
    )


def _learnt(deployment: Deployment) -> dict[str, str]:
    """What the deployment knows, with answers of AWS that no decision has looked at yet.

    Without them a person's abort at that moment would leave behind what the last call made.
    """
    values = dict(deployment.progress.values)
    values.pop(WAITS_SINCE, None)  # the way back waits anew
    for intent in deployment.intents:
        values |= intent.result or {}
    return values


def _way_on(deployment: Deployment) -> str:
    """What a person does after a rollback that failed."""
    target = deployment.target.id if deployment.target is not None else "TARGET"
    if deployment.is_requested_rollback:
        return f"Mend that, then ask again: gmctl rollback {target} --to {deployment.restores}."
    if deployment.verb is Verb.CREATE:
        return (
            f"Mend that, then deploy again: gmctl commit deploy -f; or delete {deployment.target} yourself."
        )
    return f"Mend that, then bring it back: gmctl rollback {target}."


def fail_as_told(
    deployment: Deployment, cause: str, *, rollback: bool, explanations: tuple[Explanation, ...]
) -> Decision:
    """``fail`` under a setting that may switch rollback off, which the reason then says."""
    if rollback or not touched(deployment.progress):
        return fail(deployment, cause, explanations=explanations)
    told = f"{cause} Nothing is undone, because rollback is switched off."
    return fail(deployment, told, rollback=False, explanations=explanations)


def fail_refused(deployment: Deployment, error: ActionError, *, rollback: bool = True) -> Decision:
    """``fail`` for a call that was refused."""
    return fail(deployment, str(error), rollback=rollback, explanations=why_refused(error, deployment.target))


def fail_impossible(deployment: Deployment, error: PermanentError) -> Decision:
    """``fail`` for what cannot be read, or cannot be planned."""
    return fail(deployment, str(error), explanations=why_impossible(error))


def retry_of(deployment: Deployment) -> str:
    """What to type to try the deployment once more: its commit, pushed again, would be nothing new."""
    return f"gmctl deployment retry {deployment.id}"


def stop_denied(deployment: Deployment, said: str, explanations: tuple[Explanation, ...]) -> Decision:
    """Stop where a permission is missing: going back would need permissions too, and the next try goes on.

    Unless another deployment, superseded in flight, left its tasks to this one: nobody else would watch them.
    """
    if INHERITED in deployment.progress.values:
        return fail(deployment, said, explanations=explanations)
    stays = "What was done so far stays as it is. " if CHANGED in deployment.progress.values else ""
    cause = f"{said.rstrip('.')}. {stays}Grant the permission, then go on: {retry_of(deployment)}"
    return fail(deployment, cause, rollback=False, explanations=explanations)
