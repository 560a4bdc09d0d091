"""The objects of one commit side by side: what each wants, and where they get into each other's way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from gitmoxi.domain.deployments import Deployment, ObjectChange
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.records import Manifest, ManifestObject
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target, TargetKind
from gitmoxi_planner.wanting import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One changed object on its way into a target's line.

    ``wanted`` is None for a deletion and for an object with a ``failure``. ``renamed_to`` is the prefix
    that takes over a deleted object's target, ``renamed_from`` the prefix that it takes it over from.
    ``moved_from`` is the target that the prefix was deployed to before, if it is another one now.
    ``rendered`` are its files, as far as they could be rendered, ``faults`` what is wrong with them.
    """

    item: ManifestObject
    deployment: Deployment
    target: Target | None = None
    rendered: RenderedObject | None = field(default=None, repr=False)
    wanted: Wanted | None = None
    faults: tuple[Finding, ...] = ()
    failure: str | None = None
    renamed_to: str | None = None
    renamed_from: str | None = None
    moved_from: Target | None = None

    @property
    def deletes(self) -> bool:
        return self.item.change is ObjectChange.DELETED

    @property
    def open(self) -> bool:
        """Whether it is still to be planned; what was planned before counts for the rules all the same."""
        return self.deployment.state is State.RECEIVED


def settle(candidates: Sequence[Candidate], manifest: Manifest) -> list[Candidate]:
    """Apply the rules that look at a commit as a whole: rivals, renames, and what guards deletions."""
    rivals = _rivals(candidates)
    settled = [
        replace(c, failure=rivals[c.deployment.id]) if c.deployment.id in rivals else c for c in candidates
    ]
    taken = {c.target.id: c.item.prefix for c in settled if c.target and not c.deletes and not c.failure}
    left = {c.moved_from.id: c.item.prefix for c in settled if c.moved_from and not c.failure}
    left |= {c.target.id: c.item.prefix for c in settled if c.target and c.deletes}
    return [
        _guarded(replace(c, renamed_to=taken.get(c.target.id)), settled, manifest)
        if c.deletes and c.target is not None
        else replace(c, renamed_from=left.get(c.target.id) if c.target else None)
        for c in settled
    ]


def _rivals(candidates: Iterable[Candidate]) -> dict[str, str]:
    by_target: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.target is not None and not candidate.deletes and candidate.failure is None:
            by_target[candidate.target.id].append(candidate)
    return {
        rival.deployment.id: (
            f"{rival.target} is claimed by {' and by '.join(sorted(r.item.prefix for r in rivals))}: a "
            "target belongs to one path-prefix. Neither is deployed; rename the target in one of them."
        )
        for rivals in by_target.values()
        if len(rivals) > 1
        for rival in rivals
    }


def _guarded(candidate: Candidate, others: Sequence[Candidate], manifest: Manifest) -> Candidate:
    if candidate.renamed_to is not None:
        return candidate
    reason = (
        _everything_gone(manifest) or _wanted_elsewhere(candidate, others) or _unreadable(candidate, others)
    )
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
