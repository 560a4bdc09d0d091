"""Processed commits, and what was found in them."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from gitmoxi.domain.states import Status
from gitmoxi.ports.ledger import DeploymentFilter
from gitmoxi_api.held import held_deployments
from gitmoxi_api.manifests import manifest_of
from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented, not_found
from gitmoxi_api.replies import CommitFilesReply, CommitsReply
from gitmoxi_api.requests import BranchName, CommitHash, Limit, RepositoryId
from gitmoxi_api.views import commit_view, processing_view

router = APIRouter(prefix="/v1/commits", tags=["commits"])


@router.get("", summary="The processed commits of a branch", responses=documented(HTTPStatus.NOT_FOUND))
async def list_commits(
    repository: Annotated[RepositoryId, Query()],
    branch: Annotated[BranchName, Query(description="a branch's name")],
    parts: Parts,
    limit: Limit = 10,
) -> CommitsReply:
    """Newest first; also those of a repository that is no longer registered."""
    found = await parts.ledger.commits(repository, branch, limit)
    if not found and await parts.ledger.repository(repository) is None:
        raise not_found(
            f"No repository {repository} is registered, and none of its commits was processed; "
            "GET /v1/repositories lists those that are."
        )
    wanted = DeploymentFilter(repository_id=repository, branch=branch, status=Status.PROCESSING)
    held = Counter(head.origin.seq for head in await held_deployments(parts.ledger, wanted))
    return CommitsReply(commits=tuple(commit_view(commit, held[commit.seq]) for commit in found))


@router.get(
    "/{sha}/files", summary="The relevant files of a commit", responses=documented(HTTPStatus.NOT_FOUND)
)
async def list_files(sha: CommitHash, parts: Parts) -> CommitFilesReply:
    """What each processing of the commit found, on every branch, newest first."""
    found = await parts.ledger.commits_by_sha(sha.lower())
    if not found:
        raise not_found(f"No commit {sha} was processed; GET /v1/commits lists those that were.")
    heads = await held_deployments(parts.ledger, DeploymentFilter(commit_sha=sha.lower()))
    held = {head.id: head.because for head in heads}
    newest_first = sorted(found, key=lambda commit: commit.received_at, reverse=True)
    processings = [
        processing_view(commit, await manifest_of(commit, parts.bodies), held) for commit in newest_first
    ]
    return CommitFilesReply(processings=tuple(processings))
