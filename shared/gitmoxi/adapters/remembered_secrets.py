"""Secrets that are remembered for some minutes, in this process's memory only."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

from gitmoxi.domain.secret_refs import SecretRef
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.secrets import Secrets

MAX_AGE_SECONDS = 300.0
"""How long a replaced secret is used on by whoever is not refused.

AWS's own caching clients remember for an hour, for each read costs
(https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-ref-secretcacheconfig.html).
Five minutes cost cents, and a person who takes a token back sees it go out of use while still watching.
"""


@dataclass(slots=True)
class _Slot:
    """What is known of one secret; ``asked`` is the ticket of the read that answered last."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: int = -1
    read_at: float = 0.0
    answer: str | GitmoxiError | None = field(default=None, repr=False)


class RememberedSecrets:
    """``Secrets`` over another, which is asked once for all who want the same secret at the same time."""

    def __init__(self, source: Secrets, clock: Clock, *, max_age_seconds: float = MAX_AGE_SECONDS) -> None:
        self._source = source
        self._clock = clock
        self._max_age_seconds = max_age_seconds
        self._slots: dict[SecretRef, _Slot] = {}
        self._tickets = itertools.count()

    async def read(self, ref: SecretRef, *, fresh: bool = False) -> str:
        """As the other says; a read that began after we asked is fresh enough for anybody."""
        ticket = next(self._tickets)
        self._forget_old()
        slot = self._slots.setdefault(ref, _Slot())
        async with slot.lock:
            if not (slot.asked > ticket or (not fresh and self._is_young(slot))):
                await self._ask(ref, slot)
            if isinstance(slot.answer, str):
                return slot.answer
            assert slot.answer is not None, "a slot that was asked has an answer"
            raise slot.answer.with_traceback(None)

    async def _ask(self, ref: SecretRef, slot: _Slot) -> None:
        """Errors are for those who wait now; the next one to come asks again."""
        ticket = next(self._tickets)
        try:
            slot.answer = await self._source.read(ref, fresh=True)
        except GitmoxiError as error:
            slot.answer = error
        slot.asked, slot.read_at = ticket, self._clock.monotonic()

    def _is_young(self, slot: _Slot) -> bool:
        return isinstance(slot.answer, str) and self._clock.monotonic() - slot.read_at < self._max_age_seconds

    def _forget_old(self) -> None:
        """Whoever waits for a slot that is forgotten still has it in hand."""
        for ref in [ref for ref, slot in self._slots.items() if not self._is_young(slot)]:
            if not self._slots[ref].lock.locked():
                del self._slots[ref]
