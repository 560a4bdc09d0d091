"""Keeps alarms true to their metrics, and tells EventBridge and ECS of every change of state."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gitmoxi_local import alarm_rules, ministack_seams
from gitmoxi_local.alarm_rules import Verdict
from gitmoxi_local.aws_model.base import AwsEvent
from gitmoxi_local.ministack_seams import AlarmChange, Point, Points

_log = logging.getLogger("gitmoxi_local.alarms")

_INTERVAL_SECONDS = 1.0

AlarmFired = Callable[[str, str, str], None]


class AlarmWatch:
    """Judges alarms whenever metrics arrive, and each second, because data also grow old.

    ``fired`` is told account, region and name of each alarm that goes to ALARM.
    """

    def __init__(self, *, publish: Callable[[AwsEvent], None], fired: AlarmFired) -> None:
        self._publish = publish
        self._fired = fired

    def attach(self) -> None:
        """Take over the evaluation of alarms from ministack."""
        ministack_seams.take_over_alarms(judge=judged, changed=self._changed)

    async def run(self) -> None:
        """Judge all alarms each second, until cancelled."""
        while True:
            try:
                ministack_seams.evaluate_alarms()
            except Exception:  # noqa: BLE001  # one odd alarm must not stop the watch over the others
                _log.exception("alarms could not be evaluated")
            await asyncio.sleep(_INTERVAL_SECONDS)

    def _changed(self, change: AlarmChange) -> None:
        if change.old_state == change.new_state:
            return
        self._publish(_event(change))
        if change.new_state == "ALARM":
            self._fired(change.account, change.region, change.name)


class CloudWatchStates:
    """The alarms of the local cloud's CloudWatch, for models that look their states up."""

    def state(self, account: str, region: str, alarm: str) -> str | None:
        """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; None if there is no such alarm."""
        return ministack_seams.alarm_state(account, region, alarm)


def judged(alarm: Point, points: Points) -> Verdict | None:
    """The verdict on an alarm by the stored points of its metric."""
    statistic = str(alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average")
    values = [
        ministack_seams.statistic([point for point in points if start < point["Timestamp"] <= end], statistic)
        for start, end in alarm_rules.periods(alarm, time.time())
    ]
    return alarm_rules.judge(alarm, values)


def _event(change: AlarmChange) -> AwsEvent:
    """The event of a change.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    now = datetime.now(UTC)
    state: dict[str, Any] = {
        "value": change.new_state,
        "reason": change.reason,
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
    }
    return AwsEvent(
        source="aws.cloudwatch",
        detail_type="CloudWatch Alarm State Change",
        detail={
            "alarmName": change.name,
            "state": state,
            "previousState": {"value": change.old_state},
            "configuration": {"metrics": []},
        },
        resources=[f"arn:aws:cloudwatch:{change.region}:{change.account}:alarm:{change.name}"],
        time=now,
        account=change.account,
        region=change.region,
    )
