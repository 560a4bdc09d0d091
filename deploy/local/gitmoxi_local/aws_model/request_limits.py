"""AWS's throttling of requests: a token bucket per API group, account and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gitmoxi_local.aws_model.base import AwsError, CallContext, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many calls an API group takes at once, and how many a second in the long run."""

    group: str
    burst: float
    per_second: float


@dataclass(slots=True)
class _Level:
    tokens: float
    moment: datetime


@dataclass(slots=True, kw_only=True)
class RequestLimits:
    """The buckets of one service, by operation; an operation without one is never throttled.

    Attributes:
        code: the service's error for those who call too often, with its ``status``.
        enabled: off by default, so that only those who ask for it are throttled.
        refused: how many calls were throttled, by operation.
    """

    buckets: Mapping[str, Bucket]
    code: str = "ThrottlingException"
    status: int = 400
    enabled: bool = False
    refused: dict[str, int] = field(default_factory=dict)
    _levels: dict[tuple[str, str, str], _Level] = field(default_factory=dict)

    def take(self, clock: Clock, operation: str, context: CallContext) -> None:
        """Take a token for a call.

        Raises:
            AwsError: the bucket is empty.
        """
        bucket = self.buckets.get(operation)
        if not self.enabled or bucket is None:
            return
        now = clock.now()
        key = (bucket.group, context.account, context.region)
        level = self._levels.setdefault(key, _Level(tokens=bucket.burst, moment=now))
        elapsed = max(0.0, (now - level.moment).total_seconds())
        level.tokens = min(bucket.burst, level.tokens + elapsed * bucket.per_second)
        level.moment = max(level.moment, now)
        if level.tokens < 1:
            self.refused[operation] = self.refused.get(operation, 0) + 1
            raise AwsError(self.code, "Rate exceeded", self.status)
        level.tokens -= 1

    def refill(self) -> None:
        """Fill every bucket to its burst."""
        self._levels.clear()
