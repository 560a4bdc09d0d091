"""Talks to a Git server through libgit2: lists its branches, and brings their histories here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pygit2
from pygit2.enums import CredentialType
from pygit2.remotes import TransferProgress

from gitmoxi.adapters.git.egress import Egress
from gitmoxi.adapters.git.faults import refused, too_large, too_slow
from gitmoxi.adapters.git.limits import TransferLimits
from gitmoxi.ports.git import GitCredentials

_HEADS = "refs/heads/"


class GitServer:
    """One repository at its server, seen for the length of one conversation.

    Errors are libgit2's own, except what the callbacks find, which are ours.
    """

    def __init__(
        self,
        url: str,
        *,
        repository: pygit2.Repository,
        credentials: GitCredentials | None,
        limits: TransferLimits,
        egress: Egress | None,
        cancelled: Callable[[], bool],
    ) -> None:
        # A remote without a name writes no configuration, and fetches no tags.
        self._remote = repository.remotes.create_anonymous(url)
        self._repository = repository
        self._proxy_url = None if egress is None else egress.proxy_url
        self._callbacks = partial(_Callbacks, url, credentials, limits, egress, cancelled)

    def tips(self) -> dict[str, str]:
        """All branches and their newest commits."""
        heads = self._remote.list_heads(callbacks=self._callbacks(), proxy=self._proxy_url)
        return {
            head.name.removeprefix(_HEADS): str(head.oid)
            for head in heads
            if head.name is not None and head.name.startswith(_HEADS)
        }

    def fetch(self, references: Mapping[str, str]) -> dict[str, str]:
        """Bring branches' histories here and point a reference at each tip; the tips of those that exist.

        All within one connection, so that the tips and the histories are of one moment.
        """
        tips = self.tips()
        wanted = {branch: tips[branch] for branch in references if branch in tips}
        behind = [branch for branch, tip in wanted.items() if self._known(references[branch]) != tip]
        if behind:
            specs = [f"+{_HEADS}{branch}:{references[branch]}" for branch in behind]
            self._remote.fetch(specs, callbacks=self._callbacks(), proxy=self._proxy_url)
        return wanted

    def _known(self, reference: str) -> str | None:
        """What the reference points to, if that commit is really here."""
        known = self._repository.references.get(reference)
        if known is None or known.target not in self._repository:
            return None
        return str(known.target)


class _Callbacks(pygit2.RemoteCallbacks):
    """Hands credentials over in memory, once, and ends a transfer that takes too much."""

    def __init__(
        self,
        url: str,
        credentials: GitCredentials | None,
        limits: TransferLimits,
        egress: Egress | None,
        cancelled: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._url = url
        self._credentials = credentials
        self._limits = limits
        self._egress = egress
        self._cancelled = cancelled
        self._handed_over = False
        self._deadline = time.monotonic() + limits.seconds

    def credentials(
        self, url: str, _username_from_url: str | None, allowed_types: CredentialType
    ) -> pygit2.UserPass:
        """Called by libgit2 when the server asks; again when it refused what it got."""
        if self._credentials is None:
            raise refused(self._url, None, "it asks who we are")
        elsewhere = urlsplit(url).netloc != urlsplit(self._url).netloc
        if self._handed_over or elsewhere or not allowed_types & CredentialType.USERPASS_PLAINTEXT:
            raise refused(self._url, self._credentials, "status code: 401")
        self._handed_over = True
        return pygit2.UserPass(self._credentials.username, self._credentials.password)

    def certificate_check(self, _certificate: None, valid: bool, _host: bytes) -> bool:  # noqa: FBT001 - pygit2's
        """Called by libgit2 with OpenSSL's opinion."""
        if not valid and self._egress is not None:
            # Never "no": behind a proxy libgit2 1.9 then writes to a stream that it freed (ADR 17). The
            # connection is closed when this returns: nothing that libgit2 sends after it goes anywhere.
            self._egress.distrust()
        return True

    def transfer_progress(self, stats: TransferProgress) -> Any:
        """Called for every packet and every object; an exception ends the transfer."""
        if stats.received_bytes > self._limits.total_bytes:
            raise too_large(self._url, self._limits)
        if self._cancelled() or time.monotonic() > self._deadline:
            raise too_slow(self._url, self._limits)
