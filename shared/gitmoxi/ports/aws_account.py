"""Who we are for AWS, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """``account`` has 12 digits; ``server_time`` is AWS's, to the second, None where it did not say."""

    account: str
    arn: str
    server_time: datetime | None


class AwsAccount(Protocol):
    """STS's GetCallerIdentity, which needs no permission."""

    async def caller(self) -> Caller:
        """Who asks.

        Raises:
            ThrottledError, UnavailableError, AwsRejectedError: as STS answers.
        """
        ...
