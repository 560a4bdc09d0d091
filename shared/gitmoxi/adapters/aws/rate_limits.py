"""Token buckets that keep our calls under AWS's published request limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.errors import InvariantError, ThrottledError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.remembering import takes_what_is_spare


class ApiGroup(StrEnum):
    """Operations that AWS counts together, per account and region."""

    ECS_TASK_DEFINITION_WRITES = "ECS task definition changes"
    ECS_TASK_DEFINITION_READS = "ECS task definition reads"
    ECS_SERVICE_WRITES = "ECS service changes"
    ECS_SERVICE_READS = "ECS service reads"
    ECS_SERVICE_DEPLOYMENT_READS = "ECS service deployment reads"
    ECS_TASK_READS = "ECS task reads"
    LAMBDA_CONTROL_PLANE = "Lambda control plane calls"
    LAMBDA_GET_FUNCTION = "Lambda GetFunction calls"
    ELB_WRITES = "Elastic Load Balancing changes"
    ELB_READS = "Elastic Load Balancing reads"
    CLOUDWATCH_ALARM_READS = "CloudWatch alarm reads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bucket's size and refill.

    Attributes:
        burst: calls that a full bucket allows at once.
        per_second: calls that come back each second.
        reserved_percent: the part of both that only urgent calls (bringing traffic back) may use.
    """

    burst: float
    per_second: float
    reserved_percent: float = 0.0

    def part(self, fraction: float) -> Limit:
        """This limit times ``fraction``, none of it reserved."""
        return Limit(burst=self.burst * fraction, per_second=self.per_second * fraction)


# ECS: "Request throttling for the Amazon ECS API" of its API reference. Lambda: "Lambda quotas" of its
# developer guide, which names rates only; so the burst is one second's worth. Elastic Load Balancing:
# "Request throttling" of its user guide. CloudWatch: "CloudWatch service quotas" of its user guide,
# rates only.
PUBLISHED_LIMITS: Mapping[ApiGroup, Limit] = {
    ApiGroup.ECS_TASK_DEFINITION_WRITES: Limit(burst=20, per_second=1),
    ApiGroup.ECS_TASK_DEFINITION_READS: Limit(burst=50, per_second=20),
    ApiGroup.ECS_SERVICE_WRITES: Limit(burst=50, per_second=5),
    ApiGroup.ECS_SERVICE_READS: Limit(burst=100, per_second=20),
    ApiGroup.ECS_SERVICE_DEPLOYMENT_READS: Limit(burst=50, per_second=20),
    ApiGroup.ECS_TASK_READS: Limit(burst=100, per_second=20),
    ApiGroup.LAMBDA_CONTROL_PLANE: Limit(burst=15, per_second=15, reserved_percent=20),
    ApiGroup.LAMBDA_GET_FUNCTION: Limit(burst=100, per_second=100),
    ApiGroup.ELB_WRITES: Limit(burst=20, per_second=3, reserved_percent=25),
    ApiGroup.ELB_READS: Limit(burst=40, per_second=10, reserved_percent=25),
    ApiGroup.CLOUDWATCH_ALARM_READS: Limit(burst=9, per_second=9),
}


_LEFT_TO_OTHERS = 1 / 2
"""The part of a full bucket that reads without a deployment behind them leave to those that have one."""

_SPARE_WITHIN_SECONDS = 30.0
"""How long such reads wait for their turn: no lease runs on meanwhile."""

_SHORTEST_SECONDS = 0.001
"""A shorter wait could be lost in the rounding of a clock."""

_SLOWEST = 1 / 16
"""The part of its refill that a bucket keeps however often AWS throttles us."""

_RECOVERED_PER_SECOND = 1 / 20
"""The part of its refill that a bucket wins back each second: after one throttle, all of it in ten."""

_SLOWED_AGAIN_SECONDS = 1.0
"""Throttles within this are one event: they answer calls that were sent at the same time."""


class TokenBucket:
    """Pure: time is an argument, in seconds that never go back."""

    def __init__(self, limit: Limit, *, now: float) -> None:
        self._limit = limit
        self._tokens = limit.burst
        self._filled_at = now
        self._pace = 1.0
        self._slowed_at = -_SLOWED_AGAIN_SECONDS

    def wait(self, *, now: float, leaving: float = 0.0) -> float:
        """Seconds until there is a token to take, and beside it the part ``leaving`` of a full bucket."""
        elapsed = max(0.0, now - self._filled_at)
        self._pace = min(1.0, self._pace + elapsed * _RECOVERED_PER_SECOND)
        self._tokens = min(self._limit.burst, self._tokens + elapsed * self.per_second)
        self._filled_at = max(now, self._filled_at)
        wanted = 1.0 + leaving * max(0.0, self._limit.burst - 1.0)
        return max(0.0, (wanted - self._tokens) / self.per_second)

    @property
    def per_second(self) -> float:
        """The refill at present: the limit's, or less after AWS has throttled us."""
        return self._limit.per_second * self._pace

    def slow_down(self, *, now: float) -> None:
        """AWS throttled a call: the bucket is empty, for others draw from it too, and fills half as fast."""
        self.wait(now=now)
        self._tokens = min(self._tokens, 0.0)
        if now - self._slowed_at >= _SLOWED_AGAIN_SECONDS:
            self._pace = max(_SLOWEST, self._pace / 2)
            self._slowed_at = now

    def take(self) -> None:
        """Take a token; one that is not there yet is owed, and who comes later waits longer."""
        self._tokens -= 1.0


class _Pool:
    """The buckets of one account, region and API group: for all calls, and for urgent ones only."""

    def __init__(self, limit: Limit, *, share: float, now: float) -> None:
        reserved = limit.reserved_percent / 100
        self._common = TokenBucket(limit.part(share * (1 - reserved)), now=now)
        self._reserve = TokenBucket(limit.part(share * reserved), now=now) if reserved else None
        self._promised = now

    def spare_in(self, *, now: float) -> float:
        """Seconds until a token may be taken that nobody else will miss."""
        return self._common.wait(now=now, leaving=_LEFT_TO_OTHERS)

    def take(self, *, now: float, max_wait_seconds: float, urgent: bool) -> float | None:
        """Take a token: seconds to wait for it, or None, with nothing taken, if they are too many."""
        bucket, wait = self._common, self._common.wait(now=now)
        if urgent and self._reserve is not None and (sooner := self._reserve.wait(now=now)) < wait:
            bucket, wait = self._reserve, sooner
        if wait > max_wait_seconds:
            return None
        bucket.take()
        return wait

    def promise(self, *, now: float) -> float:
        """Seconds after which to ask again: each who is turned away gets a moment of his own.

        Nothing is reserved. Yet hundreds that come back together would only be turned away again.
        """
        earliest = now + self._common.wait(now=now)
        self._promised = max(self._promised + 1 / self._common.per_second, earliest)
        return self._promised - now

    def slow_down(self, *, now: float) -> None:
        """AWS throttled a call of this group."""
        for bucket in filter(None, (self._common, self._reserve)):
            bucket.slow_down(now=now)


class RateLimits:
    """One pool of calls per account, region and API group, shared by all adapters of a process.

    ``share`` is the part of AWS's limits that this process may use, for AWS counts all callers of an
    account together. ``max_wait_seconds`` bounds a call's wait: the lease under which it is made runs on,
    and its margins leave no room for more.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        share: float = 1.0,
        max_wait_seconds: float = 2.0,
        limits: Mapping[ApiGroup, Limit] = PUBLISHED_LIMITS,
    ) -> None:
        if share <= 0:
            raise InvariantError(f"the share of AWS's request limits must be above 0, not {share}")
        self._clock = clock
        self._share = share
        self._max_wait_seconds = max_wait_seconds
        self._limits = limits
        self._pools: dict[tuple[str, str, ApiGroup], _Pool] = {}

    async def acquire(self, account: str, region: str, group: ApiGroup, *, urgent: bool = False) -> None:
        """Wait until a call may be made; one that takes what is spare leaves half of the bucket to others.

        Raises:
            ThrottledError: the wait would be too long. Nothing was sent.
        """
        if takes_what_is_spare():
            await self._until_spare(account, region, group)
        now = self._clock.monotonic()
        pool = self._pool(account, region, group)
        wait = pool.take(now=now, max_wait_seconds=self._max_wait_seconds, urgent=urgent)
        if wait is None:
            raise ThrottledError(
                f"the {group} in account {account}, {region} have used up our part of AWS's request limit "
                f"({self._limits[group].per_second * self._share:g} a second): not sent, try again later",
                retry_after_seconds=pool.promise(now=now),
            )
        if wait > 0:
            await self._clock.sleep(wait)

    async def _until_spare(self, account: str, region: str, group: ApiGroup) -> None:
        """Wait without a place in the queue: nobody ever waits for what is spare behind us.

        Raises:
            ThrottledError: others need all that there is.
        """
        pool, began = self._pool(account, region, group), self._clock.monotonic()
        while (wait := pool.spare_in(now=self._clock.monotonic())) > 0:
            if self._clock.monotonic() + wait - began > _SPARE_WITHIN_SECONDS:
                raise ThrottledError(
                    f"the {group} in account {account}, {region} leave nothing to spare of our part of AWS's "
                    "request limit: not sent, it is tried again later"
                )
            await self._clock.sleep(max(wait, _SHORTEST_SECONDS))

    def throttled(self, account: str, region: str, group: ApiGroup) -> float:
        """AWS throttled a call although we kept to our part: seconds after which to ask again.

        Others call AWS too, our own further processes among them: we go on at half the rate, and win it back
        within seconds.
        """
        now = self._clock.monotonic()
        pool = self._pool(account, region, group)
        pool.slow_down(now=now)
        return pool.promise(now=now)

    def _pool(self, account: str, region: str, group: ApiGroup) -> _Pool:
        key = (account, region, group)
        if key not in self._pools:
            self._pools[key] = _Pool(self._limits[group], share=self._share, now=self._clock.monotonic())
        return self._pools[key]
