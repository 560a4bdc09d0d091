"""Pull-request events of GitHub and GitLab, and why most of them change no plan."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gitmoxi.domain.repositories import BranchNameError, check_branch
from gitmoxi_api.webhooks.payloads import Payload, PayloadError
from gitmoxi_api.webhooks.told import Ignored, PullRequest

_GITHUB_ACTIONS = frozenset({"opened", "reopened", "synchronize", "ready_for_review", "edited"})
"""After these the plan may be another; ``edited`` tells of a new base branch, too."""

_GITLAB_ACTIONS = frozenset({"open", "reopen", "update"})
"""``update`` is told of labels, too: what changed is not told reliably, and a plan too many does no harm."""

_FORK = Ignored(
    because="It comes from a fork. Whoever may open a pull request may not put files before our renderer: "
    "only branches of the repository itself get a plan."
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


_Event = TypeVar("_Event", bound="_Part")


class _GitHubRepository(_Part):
    id: int


class _GitHubSide(_Part):
    ref: str
    repo: _GitHubRepository | None
    """None: the fork was deleted."""


class _GitHubPullRequest(_Part):
    head: _GitHubSide
    base: _GitHubSide


class _GitHubEvent(_Part):
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
    object_attributes: _GitLabAttributes


def github_pull_request(payload: Payload, addresses: tuple[str, ...]) -> PullRequest | Ignored:
    """What GitHub's event ``pull_request`` asks for.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request

    Raises:
        PayloadError: the body is no such event, though its header says so.
    """
    event = _parsed(_GitHubEvent, payload)
    head, base = event.pull_request.head, event.pull_request.base
    if event.action not in _GITHUB_ACTIONS:
        return _unchanged(event.action)
    if head.repo is None or base.repo is None or head.repo.id != base.repo.id:
        return _FORK
    return _checked(PullRequest(number=event.number, branch=base.ref, head=head.ref, addresses=addresses))


def gitlab_merge_request(payload: Payload, addresses: tuple[str, ...]) -> PullRequest | Ignored:
    """What GitLab's event of the kind ``merge_request`` asks for.

    https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events

    Raises:
        PayloadError: the body is no such event, though it says so.
    """
    told = _parsed(_GitLabEvent, payload).object_attributes
    if told.action not in _GITLAB_ACTIONS:
        return _unchanged(told.action)
    if told.source_project_id != told.target_project_id:
        return _FORK
    return _checked(
        PullRequest(number=told.iid, branch=told.target_branch, head=told.source_branch, addresses=addresses)
    )


def _parsed(kind: type[_Event], payload: Payload) -> _Event:
    try:
        return kind.model_validate(payload.values)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise PayloadError(f"this is no event of a pull request: {place}: {fault['msg']}") from None


def _unchanged(action: str) -> Ignored:
    return Ignored(because=f"The plan of a pull request does not change by {action[:30]!r}.")


def _checked(found: PullRequest) -> PullRequest | Ignored:
    """Only branches whose names Git would accept from us."""
    try:
        check_branch(found.branch)
        check_branch(found.head)
    except BranchNameError as error:
        return Ignored(because=f"No plan is made: {error}.")
    return found
