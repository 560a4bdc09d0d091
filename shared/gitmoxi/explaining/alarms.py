"""Alarms that end a deployment, or keep it from starting."""

from __future__ import annotations

from gitmoxi.domain.explanations import Explanation
from gitmoxi.explaining.evidence import as_evidence
from gitmoxi.explaining.pages import DEPLOYMENT_ALARMS


def explain_alarm(name: str, reason: str) -> Explanation:
    """An alarm in ALARM; ``reason`` is CloudWatch's own, and may be empty."""
    return Explanation(
        id="alarm.red",
        cause=f"The CloudWatch alarm {name} is in ALARM.",
        evidence=as_evidence([reason] if reason else []),
        advice="Look at what the alarm measures since the deployment began; its history tells each change.",
        source=DEPLOYMENT_ALARMS,
    )


def explain_missing_alarm(name: str) -> Explanation:
    """An alarm that a deployment names and CloudWatch does not know."""
    return Explanation(
        id="alarm.missing",
        cause=f"The CloudWatch alarm {name} does not exist in the account and region of the service.",
        evidence=(),
        advice="Create it there, correct its name, or take it out of the definition files.",
        source=DEPLOYMENT_ALARMS,
    )
