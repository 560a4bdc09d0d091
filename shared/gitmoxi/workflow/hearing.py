"""Whether AWS's events reach us: one that came shows that the way from its account and region is open."""

from __future__ import annotations

from gitmoxi.domain.targets import Target
from gitmoxi.ports.clock import Clock

REMEMBERED_SECONDS = 900.0
"""How long one event speaks for the next ones."""


class Hearing:
    """What one process has heard lately, by account and region."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[tuple[str, str], float] = {}

    def heard(self, target: Target) -> None:
        """An event about ``target`` came."""
        self._heard[target.account, target.region] = self._clock.monotonic()

    def recently(self, target: Target) -> bool:
        """Whether an event about this or a neighbouring target came of late."""
        at = self._heard.get((target.account, target.region))
        return at is not None and self._clock.monotonic() - at < REMEMBERED_SECONDS
