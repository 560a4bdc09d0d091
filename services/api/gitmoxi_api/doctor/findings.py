"""How what was seen of workers and queues is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gitmoxi.domain.checkups import Finding, Outcome, in_words
from gitmoxi.domain.states import Worker
from gitmoxi.ports.dead_letters import QueueDepth

LOOK_BACK = timedelta(minutes=10)
"""A worker that runs settles a sweep each minute: ten are missed for no passing reason."""

_STALE = timedelta(minutes=3)
_LONG_IN_QUEUE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The newest message that a worker settled, as its log says; ``queued`` is how long it had waited."""

    at: datetime
    queued: timedelta | None


def judge_worker(worker: Worker, depth: QueueDepth, beat: Heartbeat | None, now: datetime) -> Finding:
    """Whether a worker is at work, by its log and its queue."""
    check = f"worker {worker}"
    waiting = f"{_count(depth.waiting, 'message')} wait{'s' if depth.waiting == 1 else ''} for it"
    if beat is None:
        silent = f"its log has no line of the last {in_words(LOOK_BACK)}, though one comes each minute"
        stuck = depth.waiting > 0
        return Finding(
            check=check,
            outcome=Outcome.FAIL if stuck else Outcome.WARN,
            because=f"{waiting}, and {silent}.",
            advice=f"If it was just started, ask again in a minute. If not, see whether {worker} runs; "
            f"gmctl logs {worker} --since 1d shows its last words.",
        )
    since = max(now - beat.at, timedelta())
    told = f"The last message was handled {in_words(since)} ago; {waiting}."
    if since > _STALE and depth.waiting > 0:
        advice = f"See whether {worker} still runs: gmctl logs {worker}"
        return Finding(check=check, outcome=Outcome.WARN, because=told, advice=advice)
    if beat.queued is not None and beat.queued > _LONG_IN_QUEUE:
        return Finding(
            check=check,
            outcome=Outcome.WARN,
            because=f"Messages wait {in_words(beat.queued)} before they are handled; {waiting}.",
            advice=f"Run more instances of {worker}.",
        )
    return Finding(check=check, outcome=Outcome.OK, because=told)


def judge_dead_letters(worker: Worker, depth: QueueDepth) -> Finding:
    """Whether messages lie in a dead-letter queue."""
    check, lying = f"dead letters {worker}", depth.waiting + depth.in_flight
    if lying == 0:
        return Finding(check=check, outcome=Outcome.OK, because="There are none.")
    return Finding(
        check=check,
        outcome=Outcome.WARN,
        because=f"{worker} could not handle {_count(lying, 'message')}.",
        advice=f"gmctl dlq show {worker} says why; gmctl dlq redrive {worker} tries again.",
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
