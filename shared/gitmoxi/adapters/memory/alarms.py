"""CloudWatch alarms in memory, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from gitmoxi.ports.alarms import Alarm, AlarmsPort


class MemoryAlarms(AlarmsPort):
    """Alarms by account, region and name; ``put`` sets one."""

    def __init__(self) -> None:
        self._alarms: dict[tuple[str, str, str], Alarm] = {}

    def put(self, alarm: Alarm, *, account: str, region: str) -> None:
        """Make an alarm, or put it into another state."""
        self._alarms[account, region, alarm.name] = alarm

    async def alarms(self, *, account: str, region: str, names: Sequence[str]) -> tuple[Alarm, ...]:
        """Those of the names that exist."""
        asked = (self._alarms.get((account, region, name)) for name in dict.fromkeys(names))
        return tuple(alarm for alarm in asked if alarm is not None)
