"""What an installation decides about Git."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gitmoxi.adapters.git.limits import GitLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class GitMirrorOptions:
    """What the settings say about Git.

    Attributes:
        folder: where mirrors lie; of one process only, since libgit2's locks are not made for more.
        allowed_hosts: see :func:`gitmoxi.adapters.git.hosts.look_up`.
        allow_file: whether ``file://`` is allowed.
        ca_file: PEM file of authorities that are trusted beside the system's.
        quota_bytes: what all mirrors may take together; the least recently used are evicted.
        parallel: how many servers are talked to at the same time.
    """

    folder: Path
    allowed_hosts: tuple[str, ...] = ()
    allow_file: bool = False
    ca_file: Path | None = None
    quota_bytes: int = 8 << 30
    parallel: int = 8
    limits: GitLimits = field(default_factory=GitLimits)
