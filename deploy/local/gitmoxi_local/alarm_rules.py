"""CloudWatch's rules for an alarm's state, as a pure function of its data points.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The state that an alarm ought to have, and CloudWatch's reason for it."""

    state: str
    reason: str


def periods(alarm: Mapping[str, Any], now: float) -> list[tuple[float, float]]:
    """The evaluation periods that end at ``now`` (epoch seconds), newest first: from (open) to (closed)."""
    length = float(alarm.get("Period", 60))
    count = int(alarm.get("EvaluationPeriods", 1))
    return [(now - (index + 1) * length, now - index * length) for index in range(count)]


def judge(alarm: Mapping[str, Any], values: Sequence[float | None]) -> Verdict | None:
    """What the values of the evaluation periods (None: no data) say; None keeps the present state.

    A comparison that is not modelled (anomaly detection) keeps the present state too.
    """
    compare = _COMPARISONS.get(str(alarm.get("ComparisonOperator")))
    if compare is None:
        return None
    threshold = float(alarm.get("Threshold", 0.0))
    needed = int(alarm.get("DatapointsToAlarm") or len(values))
    breaching = [value for value in values if value is not None and compare(value, threshold)]
    missing = sum(value is None for value in values)
    treatment = alarm.get("TreatMissingData") or "missing"
    if len(breaching) + (missing if treatment == "breaching" else 0) >= needed:
        return Verdict(state="ALARM", reason=_crossed(alarm, len(values), breaching, threshold))
    if missing < len(values) or treatment in {"breaching", "notBreaching"}:
        return Verdict(state="OK", reason=_crossed(alarm, len(values), breaching, threshold))
    if treatment == "ignore":
        return None
    return Verdict(state="INSUFFICIENT_DATA", reason="Insufficient Data: no datapoints were received.")


def _crossed(alarm: Mapping[str, Any], count: int, breaching: Sequence[float], threshold: float) -> str:
    listed = f" {list(breaching)}" if breaching else ""
    return (
        f"Threshold Crossed: {len(breaching)} out of the last {count} datapoints{listed} breached the "
        f"threshold ({alarm.get('ComparisonOperator')} {threshold})."
    )
