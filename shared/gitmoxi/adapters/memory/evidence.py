"""Logs and target health in memory."""

from __future__ import annotations

from gitmoxi.explaining.signs import TargetState
from gitmoxi.ports.evidence import LogsPort, LogStream, TargetHealthPort


class MemoryLogs(LogsPort):
    """``lines`` by stream."""

    def __init__(self) -> None:
        self.lines: dict[LogStream, tuple[str, ...]] = {}

    async def last_lines(self, stream: LogStream, limit: int) -> tuple[str, ...]:
        return self.lines.get(stream, ())[-limit:]


class MemoryTargetHealth(TargetHealthPort):
    """``states`` by target group."""

    def __init__(self) -> None:
        self.states: dict[str, tuple[TargetState, ...]] = {}

    async def target_health(
        self,
        *,
        account: str,  # noqa: ARG002 - an ARN names its account
        region: str,  # noqa: ARG002 - and its region
        target_group_arn: str,
    ) -> tuple[TargetState, ...]:
        return self.states.get(target_group_arn, ())
