"""Saying each thing once, and never an older one after a newer one, whichever worker says it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from gitmoxi.domain.telling import Told
from gitmoxi.errors import PermanentError, RetryableError, ThrottledError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.telling import ToldStore

BUSY = timedelta(seconds=120)
"""Far longer than all requests of one saying may take together: only a dead worker's claim is taken over."""

_LOOK_AGAIN_SECONDS = 3.0


class Spoken(StrEnum):
    """What became of a saying."""

    SAID = "said"
    SAID_BEFORE = "said before"
    OUTDATED = "outdated"
    """Something newer was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """``text`` about one thing of a repository; a higher ``order`` tells of something newer."""

    repository_id: str
    about: str
    text: str
    order: int = 0

    @property
    def digest(self) -> str:
        """Stands for the text in what is remembered."""
        return hashlib.sha256(self.text.encode(errors="surrogatepass")).hexdigest()[:32]


Send = Callable[[str], Awaitable[str]]
"""Sends it; takes and gives the other side's name for it, empty where there is none."""


class Speaker:
    """Claims a thing, says it, and writes down what was said.

    The claim keeps two workers from overtaking each other at the other side: whoever meets it comes back
    later, and reads again what is to be said. After a crash the same is said again.
    """

    def __init__(self, *, memory: ToldStore, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    async def say(self, saying: Saying, send: Send) -> Spoken:
        """Say it, if it was not said before.

        Raises:
            ContentionError, ThrottledError: somebody else is at it: read again, and come back.
            RetryableError, PermanentError: what ``send`` raised; the claim is given back.
        """
        told = await self._memory.told(saying.repository_id, saying.about)
        now = self._clock.now()
        if told.order > saying.order:
            return Spoken.OUTDATED
        if told.busy_until is not None and now < told.busy_until:
            raise ThrottledError(
                f"another worker is telling {saying.about}", retry_after_seconds=_LOOK_AGAIN_SECONDS
            )
        if told.said == saying.digest:
            return Spoken.SAID_BEFORE
        claimed = _next(told, busy=True, clock=self._clock)
        await self._memory.put(claimed)
        try:
            ref = await send(told.ref)
        except (RetryableError, PermanentError):
            await self._memory.put(_next(claimed, busy=False, clock=self._clock))
            raise
        done = _next(claimed, busy=False, clock=self._clock)
        await self._memory.put(
            replace(done, said=saying.digest, order=saying.order, ref=ref, at=self._clock.now())
        )
        return Spoken.SAID


def _next(told: Told, *, busy: bool, clock: Clock) -> Told:
    until = clock.now() + BUSY if busy else None
    return replace(told, revision=told.revision + 1, busy_until=until)
