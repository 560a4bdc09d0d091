"""What a list of deployments is narrowed to, as clients say it and as the ledger takes it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from gitmoxi.domain.records import AuditEntry
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import Status
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import InvalidInputError
from gitmoxi.ports.ledger import DeploymentFilter, Ledger
from gitmoxi_api.problems import ProblemError
from gitmoxi_api.requests import BranchName, CommitHash, RepositoryId

_WHOLE_SHA = (40, 64)
"""Digits of a whole hash, SHA-1 and SHA-256: nothing to be looked up."""


class DeploymentQuery(BaseModel):
    """All conditions hold; those that are left out match everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: RepositoryId | None = None
    branch: BranchName | None = None
    commit: CommitHash | None = None
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: str | None = Field(default=None, max_length=32)
    cluster: str | None = Field(default=None, max_length=255, description="of an ECS service")
    service: str | None = Field(default=None, max_length=255, description="the name of an ECS service")
    function: str | None = Field(default=None, max_length=140, description="the name of a Lambda function")
    kind: TargetKind | None = None
    status: Status | None = None
    limit: int = Field(default=10, ge=1, le=200, description="how many at most")

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        ecs = self.service is not None or self.cluster is not None or self.kind is TargetKind.ECS
        functions = self.function is not None or self.kind is TargetKind.LAMBDA
        if ecs and functions:
            raise ValueError("nothing is both an ECS service and a Lambda function: ask for one of them")
        return self

    @property
    def target_kind(self) -> TargetKind | None:
        """The kind that the conditions leave."""
        if self.service is not None or self.cluster is not None:
            return TargetKind.ECS
        return TargetKind.LAMBDA if self.function is not None else self.kind


class EventQuery(BaseModel):
    """Entries of the audit trail; all conditions hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: RepositoryId | None = None
    kind: str | None = Field(
        default=None, max_length=64, description="of this kind, or of those that begin so: push, push.refused"
    )
    since: AwareDatetime | None = Field(default=None, description="not before; with a time zone")
    limit: int = Field(default=20, ge=1, le=200, description="how many at most")

    @property
    def is_wide(self) -> bool:
        """Whether everything matches."""
        return self.repository is None and self.kind is None and self.since is None

    def matches(self, entry: AuditEntry) -> bool:
        """Whether all conditions hold."""
        return (
            (self.since is None or entry.at >= self.since)
            and (self.kind is None or f"{entry.kind}.".startswith(f"{self.kind}."))
            and (self.repository is None or _repository_of(entry) == self.repository)
        )


def _repository_of(entry: AuditEntry) -> str | None:
    """The id; None where there is none: refused pushes are kept as they were sent."""
    try:
        return repository_id(entry.details.get("repository", ""))
    except InvalidInputError:
        return None


async def ledger_filter(query: DeploymentQuery, ledger: Ledger) -> DeploymentFilter | None:
    """The filter for the ledger; None when no commit has the hash that is asked for.

    Raises:
        ProblemError: the beginning of the hash stands for several commits.
    """
    sha = await _whole_sha(query.commit.lower(), ledger) if query.commit is not None else None
    if query.commit is not None and sha is None:
        return None
    return DeploymentFilter(
        repository_id=query.repository,
        branch=query.branch,
        commit_sha=sha,
        status=query.status,
        account=query.account,
        region=query.region,
        cluster=query.cluster,
        kind=query.target_kind,
        name=query.service or query.function,
    )


async def _whole_sha(sha: str, ledger: Ledger) -> str | None:
    if len(sha) in _WHOLE_SHA:
        return sha
    found = sorted({commit.sha for commit in await ledger.commits_by_sha(sha)})
    if len(found) > 1:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{sha} stands for {len(found)} commits: {', '.join(found[:5])}; give more digits.",
        )
    return found[0] if found else None
