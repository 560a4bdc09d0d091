"""What the API answers about registrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gitmoxi_gmctl.replies import Reply


class Channel(Reply):
    """Where facts are sent to."""

    kind: str
    address: str
    secret_arn: str | None

    def __str__(self) -> str:
        signed = f", signed with {self.secret_arn}" if self.secret_arn else ""
        return f"{self.kind}={self.address}{signed}"


class BranchDetails(Reply):
    """How far a branch is processed; ``target_count`` are the targets that its files own."""

    name: str
    seq: int
    last_processed: str | None
    target_count: int


class Repository(Reply):
    """A registered repository; its branches are told in detail where one is asked for.

    ``health`` is what the API knows of its reachability, if it tells.
    """

    id: str
    url: str
    branches: tuple[str, ...]
    path_globs: tuple[str, ...]
    max_deletes: int | None
    token_arn: str | None
    baseline: bool
    webhook_secret_arn: str | None
    provider: str | None
    feedback: bool
    notifications: tuple[Channel, ...]
    registered_at: datetime
    revision: int
    branch_details: tuple[BranchDetails, ...] = ()
    health: dict[str, Any] | None = None

    @property
    def target_count(self) -> int:
        """Targets that would be orphans without this registration."""
        return sum(branch.target_count for branch in self.branch_details)


class Repositories(Reply):
    """All of them."""

    repositories: tuple[Repository, ...]
