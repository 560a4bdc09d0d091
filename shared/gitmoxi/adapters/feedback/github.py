"""GitHub, github.com and Enterprise Server: commit statuses, and comments on pull requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from gitmoxi.adapters.feedback.comments import MOST_PAGES, PER_PAGE, marked
from gitmoxi.adapters.feedback.token_host import Call, TokenHost, origin_of, project_path
from gitmoxi.adapters.feedback.web import Web
from gitmoxi.domain.commit_reports import shortened
from gitmoxi.domain.records import Repository
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.feedback import FeedbackRefusedError, PullRequestComment, StatusUpdate
from gitmoxi.ports.secrets import Secrets

_LONGEST_DESCRIPTION = 140
"""Characters; GitHub refuses longer ones as a validation failure."""

_STATUS_NEED = (
    "The token needs write access to commit statuses (fine-grained: Commit statuses, read and write; "
    "classic: repo:status)."
)
_COMMENT_NEED = (
    "The token needs write access to pull requests (fine-grained: Pull requests, read and write; "
    "classic: repo)."
)
_PUBLIC, _PUBLIC_API = "github.com", "api.github.com"


class GitHubFeedback:
    """``CommitFeedback`` over GitHub's REST API.

    https://docs.github.com/en/rest/commits/statuses and https://docs.github.com/en/rest/issues/comments
    """

    longest_comment = 65_536

    def __init__(self, *, web: Web, secrets: Secrets, clock: Clock, allowed_hosts: Collection[str]) -> None:
        if _PUBLIC in allowed_hosts:  # the API of an allowed host has a name of its own
            allowed_hosts = (*allowed_hosts, _PUBLIC_API)
        self._host = TokenHost(
            web=web, secrets=secrets, clock=clock, allowed_hosts=allowed_hosts, headers=_headers
        )

    async def set_status(self, repository: Repository, update: StatusUpdate, ref: str = "") -> str:  # noqa: ARG002 - GitHub's statuses are found by context
        body: dict[str, object] = {
            "state": update.state.value,
            "context": update.context,
            "description": shortened(update.sentence, _LONGEST_DESCRIPTION),
        }
        if update.url is not None:
            body["target_url"] = update.url
        path = f"{_repository(repository)}/statuses/{update.sha}"
        await self._call(repository, Call(method="POST", path=path, body=body, need=_STATUS_NEED))
        return ""

    async def upsert_comment(self, repository: Repository, comment: PullRequestComment, ref: str = "") -> str:
        known = ref or await self._find(repository, comment)
        issues = f"{_repository(repository)}/issues"
        body = {"body": marked(comment)}
        if known:
            edit = Call(method="PATCH", path=f"{issues}/comments/{known}", body=body, need=_COMMENT_NEED)
            await self._call(repository, edit)
            return known
        add = Call(
            method="POST",
            path=f"{issues}/{comment.pull_request}/comments",
            body=body,
            need=_COMMENT_NEED,
        )
        return str((await self._call(repository, add))["id"])

    async def _find(self, repository: Repository, comment: PullRequestComment) -> str:
        """The id of our comment among the pull request's first ones; empty if it is not there."""
        path = f"{_repository(repository)}/issues/{comment.pull_request}/comments"
        mark = marked(comment).splitlines()[0]
        for page in range(1, MOST_PAGES + 1):
            listing = Call(method="GET", path=f"{path}?per_page={PER_PAGE}&page={page}", need=_COMMENT_NEED)
            found = await self._call(repository, listing)
            for one in found:
                if str(one.get("body") or "").startswith(mark):
                    return str(one["id"])
            if len(found) < PER_PAGE:
                break
        return ""

    async def _call(self, repository: Repository, call: Call) -> Any:
        return await self._host.call(repository, _api(repository), call)


def _headers(token: str) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _api(repository: Repository) -> str:
    """github.com's API has a host of its own; an Enterprise Server's is below ``/api/v3``."""
    if urlsplit(repository.url).hostname == _PUBLIC:
        return f"https://{_PUBLIC_API}"
    return f"{origin_of(repository)}/api/v3"


def _repository(repository: Repository) -> str:
    owner, separator, name = project_path(repository).partition("/")
    if not separator or "/" in name:
        raise FeedbackRefusedError(f"{repository.url} is no GitHub repository: https://HOST/OWNER/NAME is")
    return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
