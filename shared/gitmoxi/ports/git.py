"""Git as Gitmoxi needs it: tips, trees and blobs of repositories that it never checks out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from gitmoxi.errors import NotFoundError, PermanentError, UnavailableError


class RepositoryUnreachableError(UnavailableError):
    """The server did not answer, or answered that it cannot serve now."""


class RepositoryNotFoundError(NotFoundError):
    """The server knows no such repository (or hides it from our credentials)."""


class RepositoryAccessError(PermanentError):
    """The server refused our credentials, or wants some and there are none."""


class RepositoryTooLargeError(PermanentError):
    """The repository, a tree or a file is above one of the limits; the message names which."""


class BranchNotFoundError(NotFoundError):
    """The repository has no such branch: it was deleted, or never was."""


class CommitNotFoundError(NotFoundError):
    """The mirror has no such commit: never fetched, or rewritten away before the mirror was made."""


class ChangeKind(StrEnum):
    """What happened to a file between two commits; a rename is a delete and an add."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChange:
    """One changed file; the blobs are Git's object ids in hex, None where there is no file."""

    path: str
    kind: ChangeKind
    old_blob: str | None
    new_blob: str | None

    @classmethod
    def between(cls, path: str, old_blob: str | None, new_blob: str | None) -> Self:
        """The change from one blob to another; at least one of them is there."""
        if old_blob is None:
            kind = ChangeKind.ADDED
        else:
            kind = ChangeKind.DELETED if new_blob is None else ChangeKind.MODIFIED
        return cls(path=path, kind=kind, old_blob=old_blob, new_blob=new_blob)


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredPath:
    """An entry of a tree that is never read, and why: a symlink, a submodule, an unsafe name."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitInfo:
    """A commit's head: ``author`` is ``Name <address>``, ``subject`` the message's first line."""

    sha: str
    author: str
    subject: str
    committed_at: datetime
    tree: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GitCredentials:
    """User and password for Git over HTTPS; neither shows in a ``repr``: some users hold a session token."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "GitCredentials(***)"


class GitCredentialSource(Protocol):
    """Where the credentials of registered repositories come from."""

    async def identity(self, repository_id: str) -> str:
        """What tells two credentials apart, such as the secret's ARN; empty for none. Holds no secret.

        Mirrors are kept apart by it: who may read a repository with one token may not with another.
        """
        ...

    async def read(self, repository_id: str, *, fresh: bool = False) -> GitCredentials | None:
        """The credentials to use; None for a public repository.

        ``fresh``: the server has just refused those of the last read, so nothing remembered is given again:
        a rotated token is picked up.

        Raises:
            SecretNotFoundError, SecretAccessError: the registered secret cannot be read.
            RepositoryAccessError: it holds nothing that a Git server would take.
            ThrottledError, UnavailableError: it cannot be read now.
        """
        ...


class GitMirror(Protocol):
    """A local copy of repositories, one per URL, without work trees.

    Every method raises ``RepositoryUrlError`` for a URL, ``BranchNameError`` for a branch and
    ``InvalidInputError`` for a commit id that cannot be one. Those that take a commit read the mirror only:
    fetch before; they raise ``CommitNotFoundError`` for a commit that the mirror does not have and
    ``RepositoryTooLargeError`` above a limit. Those that talk to the server raise
    ``RepositoryUnreachableError``, ``RepositoryNotFoundError``, ``RepositoryAccessError`` and
    ``BranchNotFoundError``.

    Only regular files count (modes 100644 and 100755). Symlinks, submodules and unsafe names are as if they
    were not there, and are listed by ``ignored_paths``.
    """

    async def resolve_tip(self, url: str, branch: str) -> str:
        """Ask the server for the branch's newest commit: 40 hex digits."""
        ...

    async def list_tips(self, url: str) -> Mapping[str, str]:
        """Ask the server, with one request, for all branches: name to newest commit. Empty without branches.

        Names are the server's: some may be none that ``check_branch`` lets through.
        """
        ...

    async def fetch(self, url: str, branch: str) -> str:
        """Bring the branch's history into the mirror and return its tip. Earlier commits stay readable."""
        ...

    async def changed_paths(self, url: str, old_sha: str | None, new_sha: str) -> list[PathChange]:
        """What differs between two commits' trees, sorted by path; without an old one all is added.

        A file that became a symlink or submodule is *not* reported as deleted: nothing may be deleted
        because an entry turned unreadable.
        """
        ...

    async def list_paths(self, url: str, sha: str) -> list[str]:
        """All regular files of a commit, sorted."""
        ...

    async def ignored_paths(self, url: str, sha: str) -> list[IgnoredPath]:
        """The entries of a commit that are never read, sorted by path."""
        ...

    async def read_blobs(self, url: str, sha: str, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of regular files; a path that is none is left out of the answer."""
        ...

    async def commit_info(self, url: str, sha: str) -> CommitInfo:
        """Who committed what, when."""
        ...

    async def is_ancestor(self, url: str, ancestor_sha: str, sha: str) -> bool:
        """Whether ``sha`` is ``ancestor_sha`` or came after it."""
        ...
