"""GitLab, gitlab.com and self-hosted: commit statuses, and notes on merge requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from gitmoxi.adapters.feedback.answers import check_answer, words_of
from gitmoxi.adapters.feedback.comments import MOST_PAGES, PER_PAGE, marked
from gitmoxi.adapters.feedback.token_host import Call, TokenHost, name_of, origin_of, project_path
from gitmoxi.adapters.feedback.web import Web, WebAnswer
from gitmoxi.domain.commit_reports import CommitState, shortened
from gitmoxi.domain.records import Repository
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.feedback import PullRequestComment, StatusUpdate
from gitmoxi.ports.secrets import Secrets

_LONGEST_DESCRIPTION = 255
"""Characters: the length of GitLab's column; unverified for every release, and shorter does no harm."""

_STATES: Mapping[CommitState, str] = {
    CommitState.PENDING: "running",  # from "pending" GitLab lets nothing go back to "pending"
    CommitState.SUCCESS: "success",
    CommitState.FAILURE: "failed",
}
_STATUS_NEED = "The token needs the scope api and, in the project, the role Developer or higher."
_COMMENT_NEED = "The token needs the scope api and, in the project, the role Reporter or higher."
_SAME_STATE = "cannot transition status"
"""GitLab's answer (400) to a state that the status has already, in which case nothing is to be done."""


class GitLabFeedback:
    """``CommitFeedback`` over GitLab's REST API, v4.

    https://docs.gitlab.com/api/commits/#set-commit-pipeline-status and https://docs.gitlab.com/api/notes/
    """

    longest_comment = 100_000

    def __init__(self, *, web: Web, secrets: Secrets, clock: Clock, allowed_hosts: Collection[str]) -> None:
        self._clock = clock
        self._host = TokenHost(
            web=web, secrets=secrets, clock=clock, allowed_hosts=allowed_hosts, headers=_headers
        )

    async def set_status(self, repository: Repository, update: StatusUpdate, ref: str = "") -> str:  # noqa: ARG002 - GitLab's statuses are found by name
        body: dict[str, object] = {
            "state": _STATES[update.state],
            "name": update.context,
            "ref": update.branch,
            "description": shortened(update.sentence, _LONGEST_DESCRIPTION),
        }
        if update.url is not None:
            body["target_url"] = update.url
        call = Call(
            method="POST",
            path=f"{_project(repository)}/statuses/{update.sha}",
            body=body,
            need=_STATUS_NEED,
        )
        answer = await self._host.answer(repository, _api(repository), call)
        if not _has_it_already(answer):
            check_answer(answer, name_of(repository), call.need, self._clock.now())
        return ""

    async def upsert_comment(self, repository: Repository, comment: PullRequestComment, ref: str = "") -> str:
        known = ref or await self._find(repository, comment)
        notes = f"{_project(repository)}/merge_requests/{comment.pull_request}/notes"
        method, path = ("PUT", f"{notes}/{known}") if known else ("POST", notes)
        body = {"body": marked(comment)}
        written = await self._call(repository, Call(method=method, path=path, body=body, need=_COMMENT_NEED))
        return known or str(written["id"])

    async def _find(self, repository: Repository, comment: PullRequestComment) -> str:
        """The id of our note among the merge request's first ones; empty if it is not there."""
        notes = f"{_project(repository)}/merge_requests/{comment.pull_request}/notes"
        mark = marked(comment).splitlines()[0]
        for page in range(1, MOST_PAGES + 1):
            path = f"{notes}?sort=asc&order_by=created_at&per_page={PER_PAGE}&page={page}"
            found = await self._call(repository, Call(method="GET", path=path, need=_COMMENT_NEED))
            for one in found:
                if str(one.get("body") or "").startswith(mark):
                    return str(one["id"])
            if len(found) < PER_PAGE:
                break
        return ""

    async def _call(self, repository: Repository, call: Call) -> Any:
        return await self._host.call(repository, _api(repository), call)


def _has_it_already(answer: WebAnswer) -> bool:
    return answer.status == HTTPStatus.BAD_REQUEST and _SAME_STATE in words_of(answer).lower()


def _headers(token: str) -> Mapping[str, str]:
    return {"PRIVATE-TOKEN": token}


def _api(repository: Repository) -> str:
    return f"{origin_of(repository)}/api/v4"


def _project(repository: Repository) -> str:
    """A project's path stands for its number if it is URL-encoded, slashes too: groups nest."""
    return f"/projects/{quote(project_path(repository), safe='')}"
