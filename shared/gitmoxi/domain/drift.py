"""Drift: how a target that nobody deploys differs from what its last good deployment left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gitmoxi.domain.deployments import PlannedDifference
from gitmoxi.domain.outcomes import shortened
from gitmoxi.domain.targets import Target

MOST_DIFFERENCES: Final = 10
"""Places that a record names; how many there are is counted all the same."""

LONGEST_SIDE: Final = 120
"""Characters of a value that a record shows: all records of an installation are read together."""

LONGEST_REASON: Final = 300

RENEWED_AFTER: Final = timedelta(hours=1)
"""A look that finds nothing new is written down no more often than this."""

_MASK_DIGITS: Final = re.compile(r"\[sensitive [0-9a-f]+\]")


class DriftVerdict(StrEnum):
    """What a look found."""

    NONE = "none"
    """The target lives as its last good deployment left it."""
    DIFFERS = "differs"
    GONE = "gone"
    """It does not exist any more."""
    UNKNOWN = "unknown"
    """It could not be compared; ``because`` says why."""

    @property
    def drifted(self) -> bool:
        return self in {DriftVerdict.DIFFERS, DriftVerdict.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the looks at one target found; ``revision`` counts its writes, for conditional ones.

    ``against`` is the deployment whose documents it was compared with, ``since`` when this verdict was found
    first. ``checked_at`` is coarse: it is renewed at most once in ``RENEWED_AFTER`` while nothing changes.
    ``differences`` are the first of ``count``, sensitive values masked. ``open`` says that a drift was told
    of, and its end was not yet.
    """

    target: Target
    verdict: DriftVerdict
    because: str
    against: str
    since: datetime
    checked_at: datetime
    revision: int = 0
    differences: tuple[PlannedDifference, ...] = ()
    count: int = 0
    open: bool = False

    def tells_after(self, deployed_at: datetime | None) -> bool:
        """Whether the target was looked at since its last deployment ended."""
        return deployed_at is None or self.checked_at >= deployed_at

    @property
    def where(self) -> tuple[str, ...]:
        """The places that differ, as people read them."""
        return tuple(
            item.path if item.path.startswith(item.document) else f"{item.document} {item.path}"
            for item in self.differences
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look found, before it is compared with earlier ones."""

    verdict: DriftVerdict
    because: str
    differences: Sequence[PlannedDifference] = ()


def renewed(
    before: Drift | None,
    finding: Finding,
    target: Target,
    *,
    against: str,
    now: datetime,
    deployed_at: datetime | None = None,
) -> Drift | None:
    """The record after a look; None where there is nothing to write.

    ``deployed_at`` is when the last deployment ended: a look before it tells nothing any more.
    """
    differences = tuple(map(_kept, finding.differences[:MOST_DIFFERENCES]))
    after = Drift(
        target=target,
        verdict=finding.verdict,
        because=shortened(finding.because, LONGEST_REASON),
        against=against,
        since=before.since if before is not None and before.verdict is finding.verdict else now,
        checked_at=now,
        revision=1 if before is None else before.revision + 1,
        differences=differences,
        count=len(finding.differences),
        open=finding.verdict.drifted or (_is_open(before) and finding.verdict is DriftVerdict.UNKNOWN),
    )
    if before is None:
        return after
    same = replace(after, checked_at=before.checked_at, revision=before.revision) == before
    fresh = now - before.checked_at < RENEWED_AFTER and before.tells_after(deployed_at)
    return None if same and fresh else after


def appeared(before: Drift | None, after: Drift) -> bool:
    """Whether a drift is to be told of; one that was told is told again only if now the target is gone."""
    return after.verdict.drifted and (
        before is None or not before.open or {before.verdict, after.verdict} == _DIFFERS_OR_GONE
    )


def settled(before: Drift | None, after: Drift) -> bool:
    """Whether the end of a drift is to be told of."""
    return _is_open(before) and not after.open


def _is_open(drift: Drift | None) -> bool:
    return drift is not None and drift.open


_DIFFERS_OR_GONE: Final = {DriftVerdict.DIFFERS, DriftVerdict.GONE}


def _kept(difference: PlannedDifference) -> PlannedDifference:
    """Short, and without the digits of masks: each process has its own (ADR 10), which would look new."""
    before, after = (
        None if side is None else shortened(_MASK_DIGITS.sub("[sensitive]", side), LONGEST_SIDE)
        for side in (difference.before, difference.after)
    )
    return replace(difference, before=before, after=after)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRound:
    """When the looks at a group of targets began last."""

    group: int
    begun_at: datetime
