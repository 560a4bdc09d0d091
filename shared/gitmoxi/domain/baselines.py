"""What a baseline says of a service object: how it compares with what lives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from gitmoxi.domain.deployments import Deployment, PlanRecord, Verb
from gitmoxi.domain.states import State


class Comparison(StrEnum):
    """How a service object compares with what lives, in the order in which people read them."""

    REFUSED = "cannot be planned"
    DIFFERENT = "differs"
    MISSING = "missing"
    EQUAL = "equal"
    PENDING = "not compared yet"


def comparison_of(head: Deployment, plan: PlanRecord | None) -> Comparison:
    """What a baseline's deployment came to; ``plan`` is the one that was written with its end."""
    if not head.state.terminal:
        return Comparison.PENDING
    if head.state is not State.BASELINED or plan is None:
        return Comparison.REFUSED
    match plan.verb:
        case Verb.NOTHING:
            return Comparison.EQUAL
        case Verb.CREATE:
            return Comparison.MISSING
        case _:
            return Comparison.DIFFERENT


def tally(found: Iterable[Comparison]) -> str:
    """``3 differ, 1 missing, 296 equal``."""
    counts = Counter(found)
    words = {Comparison.DIFFERENT: ("differs", "differ")}
    parts = [
        f"{counts[kind]} {words.get(kind, (kind, kind))[counts[kind] != 1]}"
        for kind in Comparison
        if counts[kind]
    ]
    return ", ".join(parts) or "no service objects"
