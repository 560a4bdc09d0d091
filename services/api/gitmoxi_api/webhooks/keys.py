"""The secrets that webhooks are verified with, remembered so that an answer need not wait for AWS."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.secrets import Secrets
from gitmoxi.runtime.logging import get_logger

KEPT_SECONDS = 60.0
"""How long a secret is used without a look at what is stored."""

YOUNG_SECONDS = 15.0
"""A younger secret is not read again when a signature does not fit: forgers would choose how often."""


@dataclass(frozen=True, slots=True)
class _Read:
    at: float
    key: str


class WebhookKeys:
    """Reads through ``secrets``; what cannot be read is an empty key, which no signature fits."""

    def __init__(self, secrets: Secrets, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._read: dict[str, _Read] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def key(self, arn: str | None) -> str:
        """The secret that a registration names; empty if it names none, or none that can be read.

        Raises:
            ThrottledError, UnavailableError: it was never read, and cannot be read now.
        """
        return await self._younger(arn, KEPT_SECONDS, fresh=False) if arn else ""

    async def newer_key(self, arn: str | None, used: str) -> str:
        """The secret after ``used`` did not fit: another one if it was rotated, and empty if not.

        Raises:
            ThrottledError, UnavailableError: as for :meth:`key`.
        """
        key = await self._younger(arn, YOUNG_SECONDS, fresh=True) if arn else ""
        return "" if key == used else key

    async def _younger(self, arn: str, seconds: float, *, fresh: bool) -> str:
        async with self._locks[arn]:
            known = self._read.get(arn)
            if known is not None and self._clock.monotonic() - known.at < seconds:
                return known.key
            try:
                key = await self._secrets.read(parse_secret_ref(arn), fresh=fresh)
            except PermanentError as error:
                get_logger().warning("webhook.secret_unreadable", because=str(error))
                key = ""
            except RetryableError as error:
                if known is None:
                    raise
                get_logger().warning("webhook.secret_kept", because=str(error))
                key = known.key
            self._read[arn] = _Read(self._clock.monotonic(), key)
            return key
