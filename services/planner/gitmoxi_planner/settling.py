"""The objects of one commit side by side: where they get into each other's way, and what takes over what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gitmoxi.domain.records import Manifest
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.guarding import Allowance, guarded


def settle(candidates: Sequence[Candidate], manifest: Manifest, allowance: Allowance) -> list[Candidate]:
    """Apply the rules that look at a commit as a whole: rivals, renames, and what guards deletions."""
    rivals = _rivals(candidates)
    settled = [
        replace(c, failure=rivals[c.deployment.id]) if c.deployment.id in rivals else c for c in candidates
    ]
    taken = {c.target.id: c.item.prefix for c in settled if c.target and not c.deletes and not c.failure}
    left = {c.moved_from.id: c.item.prefix for c in settled if c.moved_from and not c.failure}
    left |= {c.target.id: c.item.prefix for c in settled if c.target and c.deletes}
    settled = [
        replace(c, moved_from=None) if c.moved_from and c.moved_from.id in taken else c for c in settled
    ]
    renamed = [
        replace(c, renamed_to=taken.get(c.target.id) if c.target else None)
        if c.deletes
        else replace(c, renamed_from=left.get(c.target.id) if c.target else None)
        for c in settled
    ]
    return guarded(renamed, manifest, allowance)


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
