"""What a webhook can tell us, whichever host it is from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchMoved:
    """A branch has a new tip, or is gone (``commit`` None); ``addresses`` are the repository's."""

    branch: str
    commit: str | None
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """The plan of a pull (or merge) request may be another now; its head lies in the repository itself."""

    number: int
    branch: str
    """Into which it would be merged."""
    head: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Nothing is to be done, and why."""

    because: str


Told = BranchMoved | PullRequest | Ignored
