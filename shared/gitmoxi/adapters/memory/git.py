"""Repositories and their mirror in memory, under the same contract as the real one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from gitmoxi.domain.repositories import check_branch, repository_id
from gitmoxi.errors import InvalidInputError
from gitmoxi.ports.git import (
    BranchNotFoundError,
    CommitInfo,
    CommitNotFoundError,
    IgnoredPath,
    PathChange,
    RepositoryNotFoundError,
    RepositoryUnreachableError,
)

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_SHA_LENGTH = 40


class Unreadable(StrEnum):
    """Entries of a tree that are no regular files."""

    SYMLINK = "symlink"
    SUBMODULE = "submodule"


Tree = Mapping[str, bytes | Unreadable]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commit:
    info: CommitInfo
    tree: Tree
    parent: str | None


@dataclass(slots=True)
class _Repository:
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, _Commit] = field(default_factory=dict)
    fetched: set[str] = field(default_factory=set)
    reachable: bool = True
    exists: bool = True


class MemoryGit:
    """A ``GitMirror`` whose servers are scripted: ``create``, ``commit``, ``point``, ``remove`` and so on."""

    def __init__(self) -> None:
        self._repositories: dict[str, _Repository] = {}

    def create(self, url: str) -> None:
        """Put an empty repository at the URL."""
        self._repositories[repository_id(url)] = _Repository()

    def commit(
        self,
        url: str,
        branch: str,
        changes: Mapping[str, bytes | Unreadable | None],
        *,
        message: str = "change",
        author: str = "Ada <ada@example.com>",
    ) -> str:
        """Commit on top of the branch (made when missing); None deletes a file. Returns the commit's id."""
        repository = self._repositories[repository_id(url)]
        parent = repository.branches.get(branch)
        tree = dict(repository.commits[parent].tree) if parent else {}
        for path, content in changes.items():
            tree.pop(path, None)
            if content is not None:
                tree[path] = content
        number = len(repository.commits)
        tree_id = _digest("tree", "\n".join(f"{path} {_blob(tree[path])}" for path in sorted(tree)))
        sha = _digest("commit", f"{tree_id} {parent} {number} {author} {message}")
        info = CommitInfo(
            sha=sha,
            author=author,
            subject=message.strip().partition("\n")[0],
            committed_at=_EPOCH + timedelta(seconds=number),
            tree=tree_id,
        )
        repository.commits[sha] = _Commit(info=info, tree=tree, parent=parent)
        repository.branches[branch] = sha
        return sha

    def point(self, url: str, branch: str, sha: str) -> None:
        """Force the branch to a commit."""
        self._repositories[repository_id(url)].branches[branch] = sha

    def delete_branch(self, url: str, branch: str) -> None:
        """Remove the branch from the server."""
        del self._repositories[repository_id(url)].branches[branch]

    def remove(self, url: str) -> None:
        """Remove the repository from the server; the mirror keeps what it has."""
        self._repositories[repository_id(url)].exists = False

    def set_reachable(self, url: str, *, reachable: bool) -> None:
        """Let the server answer, or not."""
        self._repositories[repository_id(url)].reachable = reachable

    async def resolve_tip(self, url: str, branch: str) -> str:
        check_branch(branch)
        repository = self._at_server(url)
        if branch not in repository.branches:
            empty = "" if repository.branches else " (it is empty)"
            raise BranchNotFoundError(f"{url} has no branch {branch}{empty}")
        return repository.branches[branch]

    async def list_tips(self, url: str) -> Mapping[str, str]:
        return dict(self._at_server(url).branches)

    async def fetch(self, url: str, branch: str) -> str:
        tip = await self.resolve_tip(url, branch)
        repository = self._at_server(url)
        repository.fetched.update(_history(repository, tip))
        return tip

    async def changed_paths(self, url: str, old_sha: str | None, new_sha: str) -> list[PathChange]:
        old = _files(self._fetched(url, old_sha).tree) if old_sha is not None else {}
        tree = self._fetched(url, new_sha).tree
        new, unreadable = _files(tree), [p for p in tree if isinstance(tree[p], Unreadable)]
        return [
            PathChange.between(path, _blob_of(old, path), _blob_of(new, path))
            for path in sorted(old.keys() | new.keys())
            if old.get(path) != new.get(path)
            and not any(path == root or path.startswith(f"{root}/") for root in unreadable)
        ]

    async def list_paths(self, url: str, sha: str) -> list[str]:
        return sorted(_files(self._fetched(url, sha).tree))

    async def ignored_paths(self, url: str, sha: str) -> list[IgnoredPath]:
        tree = self._fetched(url, sha).tree
        return [
            IgnoredPath(path=path, reason=entry.value)
            for path, entry in sorted(tree.items())
            if isinstance(entry, Unreadable)
        ]

    async def read_blobs(self, url: str, sha: str, paths: Iterable[str]) -> dict[str, bytes]:
        files = _files(self._fetched(url, sha).tree)
        return {path: files[path] for path in paths if path in files}

    async def commit_info(self, url: str, sha: str) -> CommitInfo:
        return self._fetched(url, sha).info

    async def is_ancestor(self, url: str, ancestor_sha: str, sha: str) -> bool:
        self._fetched(url, ancestor_sha)
        self._fetched(url, sha)
        return ancestor_sha in _history(self._repositories[repository_id(url)], sha)

    def _at_server(self, url: str) -> _Repository:
        repository = self._repositories.get(repository_id(url))
        if repository is None or not repository.exists:
            raise RepositoryNotFoundError(f"there is no repository at {url}")
        if not repository.reachable:
            raise RepositoryUnreachableError(f"{url} cannot be read now")
        return repository

    def _fetched(self, url: str, sha: str) -> _Commit:
        if len(sha) != _SHA_LENGTH or not set(sha) <= set("0123456789abcdef"):
            raise InvalidInputError(f"{sha!r} is no commit id: 40 hexadecimal digits are expected")
        repository = self._repositories.get(repository_id(url))
        if repository is None or sha not in repository.fetched:
            raise CommitNotFoundError(f"the mirror has no commit {sha}: fetch its branch first")
        return repository.commits[sha]


def _history(repository: _Repository, tip: str) -> list[str]:
    history = [tip]
    while (parent := repository.commits[history[-1]].parent) is not None:
        history.append(parent)
    return history


def _files(tree: Tree) -> dict[str, bytes]:
    return {path: content for path, content in tree.items() if isinstance(content, bytes)}


def _blob_of(files: Mapping[str, bytes], path: str) -> str | None:
    return _blob(files[path]) if path in files else None


def _blob(content: bytes | Unreadable) -> str:
    """Git's object id of a blob, so that equal contents have equal ids across both mirrors."""
    raw = content.encode() if isinstance(content, Unreadable) else content
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


def _digest(kind: str, text: str) -> str:
    return hashlib.sha1(f"{kind}\0{text}".encode(), usedforsecurity=False).hexdigest()
