"""The states of CloudWatch alarms as other services of AWS see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

RED = "ALARM"
"""The state that fails deployments (CloudWatch, API_MetricAlarm, StateValue)."""

Tell = Callable[[str, str, str], None]
"""Is told account, region and name of an alarm that went to ALARM."""


class AlarmStates(Protocol):
    """Where a model looks an alarm's state up, as ECS does by DescribeAlarms."""

    def state(self, account: str, region: str, alarm: str) -> str | None:
        """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; None if there is no such alarm."""
        ...


@dataclass(slots=True)
class AlarmBook:
    """Alarms that a test sets by hand; ``watchers`` are told of each that goes to ALARM."""

    watchers: list[Tell] = field(default_factory=list)
    _states: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def state(self, account: str, region: str, alarm: str) -> str | None:
        """The state that was last set; None if there is no such alarm."""
        return self._states.get((account, region, alarm))

    def set_state(self, account: str, region: str, alarm: str, state: str) -> None:
        """Put an alarm into a state, as SetAlarmState does, and tell if it has just turned red."""
        before = self._states.get((account, region, alarm))
        self._states[account, region, alarm] = state
        if state == RED != before:
            for tell in self.watchers:
                tell(account, region, alarm)

    def remove(self, account: str, region: str, alarm: str) -> None:
        """Forget an alarm, as DeleteAlarms does."""
        self._states.pop((account, region, alarm), None)
