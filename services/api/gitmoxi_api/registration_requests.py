"""What clients send about registrations: a whole one, or what changes of one."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from gitmoxi.domain.feedback import GitProvider, NotificationKind, NotificationTarget
from gitmoxi.domain.registrations import check_channel, check_secret
from gitmoxi.errors import InvalidInputError
from gitmoxi_api.requests import BranchName, PathGlob, Person, RepositoryUrl, Request

_LONGEST_ARN = 2048


def _secret(text: str) -> str:
    try:
        return check_secret(text)
    except InvalidInputError as error:
        raise ValueError(str(error)) from None


SecretArn = Annotated[str, Field(max_length=_LONGEST_ARN), AfterValidator(_secret)]
MaxDeletes = Annotated[int, Field(ge=0, le=100_000)]


class NotificationRequest(Request):
    """A channel that hears of deployments."""

    kind: NotificationKind
    address: str = Field(
        min_length=1,
        max_length=2048,
        description="sns: the topic's ARN; webhook: an https URL without credentials; slack: the ARN of the "
        "secret that holds the webhook's URL",
        examples=["arn:aws:sns:eu-west-1:111122223333:deployments"],
    )
    secret_arn: SecretArn | None = Field(
        default=None, description="where the key lies that a webhook's requests are signed with"
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        try:
            check_channel(self.target)
        except InvalidInputError as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def target(self) -> NotificationTarget:
        """The channel as it is kept."""
        return NotificationTarget(kind=self.kind, address=self.address, secret_arn=self.secret_arn)


Branches = Annotated[tuple[BranchName, ...], Field(min_length=1, max_length=50, examples=[["main"]])]
PathGlobs = Annotated[tuple[PathGlob, ...], Field(max_length=50, examples=[["prod/**"]])]
Notifications = Annotated[tuple[NotificationRequest, ...], Field(max_length=20)]


class RegistrationRequest(Request):
    """A repository to be watched."""

    url: RepositoryUrl = Field(
        description="https://host/path; .git, a last slash and case of the host do not matter",
        examples=["https://github.com/acme/shop"],
    )
    branches: Branches
    token_arn: SecretArn | None = Field(
        default=None,
        description="ARN of the Secrets Manager secret or SSM parameter with the access token, :JSON_KEY:: "
        "or #JSON_KEY behind it for one key; public and CodeCommit repositories need none",
    )
    path_globs: PathGlobs = Field(default=(), description="only these paths count; none: all do")
    max_deletes: MaxDeletes | None = Field(
        default=None,
        description="a commit that deletes more targets than this needs approval; null: the installation's "
        "limits count",
    )
    baseline: bool = Field(
        default=False,
        description="the first commit of each branch is compared with what lives and reported; nothing of it "
        "is deployed or deleted",
    )
    webhook_secret_arn: SecretArn | None = Field(
        default=None, description="where the key lies that the host signs its webhooks with"
    )
    provider: GitProvider | None = Field(
        default=None, description="the kind of host; null: what its URL tells"
    )
    feedback: bool = Field(
        default=False, description="write commit statuses and comments to the host, with the access token"
    )
    notifications: Notifications = Field(default=(), description="channels that hear of deployments")
    by: Person | None = Field(default=None, description="who asks, for the record")

    @property
    def settings(self) -> dict[str, Any]:
        """The fields of the record, by name."""
        return _kept({name: getattr(self, name) for name in SETTINGS})


class RegistrationChange(Request):
    """What changes of a registration: what is absent stays, and null goes back to the default (RFC 7396)."""

    branches: Branches | None = Field(default=None, description="the whole list; null is refused")
    token_arn: SecretArn | None = None
    path_globs: PathGlobs | None = Field(default=None, description="the whole list")
    max_deletes: MaxDeletes | None = None
    baseline: bool | None = Field(default=None, description="matters to branches without a processed commit")
    webhook_secret_arn: SecretArn | None = None
    provider: GitProvider | None = None
    feedback: bool | None = None
    notifications: Notifications | None = Field(default=None, description="the whole list")
    by: Person | None = Field(default=None, description="who asks, for the record")

    @model_validator(mode="after")
    def _keeps_a_branch(self) -> Self:
        if "branches" in self.model_fields_set and self.branches is None:
            raise ValueError("branches: a registration has at least one: name those that it shall have")
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """What changes, by the names of the record's fields; null is the default by now."""
        told = {name: getattr(self, name) for name in SETTINGS if name in self.model_fields_set}
        defaults = RegistrationRequest.model_fields
        return _kept({n: defaults[n].default if value is None else value for n, value in told.items()})


SETTINGS = tuple(name for name in RegistrationChange.model_fields if name != "by")
"""What a person chooses of a registration; the record's fields have the same names."""


def _kept(settings: dict[str, Any]) -> dict[str, Any]:
    """As records hold them: each branch, path and channel once, in the order given."""
    kept = dict(settings)
    for name in ("branches", "path_globs"):
        if name in kept:
            kept[name] = tuple(dict.fromkeys(kept[name]))
    if "notifications" in kept:
        kept["notifications"] = tuple(dict.fromkeys(item.target for item in kept["notifications"]))
    return kept
