"""Whether a repository can be read, and which of its registered branches are not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryHealth:
    """What the last look at a repository's server found; a look that finds the same is not written down.

    ``checked_at`` is the look that found it first. ``failures`` are the looks in a row that failed, since
    ``failing_since``; before ``retry_at`` there is none. ``missing_branches`` are registered and not at the
    server: nothing of them is deployed or deleted. ``alerted``: people were told of this streak of failures.
    ``revision`` counts the writes, for conditional ones.
    """

    repository_id: str
    checked_at: datetime
    ok: bool
    because: str
    failing_since: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    missing_branches: tuple[str, ...] = ()
    alerted: bool = False
    revision: int = 0
