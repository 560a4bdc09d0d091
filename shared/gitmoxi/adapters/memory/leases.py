"""Leases beside the target records of a memory ledger."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.domain.targets import Target
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.leases import LeaseGrant, LeaseRow

_NEVER_TAKEN = LeaseRow(owner=None, epoch=0, nonce="")


class MemoryLeaseStore:
    """Leases on the targets of ``ledger``; ``clock`` is the database's own."""

    def __init__(self, ledger: MemoryLedger, clock: Clock) -> None:
        self._leases = ledger.leases
        self._clock = clock

    async def take(
        self, target: Target, *, owner: str, nonce: str, seen: LeaseRow | None
    ) -> LeaseGrant | LeaseRow:
        await asyncio.sleep(0)
        standing = self._leases.get(target.id, _NEVER_TAKEN)
        if standing.owner is None or standing == seen:
            standing = LeaseRow(owner=owner, epoch=standing.epoch + 1, nonce=nonce)
            self._leases[target.id] = standing
        elif standing.nonce != nonce:
            return standing
        return LeaseGrant(epoch=standing.epoch, nonce=nonce, server_time=self._clock.now())

    async def release(self, target: Target, *, nonce: str) -> None:
        await asyncio.sleep(0)
        standing = self._leases.get(target.id)
        if standing is not None and standing.nonce == nonce:
            self._leases[target.id] = replace(standing, owner=None)
