"""What a check of an installation found; two clocks held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_SKEW_NOTED = timedelta(seconds=10)
_SKEW_REFUSED = timedelta(minutes=5)
"""AWS refuses requests that are signed further from its own time (IAM user guide, "Signature Version 4")."""


class Outcome(StrEnum):
    """How a check ended."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``because`` is one sentence; ``advice``, where something is to be done, says what."""

    check: str
    outcome: Outcome
    because: str
    advice: str | None = None


def judge_clock(check: str, skew: timedelta, *, whose: str, advice: str) -> Finding:
    """Whether two clocks agree; ``whose`` names them in the middle of a sentence."""
    off = abs(skew)
    if off < _SKEW_NOTED:
        return Finding(check=check, outcome=Outcome.OK, because=f"{whose} agree.")
    outcome = Outcome.WARN if off < _SKEW_REFUSED else Outcome.FAIL
    refused = "" if outcome is Outcome.WARN else ", and AWS refuses requests that are 5 minutes off"
    because = f"{whose} differ by {in_words(off)}{refused}."
    return Finding(check=check, outcome=outcome, because=because, advice=advice)


def in_words(span: timedelta) -> str:
    """A span as ``40 s``, ``3 min``, ``2 h``: as much as a person takes in."""
    seconds = span.total_seconds()
    if seconds < 100:  # noqa: PLR2004 - up to here seconds say more than minutes
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.0f} h"
