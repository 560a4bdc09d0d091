"""One conversation with a repository's server: from the look-up of its host to a sound mirror."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import pygit2

from gitmoxi.adapters.git.cache import MirrorCache
from gitmoxi.adapters.git.certificates import distrusted
from gitmoxi.adapters.git.egress import Egress
from gitmoxi.adapters.git.faults import translated
from gitmoxi.adapters.git.hosts import Resolver, look_up
from gitmoxi.adapters.git.limits import TransferLimits
from gitmoxi.adapters.git.options import GitMirrorOptions
from gitmoxi.adapters.git.server import GitServer
from gitmoxi.ports.git import GitCredentials, RepositoryUnreachableError

_Answer = TypeVar("_Answer")

_LISTING = "listing"
"""An empty mirror: libgit2 wants a repository even to ask for branches, and polling must not make mirrors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Whom we talk to, as whom, and the mirror's name."""

    url: str
    name: str
    credentials: GitCredentials | None


class Conversation:
    """Blocks the thread that calls ``tips`` or ``fetch``; another may ``cancel``."""

    def __init__(self, peer: Peer, options: GitMirrorOptions, cache: MirrorCache, resolve: Resolver) -> None:
        self._peer = peer
        self._options = options
        self._cache = cache
        self._resolve = resolve
        self._cancelled = threading.Event()
        self._egress: Egress | None = None

    def cancel(self) -> None:
        """Close the connection: the thread that talks gets an error within moments."""
        self._cancelled.set()
        if self._egress is not None:
            self._egress.stop()

    def tips(self) -> Mapping[str, str]:
        """All branches and their newest commits."""
        limits = self._options.limits
        bounds = TransferLimits(
            total_bytes=limits.tips_bytes,
            seconds=limits.tips_seconds,
            silence_seconds=limits.server_timeout_seconds,
        )
        with self._cache.opened(_LISTING) as mirror:
            return self._ask(mirror.repository, bounds, lambda server: server.tips())

    def fetch(self, references: Mapping[str, str]) -> Mapping[str, str]:
        """Bring branches into the mirror, made anew if it is damaged; the tips of those that exist."""
        tips = self._fetch_into_sound_mirror(references)
        if tips is None:
            tips = self._fetch_into_sound_mirror(references)
        if tips is None:
            raise RepositoryUnreachableError(
                f"{self._peer.url} was fetched and cannot be read back: check the disk of GITMOXI_GIT_FOLDER"
            )
        self._cache.make_room(self._peer.name)
        return tips

    def _fetch_into_sound_mirror(self, references: Mapping[str, str]) -> Mapping[str, str] | None:
        """The tips; None when the mirror was found damaged, and thrown away."""
        limits = self._options.limits
        bounds = TransferLimits(
            total_bytes=limits.fetch_bytes,
            seconds=limits.fetch_seconds,
            silence_seconds=limits.server_timeout_seconds,
        )
        with self._cache.opened(self._peer.name) as mirror:
            try:
                tips = self._ask(mirror.repository, bounds, lambda server: server.fetch(references))
                sound = all(_has_tree(mirror.repository, tip) for tip in tips.values())
            except RepositoryUnreachableError:
                if _is_whole(mirror.repository):
                    raise
                tips, sound = {}, False
            if not sound:
                self._cache.discard(mirror)
        return tips if sound else None

    def _ask(
        self, repository: pygit2.Repository, limits: TransferLimits, ask: Callable[[GitServer], _Answer]
    ) -> _Answer:
        url = self._peer.url
        try:
            if url.startswith("file:"):
                return ask(self._server(repository, limits, None))
            return self._through_egress(repository, limits, ask)
        except (pygit2.GitError, OSError, KeyError, ValueError) as error:
            raise translated(url, self._peer.credentials, error) from None

    def _through_egress(
        self, repository: pygit2.Repository, limits: TransferLimits, ask: Callable[[GitServer], _Answer]
    ) -> _Answer:
        url = self._peer.url
        destination = look_up(url, self._options.allowed_hosts, self._resolve)
        with Egress(url, destination, limits) as egress:
            self._egress = egress
            if self._cancelled.is_set():
                egress.stop()
            try:
                return ask(self._server(repository, limits, egress))
            except (pygit2.GitError, OSError, KeyError, ValueError):
                if egress.distrusted:
                    raise distrusted(
                        url, destination, self._options.ca_file, limits.silence_seconds
                    ) from None
                if egress.verdict is not None:
                    raise egress.verdict from None
                raise

    def _server(
        self, repository: pygit2.Repository, limits: TransferLimits, egress: Egress | None
    ) -> GitServer:
        return GitServer(
            self._peer.url,
            repository=repository,
            credentials=self._peer.credentials,
            limits=limits,
            egress=egress,
            cancelled=self._cancelled.is_set,
        )


def _has_tree(repository: pygit2.Repository, sha: str) -> bool:
    try:
        return repository[sha].peel(pygit2.Commit).tree is not None
    except (pygit2.GitError, KeyError, OSError, ValueError):
        return False


def _is_whole(repository: pygit2.Repository) -> bool:
    """Whether every commit of the mirror and its tree can be read: asked only when a fetch failed."""
    try:
        return all(
            commit.tree_id in repository
            for name in repository.references
            for commit in repository.walk(repository.references[name].target)
        )
    except (pygit2.GitError, KeyError, OSError, ValueError):
        return False
