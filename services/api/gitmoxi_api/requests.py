"""What clients send: bodies and the values of queries, checked before anything else sees them."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gitmoxi.domain.deployments import CommandKind
from gitmoxi.domain.repositories import check_branch, normalise_url, repository_id
from gitmoxi.errors import InvalidInputError

TargetId = Annotated[
    str,
    Path(
        max_length=512,
        description="ecs/ACCOUNT/REGION/CLUSTER/SERVICE or lambda/ACCOUNT/REGION/FUNCTION",
        examples=["ecs/111122223333/eu-west-1/prod/web"],
    ),
]

_REPOSITORY_ID = re.compile(r"r-[0-9a-f]{16}")


def _url(text: str) -> str:
    try:
        return normalise_url(text)
    except InvalidInputError as error:
        raise ValueError(str(error)) from None


def _branch(text: str) -> str:
    try:
        return check_branch(text)
    except InvalidInputError as error:
        raise ValueError(str(error)) from None


def _glob(text: str) -> str:
    if not text.isprintable() or text.startswith("/") or ".." in text.split("/") or "\\" in text:
        raise ValueError("write it from the repository's root, with / between folders, as in prod/**")
    return text


def _id_of_repository(text: str) -> str:
    """The id behind an id or a URL."""
    if _REPOSITORY_ID.fullmatch(text):
        return text
    try:
        return repository_id(text)
    except InvalidInputError as error:
        raise ValueError(f"{error}; or give its id, r- and 16 hexadecimal digits") from None


RepositoryUrl = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(_url)]
BranchName = Annotated[str, Field(min_length=1), AfterValidator(_branch)]
PathGlob = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_glob)]

RepositoryId = Annotated[
    str, Field(max_length=2048, description="a repository's URL or id"), AfterValidator(_id_of_repository)
]
CommitHash = Annotated[
    str, Field(pattern=r"^[0-9a-fA-F]{7,64}$", description="a commit's hash, or 7 digits of it")
]
Person = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[\w.@+:/ -]+$",
        description="who asks, for the record",
        examples=["ada"],
    ),
]
RequestId = Annotated[str, Field(pattern=r"^[\w.:-]{8,128}$", examples=["01K9Z5B8QH7Z6V3S2N1M0K4J5G"])]
DeploymentRef = Annotated[str, Field(pattern=r"^[\w-]{1,64}$", examples=["d-0f9b1c2d3e4f5a6b7c8d"])]
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most, newest first")]


class Request(BaseModel):
    """A body; what we do not know is refused rather than ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PushRequest(Request):
    """A branch whose newest commit shall be deployed."""

    repository: RepositoryUrl = Field(examples=["https://github.com/acme/shop"])
    branch: BranchName = Field(examples=["main"])
    force: bool = Field(
        default=False, description="plan every object of the last processed commit again, changed or not"
    )


class DryRunRequest(Request):
    """A branch of which is asked what deploying it would do."""

    repository: RepositoryUrl = Field(examples=["https://github.com/acme/shop"])
    branch: BranchName = Field(description="a registered branch", examples=["main"])
    head: BranchName | None = Field(
        default=None,
        description="take the tree of this branch of the repository, registered or not, for the branch's own",
        examples=["feature/cart"],
    )
    force: bool = Field(default=False, description="plan every object, changed or not")
    pull_request: Annotated[int, Field(ge=1, le=2**31)] | None = Field(
        default=None,
        description="write the report to this pull (or merge) request as a comment; the repository has to "
        "be registered with feedback",
    )


class CommandRequest(Request):
    """What is asked of a deployment."""

    kind: CommandKind
    by: Person


class ApprovalRequest(Request):
    """Whose held deletions of a commit may go on; a hash may be known to several branches."""

    repository: RepositoryUrl | None = Field(default=None, examples=["https://github.com/acme/shop"])
    branch: BranchName | None = Field(default=None, examples=["main"])
    by: Person


class RetryRequest(Request):
    """A deployment that failed shall be tried again."""

    by: Person
    request_id: RequestId | None = Field(
        default=None, description="yours, to send it again after a lost answer: the same id asks once"
    )


class RevisionRequest(RetryRequest):
    """A revision of a target shall be brought back."""

    deployment_id: DeploymentRef | None = Field(
        default=None, description="whose revision; without it the last one that fits"
    )
