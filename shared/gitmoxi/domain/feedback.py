"""Where a team hears of its deployments, beside Gitmoxi itself: its Git host, and its channels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class GitProvider(StrEnum):
    """The kinds of Git hosts whose webhooks and commit statuses we speak."""

    GITHUB = "github"
    GITLAB = "gitlab"
    CODECOMMIT = "codecommit"


class NotificationKind(StrEnum):
    """The kinds of channels that facts can be sent to."""

    SNS = "sns"
    WEBHOOK = "webhook"
    SLACK = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationTarget:
    """One channel of a repository.

    ``address`` is an SNS topic's ARN, a webhook's https URL, or the ARN of the secret that holds a
    Slack-compatible webhook's URL (whoever knows that URL may post). ``secret_arn`` is where the key lies
    that a webhook's requests are signed with.
    """

    kind: NotificationKind
    address: str
    secret_arn: str | None = None


def provider_of(url: str) -> GitProvider | None:
    """The kind of host that a repository's URL speaks of; None for self-hosted ones, which are to be told."""
    host = urlsplit(url).hostname or ""
    if host == "github.com":
        return GitProvider.GITHUB
    if host == "gitlab.com":
        return GitProvider.GITLAB
    if host.startswith("git-codecommit"):
        return GitProvider.CODECOMMIT
    return None
