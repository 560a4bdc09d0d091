"""Which deployments watch which CloudWatch alarm, so that an alarm's event finds them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmName:
    """A CloudWatch alarm, as its account and region know it."""

    account: str
    region: str
    name: str

    def __str__(self) -> str:
        return f"alarm {self.name} ({self.account}, {self.region})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A deployment under way that an alarm may end."""

    alarm: AlarmName
    deployment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutWatch:
    """Remember that a deployment watches an alarm; the same watch again changes nothing."""

    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWatch:
    """Forget it. Nothing stored: no error."""

    watch: Watch


WatchWrite = PutWatch | DeleteWatch
