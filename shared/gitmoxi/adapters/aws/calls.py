"""What every call to AWS has in common: its turn, its client, its errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.errors import ThrottledError


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is to be known about an API operation before it is called.

    Attributes:
        mutation: it changes something, so a lost answer leaves the outcome open.
        group: whose request limit it counts against; None where AWS publishes none.
        urgent: it brings traffic back and may use the reserve of its group.
    """

    mutation: bool = False
    group: ApiGroup | None = None
    urgent: bool = False


class ServiceCalls:
    """Calls of one AWS service."""

    def __init__(
        self, service: str, operations: Mapping[str, Operation], *, clients: ClientSource, limits: RateLimits
    ) -> None:
        self._service = service
        self._operations = operations
        self._clients = clients
        self._limits = limits

    @asynccontextmanager
    async def calling(self, operation: str, *, account: str, region: str) -> AsyncIterator[Any]:
        """The client for one call of ``operation``, once it is our turn; errors inside become ours.

        A throttle of AWS's slows down the calls of the same group.
        """
        known = self._operations[operation]
        client = await self._clients.client(self._service, account=account, region=region)
        if known.group is not None:
            await self._limits.acquire(account, region, known.group, urgent=known.urgent)
        try:
            async with aws_errors(f"{self._service}:{operation}", mutation=known.mutation):
                yield client
        except ThrottledError as error:
            if known.group is not None:
                error.retry_after_seconds = self._limits.throttled(account, region, known.group)
            raise
