"""The folder of bare mirrors: made by us alone, mended or thrown away when spoilt, held to a quota."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import RepositoryOpenFlag

_OPEN = RepositoryOpenFlag.BARE | RepositoryOpenFlag.NO_SEARCH
_DRAFT, _TRASH = ".draft", ".trash"

_CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n[http]\n\tfollowRedirects = false\n"
"""All that a mirror's configuration holds: no remote, so no URL, and nothing that runs a program."""

_FOREIGN = ("hooks", "objects/info/alternates", "commondir")
"""What would run programs, or read objects from elsewhere; we make none of these."""

_IN_USE_SECONDS = 60.0
"""A push reads its mirror several times within seconds: one that was just used is not evicted between two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """An opened mirror; ``generation`` tells it from a later one of the same name."""

    name: str
    generation: int
    repository: pygit2.Repository


class MirrorCache:
    """Mirrors by name. Methods block, and may be called from any thread."""

    def __init__(self, folder: Path, quota_bytes: int) -> None:
        self._folder = folder
        self._quota_bytes = quota_bytes
        self._lock = threading.Lock()
        self._readers: Counter[str] = Counter()
        self._generations: Counter[str] = Counter()
        self._checked: set[str] = set()
        self._sizes: dict[str, int] | None = None

    @contextmanager
    def opened(self, name: str) -> Iterator[Mirror]:
        """The mirror, made empty where it is missing or spoilt; not evicted while it is open."""
        with self._lock:
            self._tidy()
            repository = self._open(name)
            self._readers[name] += 1
            mirror = Mirror(name=name, generation=self._generations[name], repository=repository)
        try:
            yield mirror
        finally:
            repository.free()
            with self._lock:
                self._readers[name] -= 1

    def discard(self, mirror: Mirror) -> None:
        """Throw the mirror away, unless somebody has done so already; the next use makes an empty one."""
        with self._lock:
            if self._generations[mirror.name] == mirror.generation:
                self._drop(mirror.name)

    def make_room(self, fetched: str) -> None:
        """Evict the least recently used mirrors until all fit into the quota; the fetched one has grown."""
        with self._lock:
            if self._sizes is None:
                self._sizes = {name: _bytes_below(self._folder / name) for name in self._names()}
            self._sizes[fetched] = _bytes_below(self._folder / fetched)
            excess = sum(self._sizes.values()) - self._quota_bytes
            for name in sorted(self._sizes, key=self._last_used):
                if excess <= 0:
                    break
                if not self._is_in_use(name):
                    excess -= self._sizes[name]
                    self._drop(name)

    def _open(self, name: str) -> pygit2.Repository:
        folder = self._folder / name
        if name not in self._checked or not (folder / "HEAD").is_file():
            if not _is_ours(folder):
                self._drop(name)
                _create(folder)
            _mend(folder)
            self._checked.add(name)
        os.utime(folder / "HEAD")
        return pygit2.Repository(str(folder), _OPEN)

    def _drop(self, name: str) -> None:
        """Rename first: a folder half removed would look like a mirror."""
        self._generations[name] += 1
        self._checked.discard(name)
        if self._sizes is not None:
            self._sizes.pop(name, None)
        trash = self._folder / f"{name}-{self._generations[name]}{_TRASH}"
        with suppress(FileNotFoundError):
            (self._folder / name).rename(trash)
        shutil.rmtree(trash, ignore_errors=True)

    def _tidy(self) -> None:
        """Once: remove what a killed process left half made or half removed."""
        if self._sizes is None and not self._checked and self._folder.is_dir():
            for entry in self._folder.iterdir():
                if entry.suffix in {_DRAFT, _TRASH}:
                    shutil.rmtree(entry, ignore_errors=True)

    def _names(self) -> list[str]:
        return [entry.name for entry in self._folder.iterdir() if (entry / "HEAD").is_file()]

    def _is_in_use(self, name: str) -> bool:
        return bool(self._readers[name]) or time.time() - self._last_used(name) < _IN_USE_SECONDS

    def _last_used(self, name: str) -> float:
        try:
            return (self._folder / name / "HEAD").stat().st_mtime
        except FileNotFoundError:
            return 0.0


def _is_ours(folder: Path) -> bool:
    try:
        as_made = (folder / "config").read_bytes() == _CONFIG and (folder / "HEAD").is_file()
    except OSError:
        return False
    return as_made and not any((folder / entry).exists() for entry in _FOREIGN)


def _create(folder: Path) -> None:
    """Make an empty mirror under another name first, so that a half-made one is never taken for whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f"{folder.name}{_DRAFT}")
    shutil.rmtree(draft, ignore_errors=True)
    pygit2.init_repository(str(draft), bare=True)
    (draft / "config").write_bytes(_CONFIG)
    shutil.rmtree(draft / "hooks", ignore_errors=True)
    draft.rename(folder)


def _mend(folder: Path) -> None:
    """Remove what a killed process left: locks, and packs that it was still receiving."""
    for left_over in (*folder.rglob("*.lock"), *folder.rglob("*_git2_*")):
        left_over.unlink()


def _bytes_below(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
