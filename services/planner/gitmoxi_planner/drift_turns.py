"""Whose turn it is to be looked at for drift: groups of targets, spread over the period, oldest first."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gitmoxi.domain.drift import LookRound
from gitmoxi.domain.targets import Target

GROUPS: Final = 60
"""Targets share so many turns: a sweep a minute takes four groups of a quarter of an hour's."""

MOST_IN_A_SWEEP: Final = 300
"""Targets after which a sweep takes no further group; with more than 4,500 the period becomes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A group that is due, with its targets; ``before`` is when the looks at it began last."""

    group: int
    before: datetime | None
    targets: Sequence[Target]


def group_of(target: Target) -> int:
    """The group of a target, the same for ever."""
    return zlib.crc32(target.id.encode()) % GROUPS


def turns(
    targets: Iterable[Target], rounds: Iterable[LookRound], *, now: datetime, period: timedelta
) -> list[Turn]:
    """The groups that are due at ``now``, those first whose last look is the longest ago."""
    grouped: dict[int, list[Target]] = {}
    for target in targets:
        grouped.setdefault(group_of(target), []).append(target)
    begun: Mapping[int, datetime] = {one.group: one.begun_at for one in rounds}
    due = [
        Turn(group=group, before=begun.get(group), targets=members)
        for group, members in grouped.items()
        if _is_due(group, begun.get(group), now, period)
    ]
    due.sort(key=lambda turn: (turn.before is not None, turn.before or now, turn.group))
    return due


def _is_due(group: int, before: datetime | None, now: datetime, period: timedelta) -> bool:
    return before is None or _round(group, before, period) < _round(group, now, period)


def _round(group: int, moment: datetime, period: timedelta) -> int:
    """The rounds of a group begin one period apart, and those of different groups one after another."""
    return int(moment.timestamp() / period.total_seconds() - group / GROUPS)
