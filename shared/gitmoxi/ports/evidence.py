"""What AWS knows of a failure beside the service itself: the containers' logs, the health of targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitmoxi.explaining.signs import TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStream:
    """A log stream of CloudWatch Logs."""

    account: str
    region: str
    group: str
    name: str


class LogsPort(Protocol):
    """May raise ``RetryableError`` kinds, ``AwsRejectedError`` and ``AccessDeniedError``."""

    async def last_lines(self, stream: LogStream, limit: int) -> tuple[str, ...]:
        """``GetLogEvents``: the newest lines, the newest last; a stream that does not exist has none."""
        ...


class TargetHealthPort(Protocol):
    """May raise ``RetryableError`` kinds, ``AwsRejectedError`` and ``AccessDeniedError``."""

    async def target_health(
        self, *, account: str, region: str, target_group_arn: str
    ) -> tuple[TargetState, ...]:
        """``DescribeTargetHealth``: every target of the group; a group that does not exist has none."""
        ...
