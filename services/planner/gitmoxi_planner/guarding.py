"""The delete guard: which deletions of a commit are refused, and which wait for a person's approval.

It looks at the commit as a whole, also at those of its objects that were planned before, so that planning
again what an outage left over comes to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.records import Manifest
from gitmoxi.domain.targets import TargetKind
from gitmoxi_planner.candidates import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a commit may delete: the limits, and the prefixes of its branch that own a target now."""

    limits: DeleteLimits
    owned: frozenset[str]


def guarded(candidates: Sequence[Candidate], manifest: Manifest, allowance: Allowance) -> list[Candidate]:
    """The candidates, with a failure or a reason to wait on those deletions that may not simply go on.

    A rename is no deletion, and what is refused is none.
    """
    checked = [_refused(c, candidates, manifest) if _may_delete(c) else c for c in candidates]
    deletions = [c for c in checked if _may_delete(c)]
    reason = _rewritten(manifest) or _too_many(deletions, checked, allowance)
    return [replace(c, held=reason or _unreadable(c, candidates)) if _may_delete(c) else c for c in checked]


def _may_delete(candidate: Candidate) -> bool:
    return (
        candidate.deletes
        and candidate.target is not None
        and candidate.renamed_to is None
        and candidate.failure is None
    )


def _refused(candidate: Candidate, others: Sequence[Candidate], manifest: Manifest) -> Candidate:
    reason = _everything_gone(manifest) or _wanted_elsewhere(candidate, others)
    if reason is None:
        return candidate
    failure = (
        f"The deletion is refused: {reason}. {candidate.target} keeps running until you delete it by hand, "
        "or commit its definition file again, under any name."
    )
    return replace(candidate, failure=failure)


def _everything_gone(manifest: Manifest) -> str | None:
    if not manifest.all_deleted:
        return None
    return "this commit leaves no definition file at all, which would delete everything"


def _wanted_elsewhere(candidate: Candidate, others: Sequence[Candidate]) -> str | None:
    assert candidate.target is not None
    claimants = [
        other.item.prefix
        for other in others
        if not other.deletes and other.target is not None and other.target.id == candidate.target.id
    ]
    return (
        f"{' and '.join(claimants)} of the same commit cannot be deployed and want it" if claimants else None
    )


def _rewritten(manifest: Manifest) -> str | None:
    if not manifest.rewritten:
        return None
    return "the branch's history was rewritten, and the commit that was deployed before is no longer in it"


def _too_many(
    deletions: Sequence[Candidate], candidates: Sequence[Candidate], allowance: Allowance
) -> str | None:
    """Counts what the branch owned before this commit, however much of the commit is planned already."""
    deleted = {c.item.prefix for c in candidates if c.deletes and c.target is not None}
    added = {c.item.prefix for c in candidates if c.item.change is ObjectChange.ADDED}
    before = len((allowance.owned - added) | deleted)
    allowed = allowance.limits.allowed(before)
    if len(deletions) <= allowed:
        return None
    return (
        f"the commit deletes {len(deletions)} of the branch's {before} targets, more than the {allowed} that "
        "may go without approval"
    )


def _unreadable(candidate: Candidate, others: Sequence[Candidate]) -> str | None:
    """A new object without a known target may be the new name of any that is deleted."""
    unreadable = [
        other.item.prefix
        for other in others
        if other.failure is not None
        and other.target is None
        and (other.item.problem is not None or _is_new(other, candidate.item.kind))
    ]
    if not unreadable:
        return None
    return f"{', '.join(unreadable)} came with the same commit, cannot be read, and may be its new name"


def _is_new(candidate: Candidate, kind: TargetKind) -> bool:
    return candidate.item.change is ObjectChange.ADDED and candidate.item.kind is kind
