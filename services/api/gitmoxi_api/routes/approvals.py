"""Approving the deletions that the planner holds: commands are appended, and the planner decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter

from gitmoxi.contracts.messages import CommandGiven
from gitmoxi.domain.delete_guard import SHORT_SHA
from gitmoxi.domain.deployments import Command, CommandKind, Deployment, ObjectChange
from gitmoxi.domain.records import AuditEntry, Commit
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutCommand, Write
from gitmoxi.workflow.events import outbox
from gitmoxi_api.manifests import manifest_of
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented, not_found
from gitmoxi_api.replies import ApprovalReply
from gitmoxi_api.requests import ApprovalRequest, CommitHash
from gitmoxi_api.views import approved_view

router = APIRouter(prefix="/v1/commits", tags=["commits"])

_BATCH = 40
"""Approvals in one transaction: two writes each, and DynamoDB takes 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deletions:
    """What one commit deletes on one branch, however often it was processed."""

    commit: Commit
    heads: Sequence[Deployment]

    @property
    def held(self) -> list[Deployment]:
        return [head for head in self.heads if head.state is State.HELD]


@router.post(
    "/{sha}/approve-deletes",
    status_code=HTTPStatus.ACCEPTED,
    summary="Approve the held deletions of a commit",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def approve_deletes(sha: CommitHash, body: ApprovalRequest, parts: Parts) -> ApprovalReply:
    """Counts for exactly the deletions that are held now; what was approved before stays approved."""
    found = _the_one(await _named(sha, body, parts), sha)
    approvals = {head.id: await _approval(head, parts) for head in found.heads}
    fresh = [head for head in found.held if approvals[head.id] is None]
    if fresh:
        await _audit(found.commit, fresh, body.by, parts)
        for start in range(0, len(fresh), _BATCH):
            approvals |= await _approve(fresh[start : start + _BATCH], body.by, parts)
    approved = [(head, given) for head in found.heads if (given := approvals[head.id]) is not None]
    if not approved:
        raise ProblemError(HTTPStatus.CONFLICT, _nothing_held(sha, [found]))
    return ApprovalReply(
        commit=found.commit.sha,
        repository=found.commit.repository_url,
        branch=found.commit.branch,
        deletions=tuple(approved_view(head, given) for head, given in approved),
    )


async def _named(sha: str, body: ApprovalRequest, parts: ApiParts) -> list[_Deletions]:
    """What the commits delete that the hash, the repository and the branch stand for."""
    wanted = None if body.repository is None else repository_id(body.repository)
    by_place: defaultdict[tuple[str, str, str], list[Commit]] = defaultdict(list)
    for commit in await parts.ledger.commits_by_sha(sha.lower()):
        if wanted in {None, commit.repository_id} and body.branch in {None, commit.branch}:
            by_place[commit.repository_id, commit.branch, commit.sha].append(commit)
    if not by_place:
        where = f" on {body.branch}" if body.branch else ""
        raise not_found(f"No commit {sha} was processed{where}; GET /v1/commits lists those that were.")
    return [
        _Deletions(commit=commits[0], heads=[h for c in commits for h in await _deletions(c, parts)])
        for commits in by_place.values()
    ]


async def _deletions(commit: Commit, parts: ApiParts) -> list[Deployment]:
    manifest = await manifest_of(commit, parts.bodies)
    ids = [item.deployment_id for item in manifest.objects if item.change is ObjectChange.DELETED]
    return await parts.ledger.deployments(ids) if ids else []


def _the_one(found: list[_Deletions], sha: str) -> _Deletions:
    """The one that holds something; which of several, only the person can know."""
    holding = [deletions for deletions in found if deletions.held]
    if len(holding) > 1:
        places = "; ".join(
            f"{d.commit.sha[:SHORT_SHA]} on {d.commit.branch} of {d.commit.repository_url}" for d in holding
        )
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"{sha} stands for several commits with held deletions ({places}): name repository and branch, "
            "or more digits of the hash.",
        )
    if holding:
        return holding[0]
    if len(found) > 1:
        raise ProblemError(HTTPStatus.CONFLICT, _nothing_held(sha, found))
    return found[0]


def _nothing_held(sha: str, found: Sequence[_Deletions]) -> str:
    heads = [head for deletions in found for head in deletions.heads]
    if not heads:
        return f"Commit {sha} deletes nothing, so there is nothing to approve."
    told = "; ".join(f"{head.origin.prefix} is {head.state}: {head.because}" for head in heads)
    return f"No deletion of commit {sha} is held, so there is nothing to approve: {told}"


async def _approval(head: Deployment, parts: ApiParts) -> Command | None:
    """The first approval of a deletion, if it has one."""
    asked = await parts.ledger.commands(head.id, "")
    return next((command for command in asked if command.kind is CommandKind.APPROVE), None)


async def _approve(heads: Sequence[Deployment], by: str, parts: ApiParts) -> dict[str, Command]:
    now = parts.clock.now()
    approvals = {
        head.id: Command(id=parts.ids.ulid(), deployment_id=head.id, kind=CommandKind.APPROVE, by=by, at=now)
        for head in heads
    }
    writes: list[Write] = []
    for head in heads:
        command = approvals[head.id]
        message = CommandGiven(
            deployment_id=head.id, version=head.version, worker=head.owner, command_id=command.id
        )
        writes += [PutCommand(command=command), outbox(message, owner=head.owner, ids=parts.ids, at=now)]
    await parts.courier.commit(writes)
    return approvals


async def _audit(commit: Commit, heads: Sequence[Deployment], by: str, parts: ApiParts) -> None:
    """Written first: an approval that nobody can find again must not delete anything."""
    prefixes = ", ".join(head.origin.prefix for head in heads)
    entry = AuditEntry(
        id=parts.ids.ulid(),
        at=parts.clock.now(),
        kind="deletions.approved",
        summary=f"{by} approved that commit {commit.sha[:SHORT_SHA]} of {commit.branch} deletes {prefixes}.",
        details={
            "by": by,
            "repository": commit.repository_url,
            "branch": commit.branch,
            "commit": commit.sha,
            "deployments": ", ".join(head.id for head in heads),
        },
    )
    await parts.ledger.put_audit(entry)
