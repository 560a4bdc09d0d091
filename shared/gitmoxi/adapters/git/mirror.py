"""Bare mirrors in a folder, one per repository and credential; the async face of libgit2."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pygit2
from pygit2.enums import ConfigLevel

from gitmoxi.adapters.git.cache import MirrorCache
from gitmoxi.adapters.git.conversation import Conversation, Peer
from gitmoxi.adapters.git.faults import CredentialsRefusedError
from gitmoxi.adapters.git.flights import Flights
from gitmoxi.adapters.git.hosts import Resolver, system_resolver
from gitmoxi.adapters.git.options import GitMirrorOptions
from gitmoxi.adapters.git.trees import TreeReader
from gitmoxi.domain.repositories import RepositoryUrlError, check_branch, normalise_url, repository_id
from gitmoxi.ports.git import (
    BranchNotFoundError,
    CommitInfo,
    GitCredentials,
    GitCredentialSource,
    IgnoredPath,
    PathChange,
    RepositoryUnreachableError,
)

_Answer = TypeVar("_Answer")
_USERS_CONFIG = (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL)

_OUR_PATIENCE_SECONDS = 5.0
"""So much later than our own limits, which say what happened, do libgit2's cut a connection."""


class NoCredentials:
    """The credential source where every repository is public."""

    async def identity(self, _repository_id: str) -> str:
        return ""

    async def read(self, _repository_id: str, *, fresh: bool = False) -> GitCredentials | None:  # noqa: ARG002 - none is none
        return None


class Pygit2Mirror:
    """``GitMirror`` over libgit2: calls run in threads, and those to one server's repository are shared."""

    def __init__(
        self,
        options: GitMirrorOptions,
        credentials: GitCredentialSource | None = None,
        resolve: Resolver = system_resolver,
    ) -> None:
        self._options = options
        self._credentials = credentials or NoCredentials()
        self._resolve = resolve
        self._cache = MirrorCache(options.folder, options.quota_bytes)
        self._threads = ThreadPoolExecutor(options.parallel, thread_name_prefix="git")
        slots = asyncio.Semaphore(options.parallel)
        self._fetches: Flights[str, Mapping[str, str]] = Flights(slots)
        self._listings: Flights[None, Mapping[str, str]] = Flights(slots)
        _configure_libgit2(options)

    async def resolve_tip(self, url: str, branch: str) -> str:
        check_branch(branch)
        tips = await self.list_tips(url)
        if branch not in tips:
            empty = "" if tips else " (it is empty)"
            raise BranchNotFoundError(f"{url} has no branch {branch}{empty}")
        return tips[branch]

    async def list_tips(self, url: str) -> Mapping[str, str]:
        async def list_all(_: frozenset[None]) -> Mapping[str, str]:
            return await self._at_server(url, name, lambda conversation: conversation.tips())

        name = await self._name(url)
        return await self._listings.join(name, None, list_all)

    async def fetch(self, url: str, branch: str) -> str:
        async def fetch_all(branches: frozenset[str]) -> Mapping[str, str]:
            references = {wanted: _reference(wanted) for wanted in branches}
            return await self._at_server(url, name, lambda conversation: conversation.fetch(references))

        check_branch(branch)
        name = await self._name(url)
        tips = await self._fetches.join(name, branch, fetch_all)
        if branch not in tips:
            raise BranchNotFoundError(f"{url} has no branch {branch}")
        return tips[branch]

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
        name = await self._name(url)

        def read() -> _Answer:
            with self._cache.opened(name) as mirror:
                try:
                    return ask(TreeReader(mirror.repository, self._options.limits))
                except (pygit2.GitError, KeyError, OSError) as error:
                    self._cache.discard(mirror)
                    raise RepositoryUnreachableError(
                        f"our mirror of {url} is damaged ({error}) and was thrown away; "
                        "it is fetched again with the next try"
                    ) from None

        return await asyncio.to_thread(read)

    async def _at_server(
        self, url: str, name: str, ask: Callable[[Conversation], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """Talk to the server; once more if it refuses credentials that have been rotated."""
        repository = repository_id(url)
        credentials = await self._credentials.read(repository)
        try:
            return await self._talk(url, name, credentials, ask)
        except CredentialsRefusedError:
            newer = await self._credentials.read(repository, fresh=True)
            if newer is None or newer == credentials:
                raise
        return await self._talk(url, name, newer, ask)

    async def _talk(
        self,
        url: str,
        name: str,
        credentials: GitCredentials | None,
        ask: Callable[[Conversation], Mapping[str, str]],
    ) -> Mapping[str, str]:
        peer = Peer(url=url, name=name, credentials=credentials)
        conversation = Conversation(peer, self._options, self._cache, self._resolve)
        thread = asyncio.get_running_loop().run_in_executor(self._threads, ask, conversation)
        try:
            return await asyncio.shield(thread)
        except asyncio.CancelledError:
            conversation.cancel()
            # The mirror is the thread's until it has ended, which takes moments now.
            await asyncio.wait([thread])
            raise

    async def _name(self, url: str) -> str:
        """The mirror's: another repository, or the same with another credential, has another."""
        if normalise_url(url).startswith("file:") and not self._options.allow_file:
            raise RepositoryUrlError(
                f"{url}: files are repositories only where GITMOXI_GIT_ALLOW_FILE=1 is set"
            )
        repository = repository_id(url)
        identity = await self._credentials.identity(repository)
        suffix = hashlib.sha256(identity.encode()).hexdigest()[:16] if identity else "public"
        return f"{repository}-{suffix}"


def _reference(branch: str) -> str:
    """A flat name: as a path, ``a`` left behind would be in the way of a later ``a/b``."""
    return f"refs/gitmoxi/{hashlib.sha256(branch.encode()).hexdigest()[:32]}"


def _configure_libgit2(options: GitMirrorOptions) -> None:
    """Set what libgit2 keeps per process: time limits, authorities, and no user's configuration.

    A user's configuration could rewrite URLs.
    """
    for level in _USERS_CONFIG:
        pygit2.settings.search_path[level] = ""
    milliseconds = int((options.limits.server_timeout_seconds + _OUR_PATIENCE_SECONDS) * 1000)
    pygit2.settings.server_connect_timeout = milliseconds
    pygit2.settings.server_timeout = milliseconds
    if options.ca_file is not None:
        pygit2.settings.set_ssl_cert_locations(str(options.ca_file), None)
