"""Taking and holding a target's lease, measured on our own monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gitmoxi.domain.targets import Target
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.leases import LeaseGrant, LeaseRow, LeaseStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTimes:
    """Durations in seconds. ``call_timeout`` is the longest that one AWS call can take.

    A mutation starts only while more than ``call_timeout + margin`` of the lease remains, so that it has
    ended, one way or the other, before anybody else may take the target.
    """

    ttl: float = 45.0
    call_timeout: float = 12.0
    margin: float = 5.0

    def __post_init__(self) -> None:
        if self.ttl <= self.call_timeout + self.margin:
            raise ValueError(
                f"a lease of {self.ttl} s cannot hold a call of {self.call_timeout} s "
                f"and a margin of {self.margin} s"
            )


class HeldLease:
    """A lease in our hands; ``now`` is the database's time, carried on by our monotonic clock."""

    def __init__(self, *, clock: Clock, times: LeaseTimes, grant: LeaseGrant, asked_at: float) -> None:
        self._clock = clock
        self._times = times
        self._asked_at = asked_at
        self._granted_at = clock.monotonic()
        self._server_time = grant.server_time
        self.epoch = grant.epoch
        self.nonce = grant.nonce

    def now(self) -> datetime:
        return self._server_time + timedelta(seconds=self._clock.monotonic() - self._granted_at)

    def may_mutate(self) -> bool:
        """Whether a call that starts now ends while the lease is surely ours."""
        elapsed = self._clock.monotonic() - self._asked_at
        return self._times.ttl - elapsed > self._times.call_timeout + self._times.margin


class LeaseKeeper:
    """Takes leases for one process. A foreign lease is taken over only after it stood still for its TTL."""

    def __init__(self, *, store: LeaseStore, clock: Clock, ids: Ids, times: LeaseTimes, owner: str) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._times = times
        self._owner = owner
        self._seen: dict[str, tuple[LeaseRow, float]] = {}

    async def take(self, target: Target) -> HeldLease | None:
        """The lease, or None while somebody else holds it."""
        nonce = self._ids.ulid()
        before = self._clock.monotonic()
        answer = await self._store.take(target, owner=self._owner, nonce=nonce, seen=self._stale(target.id))
        if isinstance(answer, LeaseRow):
            self._remember(target.id, answer, before)
            return None
        self._seen.pop(target.id, None)
        return HeldLease(clock=self._clock, times=self._times, grant=answer, asked_at=before)

    async def release(self, target: Target, lease: HeldLease) -> None:
        await self._store.release(target, nonce=lease.nonce)

    def _stale(self, target_id: str) -> LeaseRow | None:
        row, since = self._seen.get(target_id, (None, 0.0))
        return row if row is not None and self._clock.monotonic() - since >= self._times.ttl else None

    def _remember(self, target_id: str, row: LeaseRow, at: float) -> None:
        known = self._seen.get(target_id)
        if known is None or known[0].nonce != row.nonce:
            self._seen[target_id] = (row, at)
