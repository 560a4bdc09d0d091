"""What was last told to the world outside, so that nothing is told twice, or older after newer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The memory of one thing that is told: a commit's status, a pull request's comment, a notice.

    ``about`` names it within its repository. ``said`` is a digest or the text that was told last, empty if
    nothing was yet; ``order`` grows with what it was told of, so that older facts never replace newer ones.
    ``ref`` is the other side's name for it, such as a comment's id. Until ``busy_until`` a worker is at it;
    until ``look_at`` a message is on its way that will look again. ``revision`` counts the writes.
    """

    repository_id: str
    about: str
    said: str = ""
    order: int = 0
    ref: str = ""
    at: datetime | None = None
    busy_until: datetime | None = None
    look_at: datetime | None = None
    revision: int = 0
