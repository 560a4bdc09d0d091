"""What lies on disk: which files are meant by the given paths, and what is in them."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import PurePath

from gitmoxi.domain.files import classify
from gitmoxi.rendering.text import MAX_FILE_BYTES
from gitmoxi_gmctl.validate.kinds import SUFFIXES

_NOT_OURS = frozenset({".git", "node_modules"})
"""Folders that hold no deployment files of this repository, and very many others."""

NO_LINKS = "it is a symbolic link, and Gitmoxi follows none"


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A path that was not looked into, and why; ``is_wrong`` when it was to be checked and could not be."""

    path: str
    reason: str
    is_wrong: bool = True


@dataclass(slots=True, kw_only=True)
class Found:
    """What the given paths lead to.

    Attributes:
        files: the files to check, each with the folder that was given for it, or None.
        passed_over: JSON files of trees whose names are none of deployment files.
        unchecked: what could not be read, and what is skipped.
    """

    files: dict[str, str | None] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)


def find_files(paths: list[str], *, any_json: bool) -> Found:
    """The files that ``paths``, files and folders, lead to; their names stay as they were given.

    Args:
        paths: as the user wrote them.
        any_json: take given files whatever their names, and every ``*.json`` of given folders.
    """
    finder = _Finder(any_json=any_json)
    for path in paths:
        finder.take(str(PurePath(path)))
    return finder.found


class _Finder:
    def __init__(self, *, any_json: bool) -> None:
        self._any_json = any_json
        self._seen: set[str] = set()
        self.found = Found()

    def take(self, path: str) -> None:
        """One path of the command line."""
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116  # paths stay texts, as they were given
        except (OSError, ValueError) as error:
            self._cannot(path, error)
            return
        if stat.S_ISDIR(mode):
            self._walk(path)
        elif not self._any_json and classify(path) is None:
            self._refuse(path, f"its name ends in none of {SUFFIXES}; name its kind with --as")
        elif os.path.islink(path):  # noqa: PTH114
            self._refuse(path, NO_LINKS)
        else:
            self._add(path, None)

    def _walk(self, top: str) -> None:
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                self._cannot(folder, error)
                continue
            folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            for entry in entries:
                if entry not in folders:
                    self._meet(entry, top)
            pending += [self._path(e) for e in reversed(folders) if e.name not in _NOT_OURS]

    def _meet(self, entry: os.DirEntry[str], top: str) -> None:
        path = self._path(entry)
        ours = classify(path) is not None
        if entry.is_symlink():
            if ours or os.path.isdir(path) or (self._any_json and path.endswith(".json")):  # noqa: PTH112
                self.found.unchecked.append(Unchecked(path, NO_LINKS, is_wrong=False))
        elif ours or (self._any_json and path.endswith(".json")):
            self._add(path, top)
        elif path.casefold().endswith(".json"):
            self.found.passed_over.append(path)

    @staticmethod
    def _path(entry: os.DirEntry[str]) -> str:
        return str(PurePath(entry.path))

    def _add(self, path: str, top: str | None) -> None:
        try:
            path.encode()
        except UnicodeEncodeError:
            self._refuse(path, "its name is no UTF-8: rename the file")
            return
        absolute = os.path.abspath(path)  # noqa: PTH100  # resolve() would follow links
        if absolute not in self._seen:
            self._seen.add(absolute)
            self.found.files[path] = top

    def _cannot(self, path: str, error: OSError | ValueError) -> None:
        self._refuse(path, reason_of(error))

    def _refuse(self, path: str, reason: str) -> None:
        self.found.unchecked.append(Unchecked(path, reason))


def read_file(path: str) -> bytes:
    """The content of a regular file, at most one byte more than may be rendered.

    Raises:
        UnreadableError: it cannot be read, or is a link, which no commit follows; the message says why.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableError("it is no regular file")
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(reason_of(error)) from error


class UnreadableError(Exception):
    """A file could not be read; the message is a half sentence that says why."""


def reason_of(error: OSError | ValueError) -> str:
    """Why the operating system refused, in words for people."""
    if not isinstance(error, OSError):
        return "no file can have such a name"
    reasons = {
        errno.ENOENT: "there is no such file or folder",
        errno.ENOTDIR: "a part of the path is no folder",
        errno.EACCES: "you may not read it",
        errno.EPERM: "you may not read it",
        errno.ELOOP: NO_LINKS,
        errno.ENAMETOOLONG: "its name is too long",
        errno.ENXIO: "it is no regular file",
    }
    return reasons.get(error.errno or 0, error.strerror or str(error))
