"""Bare mirrors in a folder, one per repository and credential; the async face of libgit2."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pygit2
from pygit2.enums import ConfigLevel, RepositoryOpenFlag

from gitmoxi.adapters.git.hosts import Resolver, check_host, system_resolver
from gitmoxi.adapters.git.limits import GitLimits
from gitmoxi.adapters.git.server import GitServer
from gitmoxi.adapters.git.trees import TreeReader
from gitmoxi.domain.repositories import RepositoryUrlError, check_branch, normalise_url, repository_id
from gitmoxi.ports.git import (
    CommitInfo,
    GitCredentials,
    GitCredentialSource,
    IgnoredPath,
    PathChange,
    RepositoryUnreachableError,
)

_Answer = TypeVar("_Answer")
_OPEN = RepositoryOpenFlag.BARE | RepositoryOpenFlag.NO_SEARCH
_USERS_CONFIG = (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitMirrorOptions:
    """What the settings say about Git.

    Attributes:
        folder: where mirrors lie; of one process only, since libgit2's locks are not made for more.
        allowed_hosts: see :func:`gitmoxi.adapters.git.hosts.check_host`.
        allow_file: whether ``file://`` is allowed.
        ca_file: PEM file of authorities that are trusted beside the system's.
    """

    folder: Path
    allowed_hosts: tuple[str, ...] = ()
    allow_file: bool = False
    ca_file: Path | None = None
    limits: GitLimits = field(default_factory=GitLimits)


class NoCredentials:
    """The credential source where every repository is public."""

    async def identity(self, _repository_id: str) -> str:
        return ""

    async def read(self, _repository_id: str, *, fresh: bool = False) -> GitCredentials | None:  # noqa: ARG002 - none is none
        return None


class Pygit2Mirror:
    """``GitMirror`` over libgit2: calls run in threads, one at a time per mirror."""

    def __init__(
        self,
        options: GitMirrorOptions,
        credentials: GitCredentialSource | None = None,
        resolve: Resolver = system_resolver,
    ) -> None:
        self._options = options
        self._credentials = credentials or NoCredentials()
        self._resolve = resolve
        # Held by the thread: a cancelled caller leaves its thread at work.
        self._locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
        self._opened: set[Path] = set()
        _configure_libgit2(options)

    async def resolve_tip(self, url: str, branch: str) -> str:
        check_branch(branch)
        return await self._at_server(url, lambda server: server.tip(branch))

    async def list_tips(self, url: str) -> Mapping[str, str]:
        return await self._at_server(url, lambda server: server.tips())

    async def fetch(self, url: str, branch: str) -> str:
        check_branch(branch)
        reference = _reference(branch)
        return await self._at_server(url, lambda server: server.fetch(branch, reference))

    async def changed_paths(self, url: str, old_sha: str | None, new_sha: str) -> list[PathChange]:
        return await self._read(url, lambda trees: trees.changed_paths(old_sha, new_sha))

    async def list_paths(self, url: str, sha: str) -> list[str]:
        return await self._read(url, lambda trees: trees.list_paths(sha))

    async def ignored_paths(self, url: str, sha: str) -> list[IgnoredPath]:
        return await self._read(url, lambda trees: trees.ignored_paths(sha))

    async def read_blobs(self, url: str, sha: str, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = list(paths)
        return await self._read(url, lambda trees: trees.read_blobs(sha, wanted))

    async def commit_info(self, url: str, sha: str) -> CommitInfo:
        return await self._read(url, lambda trees: trees.commit_info(sha))

    async def is_ancestor(self, url: str, ancestor_sha: str, sha: str) -> bool:
        return await self._read(url, lambda trees: trees.is_ancestor(ancestor_sha, sha))

    async def _read(self, url: str, ask: Callable[[TreeReader], _Answer]) -> _Answer:
        limits = self._options.limits
        folder = await self._folder(url)
        return await self._in_thread(folder, lambda repository: ask(TreeReader(repository, limits)))

    async def _at_server(self, url: str, ask: Callable[[GitServer], _Answer]) -> _Answer:
        folder = await self._folder(url)
        credentials = await self._credentials.read(repository_id(url))

        def talk(repository: pygit2.Repository) -> _Answer:
            if not url.startswith("file:"):
                check_host(url, self._options.allowed_hosts, self._resolve)
            return ask(GitServer(repository, url, credentials, self._options.limits))

        # libgit2 bounds each wait for a packet; a server that drips must end too, though its thread goes on.
        limits = self._options.limits
        try:
            async with asyncio.timeout(limits.fetch_seconds + limits.server_timeout_seconds):
                return await self._in_thread(folder, talk)
        except TimeoutError:
            raise RepositoryUnreachableError(
                f"{url} was still answering after {limits.fetch_seconds:g} s"
            ) from None

    async def _folder(self, url: str) -> Path:
        if normalise_url(url).startswith("file:") and not self._options.allow_file:
            raise RepositoryUrlError(
                f"{url}: files are repositories only where GITMOXI_GIT_ALLOW_FILE=1 is set"
            )
        repository = repository_id(url)
        identity = await self._credentials.identity(repository)
        suffix = hashlib.sha256(identity.encode()).hexdigest()[:8] if identity else "public"
        return self._options.folder / f"{repository}-{suffix}"

    async def _in_thread(self, folder: Path, work: Callable[[pygit2.Repository], _Answer]) -> _Answer:
        lock = self._locks[folder]

        def locked() -> _Answer:
            with lock:
                return work(self._open(folder))

        return await asyncio.to_thread(locked)

    def _open(self, folder: Path) -> pygit2.Repository:
        """The mirror in the folder: made when it is missing, mended when a killed process left it locked."""
        if folder not in self._opened:
            if not (folder / "HEAD").is_file():
                _create(folder)
            for left_over in folder.rglob("*.lock"):
                left_over.unlink()
            self._opened.add(folder)
        return pygit2.Repository(str(folder), _OPEN)


def _create(folder: Path) -> None:
    """Make an empty mirror under another name first, so that a half-made one is never taken for whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f"{folder.name}.draft")
    for remains in (draft, folder):
        shutil.rmtree(remains, ignore_errors=True)
    repository = pygit2.init_repository(str(draft), bare=True)
    # A server must not send us on to another host, which was never checked.
    repository.config["http.followRedirects"] = False
    shutil.rmtree(draft / "hooks", ignore_errors=True)
    draft.rename(folder)


def _reference(branch: str) -> str:
    """A flat name: as a path, ``a`` left behind would be in the way of a later ``a/b``."""
    return f"refs/gitmoxi/{hashlib.sha256(branch.encode()).hexdigest()[:32]}"


def _configure_libgit2(options: GitMirrorOptions) -> None:
    """Set what libgit2 keeps per process: time limits, authorities, and no user's configuration.

    A user's configuration could rewrite URLs.
    """
    for level in _USERS_CONFIG:
        pygit2.settings.search_path[level] = ""
    milliseconds = int(options.limits.server_timeout_seconds * 1000)
    pygit2.settings.server_connect_timeout = milliseconds
    pygit2.settings.server_timeout = milliseconds
    if options.ca_file is not None:
        pygit2.settings.set_ssl_cert_locations(str(options.ca_file), None)
