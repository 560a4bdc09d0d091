"""Lambda's quotas as far as the model holds to them.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """An account's quotas in a region, at their defaults.

    Attributes:
        concurrency: concurrent executions.
        unreserved: concurrency that stays for functions without a reservation.
        environment_bytes: all environment variables of a function together.
        page: entries of a list in one answer.
    """

    concurrency: int = 1000
    unreserved: int = 100
    environment_bytes: int = 4096
    page: int = 50
