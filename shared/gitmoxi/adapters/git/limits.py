"""How large a repository, a tree, a file and a wait may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLimits:
    """Caps against huge or hostile repositories; far above what definitions need."""

    files: int = 20_000
    depth: int = 40
    """Folders within folders; every level costs a look-up per file."""
    blob_bytes: int = 1 << 20
    read_bytes: int = 64 << 20
    """All blobs of one ``read_blobs`` together."""
    fetch_bytes: int = 2 << 30
    """What a server may send for one fetch, as it comes over the wire."""
    fetch_seconds: float = 600.0
    tips_bytes: int = 64 << 20
    """What a server may send for the list of its branches: about a million of them."""
    tips_seconds: float = 60.0
    server_timeout_seconds: float = 30.0
    """For a connection to come about, and between two packets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLimits:
    """The caps of one conversation with a server."""

    total_bytes: int
    seconds: float
    silence_seconds: float
