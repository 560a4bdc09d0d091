"""Reading the fields of a service back: what ECS took, and what somebody else changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from gitmoxi.domain.deployments import Progress
from gitmoxi.planning.differences import Difference
from gitmoxi.strategies.ecs_observation import EcsObservation
from gitmoxi.strategies.ecs_progress import READ_BACK

FRESH_AFTER: Final = timedelta(seconds=60)
"""ECS answers reads from copies that lag behind its writes; it publishes no bound for that."""

_MOST_TOLD: Final = 4
_COUNT: Final = "desiredCount"


def note_read_back(progress: Progress, seen: EcsObservation) -> dict[str, str]:
    """The progress value that remembers that all fields lived as committed."""
    as_wanted = seen.service is not None and not foreign_fields(seen.differences)
    return {READ_BACK: "yes"} if as_wanted or READ_BACK in progress.values else {}


def foreign_fields(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Those that nobody but a person changes; the count is also changed by autoscaling, while we look on."""
    return tuple(one for one in differences if one.path != _COUNT)


def changed_by_others(progress: Progress, seen: EcsObservation, now: datetime) -> str:
    """What somebody else changed since all lived as committed; empty if nothing, or too fresh to tell."""
    fields = foreign_fields(seen.differences)
    late = progress.since is None or now - progress.since >= FRESH_AFTER
    return told(fields) if fields and late and READ_BACK in progress.values else ""


def told(differences: Iterable[Difference]) -> str:
    """Differences as a part of a sentence: how each lives, and what is committed."""
    shown = []
    for difference in differences:
        planned = difference.planned(lambda value: value)
        lives, wanted = (side if side is not None else "not set" for side in (planned.before, planned.after))
        shown.append(f"{planned.path} is {lives} where {wanted} is committed")
    more = [f"and {len(shown) - _MOST_TOLD} more"] if len(shown) > _MOST_TOLD else []
    return "; ".join(shown[:_MOST_TOLD] + more)
