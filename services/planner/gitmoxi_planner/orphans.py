"""What a planned commit means for orphans: targets that run on though no definition file stands for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import Orphan
from gitmoxi.ports.ledger import DeleteOrphan, PutOrphan, PutOwnership, UpdateDeployment, Write
from gitmoxi.workflow.orphaning import claim_of, orphaned_by
from gitmoxi_planner.candidates import Candidate


def left_by(candidate: Candidate, now: datetime) -> list[Write]:
    """What a prefix leaves behind that goes to another target now, unless another prefix takes it over."""
    if candidate.moved_from is None:
        return []
    head = candidate.deployment
    orphan = Orphan(
        target=candidate.moved_from,
        claim=claim_of(head),
        since=now,
        because=f"{candidate.item.prefix} is deployed to {candidate.target} since {_commit(head)}.",
        deployment_id=head.id,
    )
    return [PutOrphan(orphan=orphan)]


def with_orphans(writes: Iterable[Write]) -> list[Write]:
    """``writes``, after which what is owned is no orphan, and what should have gone and stays is one."""
    writes = list(writes)
    adopted = {w.ownership.target.id: w.ownership.target for w in writes if isinstance(w, PutOwnership)}
    left = {
        orphan.target.id: orphan
        for write in writes
        if isinstance(write, UpdateDeployment) and (orphan := orphaned_by(write.deployment)) is not None
    }
    return [
        *writes,
        *(DeleteOrphan(target=target) for target in adopted.values()),
        *(PutOrphan(orphan=orphan) for target_id, orphan in left.items() if target_id not in adopted),
    ]


def _commit(head: Deployment) -> str:
    return f"commit {head.origin.commit_sha[:12]}"
