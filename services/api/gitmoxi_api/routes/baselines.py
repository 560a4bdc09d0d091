"""What the baseline of a branch found."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from gitmoxi.domain.baselines import Comparison, comparison_of
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import Commit, CommitStatus
from gitmoxi_api.baseline_replies import BaselineObjectReply, BaselineReply
from gitmoxi_api.manifests import manifest_of
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import documented, not_found
from gitmoxi_api.requests import BranchName, RepositoryId
from gitmoxi_api.views import commit_view, plan_view, target_view

router = APIRouter(prefix="/v1/baselines", tags=["commits"])

_AT_ONCE = 20
"""Plans that are read at the same time: an installation has a few thousand objects in a commit at most."""


@router.get("", summary="The baseline of a branch", responses=documented(HTTPStatus.NOT_FOUND))
async def get_baseline(
    repository: Annotated[RepositoryId, Query()],
    branch: Annotated[BranchName, Query(description="a branch's name")],
    parts: Parts,
) -> BaselineReply:
    """How each service object of it compared with what lived; made from what was stored then."""
    commit = await _baseline(repository, branch, parts)
    manifest = await manifest_of(commit, parts.bodies)
    heads = await parts.ledger.deployments([item.deployment_id for item in manifest.objects])
    gate = asyncio.Semaphore(_AT_ONCE)
    found = await asyncio.gather(*(_object(head, parts, gate) for head in heads))
    return BaselineReply(
        commit=commit_view(commit, 0),
        finished=all(item.comparison is not Comparison.PENDING for item in found),
        objects=tuple(sorted(found, key=lambda item: (item.prefix, item.kind))),
    )


async def _baseline(repository: str, branch: str, parts: ApiParts) -> Commit:
    """The last one before commits that deploy: one without service objects leaves it to the next."""
    newest = (await parts.ledger.branch(repository, branch)).seq
    found = None
    for seq in range(1, newest + 1):
        commit = await parts.ledger.commit(repository, branch, seq)
        if commit is None or commit.status is not CommitStatus.INGESTED:
            continue
        if not commit.baseline:
            break
        found = commit
        if commit.deployment_count:
            break
    if found is None:
        raise not_found(
            f"{branch} has no baseline: either none of its commits was processed, or the repository was "
            "registered without --baseline."
        )
    return found


async def _object(head: Deployment, parts: ApiParts, gate: asyncio.Semaphore) -> BaselineObjectReply:
    async with gate:
        plan = await parts.ledger.plan(head.id)
    return BaselineObjectReply(
        prefix=head.origin.prefix,
        kind=head.kind,
        target=None if head.target is None else target_view(head.target),
        comparison=comparison_of(head, plan),
        because=head.because,
        deployment_id=head.id,
        plan=None if plan is None else plan_view(plan),
    )
