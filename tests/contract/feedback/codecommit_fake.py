"""CodeCommit's comments in memory, with the refusals that botocore's model names."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError


class FakeCodeCommit:
    """A client as aiobotocore makes it, and the source that gives it out."""

    def __init__(self) -> None:
        self.comments: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.regions: list[str | None] = []
        self.faults: list[Exception] = []
        self.pull_requests = {"7"}

    async def client(self, service: str, *, account: str | None = None, region: str | None = None) -> Any:
        assert (service, account) == ("codecommit", None)
        self.regions.append(region)
        return self

    async def post_comment_for_compared_commit(self, **told: Any) -> Any:
        return self._post("commit", told["afterCommitId"], told)

    async def post_comment_for_pull_request(self, **told: Any) -> Any:
        return self._post("pull request", told["pullRequestId"], told)

    async def update_comment(self, *, commentId: str, content: str) -> Any:  # noqa: N803 - AWS's name
        self._fail()
        if commentId not in self.comments:
            raise refusal("CommentDoesNotExistException", "UpdateComment")
        self.comments[commentId]["content"] = content
        return {"comment": self.comments[commentId]}

    async def get_comments_for_compared_commit(self, **told: Any) -> Any:
        found = self._on("commit", told["afterCommitId"])
        return {"commentsForComparedCommitData": [{"comments": [one]} for one in found]}

    async def get_comments_for_pull_request(self, **told: Any) -> Any:
        found = self._on("pull request", told["pullRequestId"])
        return {"commentsForPullRequestData": [{"comments": [one]} for one in found]}

    async def get_pull_request(self, *, pullRequestId: str) -> Any:  # noqa: N803 - AWS's name
        if pullRequestId not in self.pull_requests:
            raise refusal("PullRequestDoesNotExistException", "GetPullRequest")
        target = {"destinationCommit": "d" * 40, "sourceCommit": "e" * 40}
        return {"pullRequest": {"pullRequestTargets": [target]}}

    def _post(self, kind: str, where: str, told: dict[str, Any]) -> Any:
        self._fail()
        if len(told["content"]) > 10_240:
            raise refusal("CommentContentSizeLimitExceededException", "PostComment")
        token = told["clientRequestToken"]
        if token not in self.tokens:
            self.tokens[token] = f"c-{len(self.comments)}"
            self.comments[self.tokens[token]] = {
                "commentId": self.tokens[token],
                "content": told["content"],
                "where": (kind, where),
            }
        return {"comment": self.comments[self.tokens[token]]}

    def _on(self, kind: str, where: str) -> list[dict[str, Any]]:
        self._fail()
        return [one for one in self.comments.values() if one["where"] == (kind, where)]

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


def refusal(code: str, operation: str, status: int = 400) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": "No."},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "RequestId": "r",
                "HostId": "h",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        operation,
    )
