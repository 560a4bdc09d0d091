"""CloudWatch alarms as deployments look at them: their states, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

RED: Final = "ALARM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm of ``DescribeAlarms``; ``reason`` is CloudWatch's own, and may be empty."""

    name: str
    state: str
    """OK, ALARM or INSUFFICIENT_DATA."""
    reason: str = ""

    @property
    def red(self) -> bool:
        return self.state == RED


class AlarmsPort(Protocol):
    """May raise ``RetryableError`` kinds, ``AwsRejectedError`` and ``AccessDeniedError``."""

    async def alarms(self, *, account: str, region: str, names: Sequence[str]) -> tuple[Alarm, ...]:
        """``DescribeAlarms`` of these names, alarms of every type; one that does not exist is left out."""
        ...
