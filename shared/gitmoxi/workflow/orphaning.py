"""When a deletion comes to nothing, its target stays behind as an orphan."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import Claim, Orphan
from gitmoxi.domain.states import Status


def orphaned_by(head: Deployment) -> Orphan | None:
    """The orphan that a deletion leaves behind which ended without deleting; None for everything else."""
    deletes = head.verb is Verb.DELETE or head.change is ObjectChange.DELETED
    if not deletes or head.target is None or head.state.status is not Status.PROCESSED_ERROR:
        return None
    return Orphan(
        target=head.target,
        claim=claim_of(head),
        since=head.updated_at,
        because=f"Its deletion ended {head.state}: {head.because}",
        deployment_id=head.id,
    )


def claim_of(head: Deployment) -> Claim:
    """The service object that a deployment comes from."""
    origin = head.origin
    return Claim(
        repository_id=origin.repository_id,
        repository_url=origin.repository_url,
        branch=origin.branch,
        prefix=origin.prefix,
    )
