"""A commit's deployments as one answer: under way, done, or failed, with one sentence that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State, Status

_SHORTENED = "…"

_ENDS: Mapping[State, str] = {
    State.SUCCEEDED: "deployed",
    State.NO_CHANGE: "unchanged",
    State.BASELINED: "compared only, for the baseline",
    State.SUPERSEDED: "superseded by a newer commit",
}

_FAILURES: Mapping[State, str] = {
    State.CANCELLED: "was cancelled",
    State.FAILED: "failed",
    State.ROLLED_BACK: "failed and was rolled back",
    State.ROLLBACK_FAILED: "failed, its rollback too, and needs a person",
}
"""The worst comes last: what needs a person is told before what does not."""


class CommitState(StrEnum):
    """What a Git host's check shows."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitReport:
    """How far a commit is; ``deployed`` counts the objects that it changed."""

    state: CommitState
    sentence: str
    deployed: int = 0


def report_of(deployments: Iterable[Deployment]) -> CommitReport:
    """What a commit's deployments come to.

    One failure makes the whole a failure at once; a retry takes the place of the deployment that it repeats.
    Rollbacks that people ask for are theirs, not the commit's.
    """
    counted = standing(deployments)
    failed = [head for head in counted if head.state.status is Status.PROCESSED_ERROR]
    if failed:
        return CommitReport(state=CommitState.FAILURE, sentence=_failure(failed), deployed=_deployed(counted))
    under_way = [head for head in counted if not head.state.terminal]
    if under_way:
        return CommitReport(state=CommitState.PENDING, sentence=_pending(counted, under_way))
    return CommitReport(state=CommitState.SUCCESS, sentence=_success(counted), deployed=_deployed(counted))


def standing(deployments: Iterable[Deployment]) -> tuple[Deployment, ...]:
    """The deployments that count, each retry in the place of what it repeats; in order of prefixes."""
    oldest_first = sorted(deployments, key=lambda head: (head.created_at, head.id))
    found: dict[str, Deployment] = {}
    repeated: dict[str, str] = {}
    for head in oldest_first:
        if head.is_requested_rollback:
            continue
        first = repeated.get(head.restores or "", head.restores or head.id)
        repeated[head.id] = first
        found[first] = head
    return tuple(sorted(found.values(), key=lambda head: (head.origin.prefix, head.id)))


def shortened(text: str, limit: int) -> str:
    """``text`` on one line with at most ``limit`` characters, cut at its end if need be."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - len(_SHORTENED)].rstrip() + _SHORTENED


def _deployed(heads: Iterable[Deployment]) -> int:
    return sum(head.state is State.SUCCEEDED for head in heads)


def _pending(heads: Sequence[Deployment], under_way: Sequence[Deployment]) -> str:
    held = [head for head in under_way if head.state is State.HELD]
    done = f"{len(heads) - len(under_way)} of {len(heads)} done"
    if len(held) == len(under_way):
        return f"{done}. {held[0].origin.prefix}{_more(held)}: the deletion waits for approval."
    return f"{done}."


def _success(heads: Sequence[Deployment]) -> str:
    if not heads:
        return "Nothing to deploy."
    counts = Counter(head.state for head in heads)
    told = ", ".join(f"{counts[state]} {words}" for state, words in _ENDS.items() if counts[state])
    return f"{told}."


def _failure(failed: Sequence[Deployment]) -> str:
    worst = max(failed, key=lambda head: tuple(_FAILURES).index(head.state))
    rest = _more(failed)
    return f"{worst.origin.prefix}{rest} {_FAILURES[worst.state]}: {worst.cause or worst.because}"


def _more(heads: Sequence[Deployment]) -> str:
    return f" (and {len(heads) - 1} more)" if len(heads) > 1 else ""
