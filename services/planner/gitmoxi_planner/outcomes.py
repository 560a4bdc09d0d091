"""Telling a target's record that its deployment could not even be planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.outcomes import outcome_of
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import Ledger, PutTarget, Write
from gitmoxi.workflow.orphaning import claim_of
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.telling import written


async def with_failure(writes: Sequence[Write], candidate: Candidate, ledger: Ledger) -> list[Write]:
    """``writes``, with which the record of what the prefix owns tells of a failure to plan its candidate."""
    head = next(head for head in written(writes) if head.id == candidate.deployment.id)
    target = candidate.owned or candidate.target
    if head.state is not State.FAILED or target is None:
        return list(writes)
    put = next((w for w in writes if isinstance(w, PutTarget) and w.record.target.id == target.id), None)
    record = put.record if put is not None else await ledger.target(target)
    if not _is_about(head, record):
        return list(writes)
    told = replace(record, last=outcome_of(head))
    if put is not None:
        return [replace(put, record=told) if write is put else write for write in writes]
    told = replace(told, revision=record.revision + 1)
    return [*writes, PutTarget(record=told, expected_revision=record.revision)]


def _is_about(head: Deployment, record: TargetRecord) -> bool:
    """Whether the target is the prefix's own, and no later commit has spoken about it."""
    claim, ours = record.claim, claim_of(head)
    if claim is None or head.origin.seq < record.last_seq:
        return False
    return (claim.repository_id, claim.branch, claim.prefix) == (
        ours.repository_id,
        ours.branch,
        ours.prefix,
    )
