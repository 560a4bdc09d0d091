"""Reads commits, trees and blobs of an opened mirror; nothing here talks to a server."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pygit2
from pygit2.enums import FileMode

from gitmoxi.adapters.git.limits import GitLimits
from gitmoxi.errors import InvalidInputError
from gitmoxi.ports.git import (
    CommitInfo,
    CommitNotFoundError,
    IgnoredPath,
    PathChange,
    RepositoryTooLargeError,
)

_SHA = re.compile(r"[0-9a-f]{40}")
_REGULAR = frozenset({FileMode.BLOB, FileMode.BLOB_EXECUTABLE})
_CONTROL_OR_BACKSLASH = re.compile(r"[\x00-\x1f\x7f\\]")
_LARGEST_ENTRY_BYTES = 300
"""A mode, a name as long as file systems allow, and an object id."""
_REASONS = {FileMode.LINK: "symlink", FileMode.COMMIT: "submodule"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One leaf of a tree; ``reason`` says why it is ignored, None for a regular file."""

    path: str
    blob: pygit2.Oid
    reason: str | None


class TreeReader:
    """The read side of one mirror."""

    def __init__(self, repository: pygit2.Repository, limits: GitLimits) -> None:
        self._repository = repository
        self._limits = limits

    def commit_info(self, sha: str) -> CommitInfo:
        commit = self._commit(sha)
        author = commit.author
        return CommitInfo(
            sha=sha,
            author=f"{author.name} <{author.email}>",
            subject=commit.message.strip().partition("\n")[0],
            committed_at=datetime.fromtimestamp(commit.commit_time, tz=UTC),
            tree=str(commit.tree_id),
        )

    def is_ancestor(self, ancestor_sha: str, sha: str) -> bool:
        ancestor, commit = self._commit(ancestor_sha), self._commit(sha)
        return ancestor.id == commit.id or self._repository.descendant_of(commit.id, ancestor.id)

    def list_paths(self, sha: str) -> list[str]:
        return sorted(self._files(sha))

    def ignored_paths(self, sha: str) -> list[IgnoredPath]:
        ignored = [
            IgnoredPath(path=entry.path, reason=entry.reason)
            for entry in self._entries(sha)
            if entry.reason is not None
        ]
        return sorted(ignored, key=lambda entry: entry.path)

    def changed_paths(self, old_sha: str | None, new_sha: str) -> list[PathChange]:
        old = self._files(old_sha) if old_sha is not None else {}
        entries = list(self._entries(new_sha))
        new = {entry.path: entry.blob for entry in entries if entry.reason is None}
        unreadable = {entry.path for entry in entries if entry.reason is not None}
        changes = [
            PathChange.between(path, _hex(old.get(path)), _hex(new.get(path)))
            for path in old.keys() | new.keys()
            if old.get(path) != new.get(path) and not _is_within(path, unreadable)
        ]
        return sorted(changes, key=lambda change: change.path)

    def read_blobs(self, sha: str, paths: Iterable[str]) -> dict[str, bytes]:
        files = self._files(sha)
        wanted = {path: files[path] for path in paths if path in files}
        self._check_sizes(wanted)
        return {path: self._repository.odb.read(blob)[1] for path, blob in wanted.items()}

    def _check_sizes(self, wanted: dict[str, pygit2.Oid]) -> None:
        """Ask the object headers, so that no large blob is ever loaded."""
        total = 0
        for path, blob in wanted.items():
            _, size = self._repository.odb.read_header(blob)
            total += size
            if size > self._limits.blob_bytes:
                raise RepositoryTooLargeError(
                    f"{path} has {size} bytes; a file that is read has at most {self._limits.blob_bytes}"
                )
        if total > self._limits.read_bytes:
            raise RepositoryTooLargeError(
                f"{len(wanted)} files have {total} bytes together; at most {self._limits.read_bytes} are read"
            )

    def _files(self, sha: str) -> dict[str, pygit2.Oid]:
        return {entry.path: entry.blob for entry in self._entries(sha) if entry.reason is None}

    def _entries(self, sha: str) -> Iterator[_Entry]:
        """All leaves of the commit's tree, depth first, at most as many as the limit."""
        pending, count = [("", 0, self._tree(sha, self._commit(sha).tree_id))], 0
        while pending:
            folder, depth, tree = pending.pop()
            for item in tree:
                count += 1
                if count > self._limits.files:
                    raise RepositoryTooLargeError(f"{sha} has more than {self._limits.files} files")
                path, reason = _name(folder, item)
                if item.filemode != FileMode.TREE or reason is not None:
                    yield _Entry(path=path, blob=item.id, reason=reason)
                elif depth >= self._limits.depth:
                    raise RepositoryTooLargeError(f"{path} lies deeper than {self._limits.depth} folders")
                else:
                    pending.append((f"{path}/", depth + 1, self._tree(sha, item.id)))

    def _tree(self, sha: str, tree: pygit2.Oid) -> pygit2.Tree:
        """One folder; its size is asked first, since little on the wire may be much in memory."""
        _, size = self._repository.odb.read_header(tree)
        if size > self._limits.files * _LARGEST_ENTRY_BYTES:
            raise RepositoryTooLargeError(f"{sha} has more than {self._limits.files} files")
        return self._repository[tree].peel(pygit2.Tree)

    def _commit(self, sha: str) -> pygit2.Commit:
        if not _SHA.fullmatch(sha):
            raise InvalidInputError(f"{sha!r} is no commit id: 40 hexadecimal digits are expected")
        try:
            return self._repository[sha].peel(pygit2.Commit)
        except KeyError:
            raise CommitNotFoundError(f"the mirror has no commit {sha}: fetch its branch first") from None
        except (ValueError, pygit2.InvalidSpecError):
            raise CommitNotFoundError(f"{sha} is no commit but another kind of object") from None


def _is_within(path: str, roots: Collection[str]) -> bool:
    """Whether the path is one of the roots, or lies below one."""
    if not roots:
        return False
    parts = path.split("/")
    return any("/".join(parts[:length]) in roots for length in range(1, len(parts) + 1))


def _name(folder: str, item: pygit2.Object) -> tuple[str, str | None]:
    """The entry's path, and why it is ignored if it is."""
    raw = item.raw_name or b""
    path = folder + raw.decode("utf-8", "backslashreplace")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        return path, "name is not UTF-8"
    if name in {"", ".", ".."} or name.lower() == ".git" or "/" in name or _CONTROL_OR_BACKSLASH.search(name):
        return path, "unsafe name"
    if item.filemode in _REGULAR or item.filemode == FileMode.TREE:
        return path, None
    return path, _REASONS.get(FileMode(item.filemode), f"mode {item.filemode:o}")


def _hex(blob: pygit2.Oid | None) -> str | None:
    return None if blob is None else str(blob)
