"""What clients get about registrations."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi.domain.feedback import GitProvider, NotificationKind
from gitmoxi_api.replies import Reply


class NotificationReply(Reply):
    """A channel that hears of deployments."""

    kind: NotificationKind
    address: str
    secret_arn: str | None


class RepositoryReply(Reply):
    """A registered repository."""

    id: str = Field(examples=["r-4f1c0de9a7b35d28"])
    url: str = Field(examples=["https://github.com/acme/shop"])
    branches: tuple[str, ...]
    path_globs: tuple[str, ...] = Field(description="only these paths count; none: all do")
    max_deletes: int | None = Field(
        description="deletions of a commit that need no approval; null: the installation's limits count"
    )
    token_arn: str | None = Field(description="where the access token lies; the token itself is never kept")
    baseline: bool = Field(description="the first commit of each branch is compared, and deploys nothing")
    webhook_secret_arn: str | None = Field(description="where the key of the host's webhooks lies")
    provider: GitProvider | None = Field(description="the kind of host; null: not known")
    feedback: bool = Field(description="the host gets commit statuses and comments")
    notifications: tuple[NotificationReply, ...]
    registered_at: datetime
    revision: int = Field(description="counts the changes of the registration; the ETag, for If-Match")


class BranchReply(Reply):
    """How far a branch of a repository is processed."""

    name: str
    seq: int = Field(description="the number of its last processing; 0: never processed")
    last_processed: str | None = Field(description="the commit that the next one is compared with")
    target_count: int = Field(description="targets that its files own: orphans, if the branch is removed")


class RepositoryDetailsReply(RepositoryReply):
    """A registered repository with its branches."""

    branch_details: tuple[BranchReply, ...]


class RepositoriesReply(Reply):
    """All registered repositories, by URL."""

    repositories: tuple[RepositoryReply, ...]
