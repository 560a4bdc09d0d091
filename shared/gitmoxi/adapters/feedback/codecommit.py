"""CodeCommit, which has no commit statuses: comments on commits, and on pull requests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.commit_reports import CommitState, shortened
from gitmoxi.domain.records import Repository
from gitmoxi.errors import AwsRejectedError, OutcomeUnknownError, UnavailableError
from gitmoxi.ports.feedback import (
    MARKER,
    FeedbackRefusedError,
    PullRequestComment,
    StatusUpdate,
)

if TYPE_CHECKING:
    from types_aiobotocore_codecommit import CodeCommitClient

_REPOSITORY = re.compile(r"/v1/repos/(?P<name>[\w.-]{1,100})")
_HOST = re.compile(r"git-codecommit(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")

_LONGEST_SENTENCE = 2_000
_MOST_PAGES = 5
"""500 comments are looked through."""

_NEED = (
    "The notifier's role needs codecommit:PostCommentForPullRequest, PostCommentForComparedCommit, "
    "UpdateComment, GetPullRequest, GetCommentsForPullRequest and GetCommentsForComparedCommit on it."
)
_WORDS = {
    CommitState.PENDING: "is deploying this commit",
    CommitState.SUCCESS: "deployed this commit",
    CommitState.FAILURE: "could not deploy this commit",
}
_GONE = frozenset({"CommentDeletedException", "CommentDoesNotExistException"})


class CodeCommitFeedback:
    """``CommitFeedback`` with our own AWS credentials.

    A status is one comment on the commit, updated in its place; it is first written at the end of the
    commit's deployments, since people get mail for comments.
    """

    longest_comment = 10_240
    """Characters (CodeCommit User Guide, Quotas: comment length)."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    async def set_status(self, repository: Repository, update: StatusUpdate, ref: str = "") -> str:
        """API_PostCommentForComparedCommit, or API_UpdateComment."""
        if update.state is CommitState.PENDING and not ref:
            return ""
        mark = MARKER.format(about=update.context)
        lines = [mark, f"**{update.context}** {_WORDS[update.state]}.", ""]
        lines.append(shortened(update.sentence, _LONGEST_SENTENCE))
        lines += [update.url] if update.url else []
        client, name = await self._client(repository)
        async with _errors("codecommit:PostCommentForComparedCommit"):
            before = {"beforeCommitId": update.previous_sha} if update.previous_sha else {}
            where: Any = {"repositoryName": name, "afterCommitId": update.sha, **before}
            content = "\n".join(lines)
            known = ref or await _found(_on_commit(client, where), mark)
            if known and await _updated(client, known, content):
                return known
            made = await client.post_comment_for_compared_commit(
                **where, content=content, clientRequestToken=_token(update.sha, content)
            )
        return str(made["comment"]["commentId"])

    async def upsert_comment(self, repository: Repository, comment: PullRequestComment, ref: str = "") -> str:
        """API_PostCommentForPullRequest, or API_UpdateComment."""
        mark = MARKER.format(about=comment.about)
        content = f"{mark}\n{comment.text}"
        number = str(comment.pull_request)
        client, name = await self._client(repository)
        async with _errors("codecommit:PostCommentForPullRequest"):
            known = ref or await _found(_on_pull_request(client, number), mark)
            if known and await _updated(client, known, content):
                return known
            told = await client.get_pull_request(pullRequestId=number)
            (target,) = told["pullRequest"]["pullRequestTargets"]
            made = await client.post_comment_for_pull_request(
                pullRequestId=number,
                repositoryName=name,
                beforeCommitId=target["destinationCommit"],
                afterCommitId=target["sourceCommit"],
                content=content,
                clientRequestToken=_token(number, content),
            )
        return str(made["comment"]["commentId"])

    async def _client(self, repository: Repository) -> tuple[CodeCommitClient, str]:
        parts = urlsplit(repository.url)
        host, path = _HOST.fullmatch(parts.hostname or ""), _REPOSITORY.fullmatch(parts.path)
        if host is None or path is None:
            raise FeedbackRefusedError(
                f"{repository.url} is no CodeCommit repository: "
                "https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME is"
            )
        return await self._clients.client("codecommit", region=host["region"]), path["name"]


@asynccontextmanager
async def _errors(operation: str) -> AsyncIterator[None]:
    """``aws_errors``, where a refusal names the rights that are needed, and a lost answer is tried again."""
    try:
        async with aws_errors(operation, mutation=True):
            yield
    except AwsRejectedError as refused:
        raise FeedbackRefusedError(f"{refused}. {_NEED}") from refused
    except OutcomeUnknownError as lost:  # its marker, or its token, makes a repeat harmless
        raise UnavailableError(str(lost)) from lost


async def _found(comments: AsyncIterator[Any], mark: str) -> str:
    async for one in comments:
        if not one.get("deleted") and str(one.get("content", "")).startswith(mark):
            return str(one["commentId"])
    return ""


async def _on_commit(client: CodeCommitClient, where: Any) -> AsyncIterator[Any]:
    """API_GetCommentsForComparedCommit."""
    more: Any = {}
    for _ in range(_MOST_PAGES):
        page: Any = await client.get_comments_for_compared_commit(**where, **more)
        for data in page.get("commentsForComparedCommitData", []):
            for comment in data.get("comments", []):
                yield comment
        if not page.get("nextToken"):
            return
        more = {"nextToken": page["nextToken"]}


async def _on_pull_request(client: CodeCommitClient, number: str) -> AsyncIterator[Any]:
    """API_GetCommentsForPullRequest."""
    more: Any = {}
    for _ in range(_MOST_PAGES):
        page: Any = await client.get_comments_for_pull_request(pullRequestId=number, **more)
        for data in page.get("commentsForPullRequestData", []):
            for comment in data.get("comments", []):
                yield comment
        if not page.get("nextToken"):
            return
        more = {"nextToken": page["nextToken"]}


async def _updated(client: CodeCommitClient, comment_id: str, content: str) -> bool:
    """Whether the comment was still there to be updated (API_UpdateComment)."""
    try:
        await client.update_comment(commentId=comment_id, content=content)
    except ClientError as error:
        if error_code(error) in _GONE:
            return False
        raise
    return True


def _token(*parts: str) -> str:
    """A client token: the same comment again is not a second one."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:36]
