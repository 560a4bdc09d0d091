"""When to look again: rarely while events tell, and together with the other deployments."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from gitmoxi.domain.deployments import Deployment
from gitmoxi.strategies.decision import Decision

RARER = 4
"""While events arrive, a look that only makes sure comes after so many of the usual intervals."""

RAREST = timedelta(minutes=5)
"""Unless the usual interval is longer: so late may it be noticed that an event was lost."""

TOGETHER = timedelta(seconds=5)
"""Looks fall on multiples of this, so that those of many deployments share their reads."""


def paced(decision: Decision, now: datetime, *, told: bool) -> Decision:
    """``decision`` with the time of its next look; ``told``: AWS's events arrive."""
    wait = decision.look_again
    if told and decision.deadline is not None:
        wait = max(wait, min(wait * RARER, RAREST, decision.deadline - now))
    return replace(decision, look_again=_together(wait, now))


def put_off(head: Deployment) -> bool:
    """Whether the look that is due was put off for so long that a moment more does not matter."""
    return head.next_at is not None and head.next_at - head.updated_at >= 2 * TOGETHER


def _together(wait: timedelta, now: datetime) -> timedelta:
    """``wait``, cut to end on a common moment; short waits stay as they are."""
    if wait < 2 * TOGETHER:
        return wait
    late = timedelta(seconds=(now + wait).timestamp() % TOGETHER.total_seconds())
    return wait - late
