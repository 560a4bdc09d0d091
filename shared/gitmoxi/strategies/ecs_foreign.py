"""What happens when somebody else changes a service while it is deployed: stop, or apply once more."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.ecs_following import Following
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.ecs_progress import APPLIED_AGAIN, FOLLOWED
from gitmoxi.strategies.failing import fail, retry_of

_LEFT_ALONE = "The other change is left alone; to apply what is committed again:"


def meet_foreign_change(
    deployment: Deployment, following: Following, seen: EcsObservation, limits: EcsLimits, now: datetime
) -> Decision:
    """Stop and tell, or with ``onForeignChange: adopt`` apply what is committed again, once.

    A service that somebody deleted is not made anew.
    """
    values = deployment.progress.values
    deleted = seen.service is None or seen.service.status != "ACTIVE"
    if deleted or not limits.adopts_foreign:
        told = f"{following.because} {_LEFT_ALONE} {retry_of(deployment)}"
        told = following.because if deleted else told
        return fail(deployment, told, rollback=False)
    if APPLIED_AGAIN in values:
        again = "What is committed was applied again once already."
        told = f"{following.because} {again} {_LEFT_ALONE} {retry_of(deployment)}"
        return fail(deployment, told, rollback=False)
    kept = {name: value for name, value in values.items() if name not in FOLLOWED}
    return Decision(
        step="apply again",
        because=f"{following.because} What is committed is applied again, for onForeignChange is adopt.",
        to=deployment.state,
        progress=Progress(phase="start", since=now, values={**kept, APPLIED_AGAIN: "yes"}),
        explanations=following.explanations,
    )
