"""The buckets that Lambda's control plane counts calls in.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Lambda API requests"
"""

from __future__ import annotations

from datetime import datetime

from gitmoxi_local.aws_model.functions import errors
from gitmoxi_local.aws_model.functions.limits import Limits


class Buckets:
    """Token buckets per account and region, full at first, which hold one second's calls."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._levels: dict[tuple[str, str, str], tuple[float, datetime]] = {}

    def take(self, account: str, region: str, operation: str, now: datetime) -> None:
        """Count a call.

        Raises:
            AwsError: TooManyRequestsException, and the call is not counted.
        """
        alone = operation == "GetFunction"
        rate = self._limits.get_function_per_second if alone else self._limits.calls_per_second
        key = (account, region, operation if alone else "")
        level, seen = self._levels.get(key, (rate, now))
        level = min(rate, level + rate * (now - seen).total_seconds())
        if level < 1:
            self._levels[key] = (level, now)
            raise errors.too_many_requests()
        self._levels[key] = (level - 1, now)
