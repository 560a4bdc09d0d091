"""Pull-request events of GitHub and GitLab: a dry run is asked for, whose plan becomes a comment there.

The webhook's route calls ``ask_for_plan`` once the delivery's signature is checked and its repository known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gitmoxi.domain.dryruns import DryRun
from gitmoxi.domain.feedback import GitProvider
from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import BranchNameError, check_branch
from gitmoxi_api.asking_dry_runs import ask_dry_run
from gitmoxi_api.parts import ApiParts

_GITHUB_ACTIONS = frozenset({"opened", "reopened", "synchronize", "ready_for_review", "edited"})
"""After these the plan may be another; ``edited`` tells of a new base branch, too."""

_GITLAB_ACTIONS = frozenset({"open", "reopen", "update"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull (or merge) request whose head lies in the repository itself."""

    number: int
    base: str
    head: str


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _GitHubRepository(_Part):
    id: int


class _GitHubSide(_Part):
    ref: str
    repo: _GitHubRepository | None


class _GitHubPullRequest(_Part):
    head: _GitHubSide
    base: _GitHubSide


class _GitHubEvent(_Part):
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request."""

    action: str
    number: int = Field(ge=1)
    pull_request: _GitHubPullRequest


class _GitLabAttributes(_Part):
    iid: int = Field(ge=1)
    action: str = ""
    source_branch: str
    target_branch: str
    source_project_id: int
    target_project_id: int


class _GitLabEvent(_Part):
    """https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events."""

    object_attributes: _GitLabAttributes


def pull_request_of(provider: GitProvider, event: str, body: Mapping[str, Any]) -> PullRequest | None:
    """The pull request whose plan may have changed by this event; None for any other event.

    ``event`` is GitHub's ``X-GitHub-Event`` or GitLab's ``X-Gitlab-Event``. Forks are left aside: their
    branches are not the repository's, and who may open a pull request may not put files before our renderer.
    """
    try:
        if provider is GitProvider.GITHUB and event == "pull_request":
            return _checked(_of_github(_GitHubEvent.model_validate(body)))
        if provider is GitProvider.GITLAB and event == "Merge Request Hook":
            return _checked(_of_gitlab(_GitLabEvent.model_validate(body)))
    except (ValidationError, BranchNameError):
        return None
    return None


async def ask_for_plan(
    parts: ApiParts, repository: Repository, pull_request: PullRequest | None
) -> DryRun | None:
    """Ask for the dry run whose plan is written to the pull request, if the repository wants that.

    Branches that are not registered are nobody's business: nothing is deployed from them.
    """
    if pull_request is None or not repository.feedback or pull_request.base not in repository.branches:
        return None
    return await ask_dry_run(
        parts,
        repository=repository.url,
        branch=pull_request.base,
        head=pull_request.head,
        pull_request=pull_request.number,
    )


def _of_github(event: _GitHubEvent) -> PullRequest | None:
    head, base = event.pull_request.head, event.pull_request.base
    if event.action not in _GITHUB_ACTIONS or head.repo is None or base.repo is None:
        return None
    if head.repo.id != base.repo.id:
        return None
    return PullRequest(number=event.number, base=base.ref, head=head.ref)


def _of_gitlab(event: _GitLabEvent) -> PullRequest | None:
    told = event.object_attributes
    if told.action not in _GITLAB_ACTIONS or told.source_project_id != told.target_project_id:
        return None
    return PullRequest(number=told.iid, base=told.target_branch, head=told.source_branch)


def _checked(found: PullRequest | None) -> PullRequest | None:
    """Branch names that Git would accept; the others are nobody's branches."""
    if found is not None:
        check_branch(found.base)
        check_branch(found.head)
    return found
