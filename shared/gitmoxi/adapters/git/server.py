"""Talks to a Git server through libgit2, and says in our words what went wrong."""

from __future__ import annotations

import time
from typing import Any

import pygit2
from pygit2.enums import CredentialType
from pygit2.remotes import TransferProgress

from gitmoxi.adapters.git.limits import GitLimits
from gitmoxi.domain.repositories import scrub_credentials
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.git import (
    BranchNotFoundError,
    GitCredentials,
    RepositoryAccessError,
    RepositoryNotFoundError,
    RepositoryTooLargeError,
    RepositoryUnreachableError,
)

_HEADS = "refs/heads/"
_ABSENT = ("failed to resolve path", "could not find repository", "status code: 404", "status code: 410")
_MOVED = ("cannot redirect from",)
_REFUSED = ("status code: 401", "status code: 403", "authentication")
"""How libgit2 words it; whatever it words otherwise is taken as worth a retry."""


class GitServer:
    """One repository at its server, seen for the length of one call."""

    def __init__(
        self, repository: pygit2.Repository, url: str, credentials: GitCredentials | None, limits: GitLimits
    ) -> None:
        self._repository = repository
        self._url = url
        self._credentials = credentials
        self._limits = limits

    def tip(self, branch: str) -> str:
        """The branch's newest commit."""
        tips = self.tips()
        if branch not in tips:
            empty = "" if tips else " (it is empty)"
            raise BranchNotFoundError(f"{self._url} has no branch {branch}{empty}")
        return tips[branch]

    def tips(self) -> dict[str, str]:
        """All branches and their newest commits."""
        remote = self._repository.remotes.create_anonymous(self._url)
        try:
            heads = remote.list_heads(callbacks=self._callbacks())
        except (pygit2.GitError, OSError) as error:
            raise self._translated(error) from None
        return {
            head.name.removeprefix(_HEADS): str(head.oid)
            for head in heads
            if head.name is not None and head.name.startswith(_HEADS)
        }

    def fetch(self, branch: str, reference: str) -> str:
        """Bring the branch's history here, point ``reference`` to its tip and return that."""
        tip = self.tip(branch)
        known = self._repository.references.get(reference)
        if known is not None and str(known.target) == tip:
            return tip
        # A remote without a name fetches no tags.
        remote = self._repository.remotes.create_anonymous(self._url)
        try:
            remote.fetch([f"+refs/heads/{branch}:{reference}"], callbacks=self._callbacks())
        except (pygit2.GitError, OSError) as error:
            raise self._translated(error) from None
        fetched = self._repository.references.get(reference)
        if fetched is None:
            raise BranchNotFoundError(f"{self._url} has no branch {branch} any more")
        return str(fetched.target)

    def _callbacks(self) -> _Callbacks:
        return _Callbacks(self._url, self._credentials, self._limits)

    def _translated(self, error: Exception) -> GitmoxiError:
        text = scrub_credentials(str(error))
        if self._credentials is not None:
            text = text.replace(self._credentials.password, "***")
        if any(sign in text for sign in _ABSENT):
            return RepositoryNotFoundError(f"there is no repository at {self._url} ({text})")
        if any(sign in text for sign in _MOVED):
            return RepositoryNotFoundError(
                f"{self._url} is elsewhere: register the URL that it redirects to ({text})"
            )
        if any(sign in text for sign in _REFUSED):
            refused = "our credentials" if self._credentials else "to answer without credentials"
            return RepositoryAccessError(f"{self._url} refused {refused} ({text})")
        return RepositoryUnreachableError(f"{self._url} cannot be read now ({text})")


class _Callbacks(pygit2.RemoteCallbacks):
    """Hands credentials over in memory, once, and ends a transfer that takes too much."""

    def __init__(self, url: str, credentials: GitCredentials | None, limits: GitLimits) -> None:
        super().__init__()
        self._url = url
        self._credentials = credentials
        self._limits = limits
        self._handed_over = False
        self._deadline = time.monotonic() + limits.fetch_seconds

    def credentials(
        self, _url: str, _username_from_url: str | None, allowed_types: CredentialType
    ) -> pygit2.UserPass:
        """Called by libgit2 when the server asks; again when it refused what it got."""
        if self._credentials is None:
            raise RepositoryAccessError(f"{self._url} wants credentials: register the ARN of its token")
        if self._handed_over or not allowed_types & CredentialType.USERPASS_PLAINTEXT:
            raise RepositoryAccessError(f"{self._url} refused our credentials: is the token valid?")
        self._handed_over = True
        return pygit2.UserPass(self._credentials.username, self._credentials.password)

    def transfer_progress(self, stats: TransferProgress) -> Any:
        """Called for every packet; an exception ends the transfer."""
        if stats.received_bytes > self._limits.fetch_bytes:
            raise RepositoryTooLargeError(
                f"{self._url} sends more than {self._limits.fetch_bytes} bytes: split the repository"
            )
        if time.monotonic() > self._deadline:
            raise RepositoryUnreachableError(
                f"{self._url} was still sending after {self._limits.fetch_seconds:g} s"
            )
