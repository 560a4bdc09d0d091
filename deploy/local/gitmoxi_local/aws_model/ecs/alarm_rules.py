"""Which alarms watch a deployment, and how long its bake time is.

Developer Guide, "How CloudWatch alarms detect Amazon ECS deployment failures".
"""

from __future__ import annotations

from gitmoxi_local.aws_model.alarm_book import RED, AlarmStates
from gitmoxi_local.aws_model.ecs.speeds import Speeds
from gitmoxi_local.aws_model.ecs.state import Doc, Place, ServiceDeployment


def names(configuration: Doc) -> list[str]:
    """The alarms that a deploymentConfiguration turns on (API_DeploymentAlarms)."""
    alarms: Doc = configuration.get("alarms", {})
    return list(alarms["alarmNames"]) if alarms.get("enable") else []


def rolls_back(configuration: Doc) -> bool:
    """Whether a red alarm brings the last completed revision back."""
    return bool(configuration.get("alarms", {}).get("rollback"))


def may_watch(states: AlarmStates, place: Place, configuration: Doc) -> bool:
    """False if an alarm is red already: ECS then ignores the alarms for the whole deployment."""
    return all(states.state(*place, name) != RED for name in names(configuration))


def bake_seconds(speeds: Speeds, entry: ServiceDeployment) -> float:
    """How long ECS goes on watching after the steady state.

    With alarms ECS chooses the time itself. ``bakeTimeInMinutes`` is documented for the other
    strategies only; that a rolling deployment honours it is unverified.
    """
    asked = float(entry.configuration.get("bakeTimeInMinutes", 0)) * 60 * speeds.grace_scale
    watched = entry.watches_alarms and bool(names(entry.configuration))
    return max(asked, speeds.baking if watched else 0.0)
