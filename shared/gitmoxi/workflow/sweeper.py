"""The sweeper: finds what is due although nothing woke it, and what was committed but not published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.deployments import SHARDS
from gitmoxi.domain.states import Worker
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import Waker
from gitmoxi.workflow.courier import Courier

PAGE = 100
"""Deployments woken for each shard and sweep; the next sweep takes the next ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """How many deployments were woken, and how many events published."""

    woken: int
    published: int


class Sweeper:
    """Sweeps the shards of one worker."""

    def __init__(self, *, worker: Worker, ledger: Ledger, waker: Waker, courier: Courier) -> None:
        self._worker = worker
        self._ledger = ledger
        self._waker = waker
        self._courier = courier

    async def sweep(self, now: datetime) -> SweepReport:
        """Wake what was due before ``now``, then publish what was left in the outbox.

        Raises:
            RetryableError: not all of it was possible now; the deployments that are due are woken even when
                the bus takes nothing.
        """
        woken = await self._wake_due(now)
        published = await self._courier.sweep(self._worker)
        return SweepReport(woken=woken, published=published)

    async def _wake_due(self, now: datetime) -> int:
        woken = 0
        for shard in range(SHARDS):
            for due in await self._ledger.due(self._worker, shard, now, PAGE):
                tick = Tick(deployment_id=due.deployment_id, version=due.version, worker=self._worker)
                await self._waker.wake(tick, delay_seconds=0)
                woken += 1
        return woken
