"""What became of the deployments of a commit, as one sentence and one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import UpdateDeployment, Write

Tell = Callable[[Deployment], None]
"""Is told of every deployment that ended, or is held, while a commit was planned, once that is stored."""

_WORDS = {
    State.WAITING: ("waits", "wait"),
    State.HELD: ("is held for approval", "are held for approval"),
    State.NO_CHANGE: ("is unchanged", "are unchanged"),
    State.BASELINED: ("was compared", "were compared"),
    State.FAILED: ("failed", "failed"),
    State.SUPERSEDED: ("was superseded", "were superseded"),
}
"""How the planner leaves deployments: one, and several."""


def tell_nobody(_: Deployment) -> None:
    """For callers that look the deployments up."""


def written(writes: Iterable[Write]) -> list[Deployment]:
    """The deployments that a transaction changes, as it leaves them."""
    return [write.deployment for write in writes if isinstance(write, UpdateDeployment)]


def counted(states: Iterable[State]) -> Mapping[State, int]:
    """How many deployments got into each state, in the order in which people read them."""
    found = Counter(states)
    return {state: found[state] for state in _WORDS if found[state]}


def summary(results: Mapping[State, int], total: int) -> str:
    """One sentence about ``total`` deployments, of which those in ``results`` were planned now."""
    before = total - sum(results.values())
    parts: Sequence[str] = [
        *(f"{count} {_WORDS[state][count != 1]}" for state, count in results.items()),
        *([f"{before} planned before"] if before else []),
    ]
    return (
        f"{total} deployment{'' if total == 1 else 's'}: {', '.join(parts)}." if parts else "No deployments."
    )
