"""How the last deployment of a target ended, as the target's own record remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.states import State

LONGEST_REASON = 300
"""Characters of a reason that the record keeps: hundreds of records are read together for one list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOutcome:
    """The end of a deployment; ``because`` is shortened, the deployment has the whole of it.

    ``verb`` is None where nothing was planned, so that nothing was begun either; of a baseline, which begins
    nothing, it says how the target compared with what is wanted.
    """

    deployment_id: str
    commit_sha: str
    seq: int
    state: State
    at: datetime
    because: str
    verb: Verb | None = None

    @property
    def only_compared(self) -> bool:
        """Whether it was a baseline, which found the target other than wanted and left it so."""
        return self.state is State.BASELINED and self.verb is not Verb.NOTHING


def outcome_of(head: Deployment) -> LastOutcome | None:
    """What is remembered of an ended deployment; None of a superseded one, whose successor will tell."""
    if not head.state.terminal or head.state is State.SUPERSEDED:
        return None
    return LastOutcome(
        deployment_id=head.id,
        commit_sha=head.origin.commit_sha,
        seq=head.origin.seq,
        state=head.state,
        at=head.ended_at or head.updated_at,
        because=shortened(head.cause or head.because, LONGEST_REASON),
        verb=head.verb,
    )


def shortened(text: str, longest: int) -> str:
    """``text`` in at most ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
