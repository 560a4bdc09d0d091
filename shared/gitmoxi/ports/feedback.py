"""Telling a Git host, and a team's channels, what becomes of commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitmoxi.domain.commit_reports import CommitState
from gitmoxi.domain.feedback import NotificationTarget
from gitmoxi.domain.notices import Notice
from gitmoxi.domain.records import Repository
from gitmoxi.errors import PermanentError

MARKER = "<!-- gitmoxi:{about} -->"
"""Stands first in every comment of ours, where nobody sees it: by it a comment is found again."""


class FeedbackRefusedError(PermanentError):
    """The other side refuses what we send, for good; the message says what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """A commit's status on its host.

    ``context`` tells our statuses apart: one for each installation and branch. ``previous_sha`` is the commit
    that was processed before, None for a branch's first. ``url`` leads to more, if it is set.
    """

    sha: str
    branch: str
    context: str
    state: CommitState
    sentence: str
    previous_sha: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestComment:
    """A comment of ours on a pull (or merge) request; ``about`` tells our comments apart.

    ``text`` is Markdown, not longer than ``CommitFeedback.longest_comment`` less the marker.
    """

    pull_request: int
    about: str
    text: str


class CommitFeedback(Protocol):
    """One kind of Git host. Doing anything twice does no harm.

    All methods raise ``FeedbackRefusedError`` where only a person can help, ``SecretNotFoundError`` and
    ``SecretAccessError`` for the token, and ``ThrottledError`` (with the seconds that the host asks for) or
    ``UnavailableError`` where waiting helps.
    """

    @property
    def longest_comment(self) -> int:
        """Characters of a comment, marker included."""
        ...

    async def set_status(self, repository: Repository, update: StatusUpdate, ref: str = "") -> str:
        """Set a commit's status; ``ref`` and the answer are the host's name for it, empty where none."""
        ...

    async def upsert_comment(self, repository: Repository, comment: PullRequestComment, ref: str = "") -> str:
        """Write our comment, in the place of the earlier one if there is one; its id.

        ``ref`` is its id as answered last, empty if it is not known: then it is looked for by its marker.
        """
        ...


class Channels(Protocol):
    """Where notices go."""

    async def send(self, target: NotificationTarget, notice: Notice) -> None:
        """Send one notice to one channel.

        Raises:
            FeedbackRefusedError: the channel refuses it for good.
            SecretNotFoundError, SecretAccessError: its address or key cannot be read.
            ThrottledError, UnavailableError: not now.
        """
        ...
