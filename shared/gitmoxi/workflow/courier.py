"""Committing to the ledger and then publishing what the commit put into the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from gitmoxi.domain.deployments import SHARDS
from gitmoxi.domain.states import Worker
from gitmoxi.errors import GitmoxiError, PermanentError, RetryableError
from gitmoxi.ports.ledger import Ledger, OutboxEvent, PutOutbox, Write
from gitmoxi.ports.messaging import EventPublisher

Edge = Callable[[str], None]
"""Called at named I/O edges; tests kill the process there."""


def no_edge(name: str) -> None:
    """Nothing happens at this edge."""


class Courier:
    """Carries events from the outbox to the bus: at once after a commit, and again from the sweeper."""

    def __init__(self, *, ledger: Ledger, publisher: EventPublisher, edge: Edge = no_edge) -> None:
        self._ledger = ledger
        self._publisher = publisher
        self._edge = edge

    async def commit(self, writes: Sequence[Write]) -> None:
        """Carry out ``writes`` in one transaction and publish its events.

        Publishing that fails, for now or by a refusal, is left to the sweeper: the facts are committed.
        """
        await self._ledger.transact(writes)
        self._edge("commit.before_publish")
        events = [write.event for write in writes if isinstance(write, PutOutbox)]
        if events:
            try:
                await self._publish(events)
            except (RetryableError, PermanentError):
                return

    async def sweep(self, owner: Worker, *, limit: int = 100) -> int:
        """Publish what was left behind by ``owner``; how many events.

        Raises:
            RetryableError: some could not be published; those of other shards are.
            PermanentError: the same, and the bus refuses them for good.
        """
        count = 0
        failure: GitmoxiError | None = None
        for shard in range(SHARDS):
            try:
                events = await self._ledger.outbox(owner, shard, limit)
                if events:
                    await self._publish(events)
                    count += len(events)
            except (RetryableError, PermanentError) as error:
                failure = error
        if failure is not None:
            raise failure
        return count

    async def _publish(self, events: Sequence[OutboxEvent]) -> None:
        await self._publisher.publish(events)
        await asyncio.gather(*(self._ledger.delete_outbox(event) for event in events))
