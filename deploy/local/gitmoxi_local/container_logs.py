"""Carries what crashing containers wrote into ministack's CloudWatch Logs, as the awslogs driver does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from gitmoxi_local.aws_model.base import AwsEvent
from gitmoxi_local.aws_model.ecs.last_words import LastWords
from gitmoxi_local.ministack_seams import attribute

_log = logging.getLogger("gitmoxi_local.logs")
_LOGS = "ministack.services.cloudwatch_logs"

Look = Callable[[AwsEvent], LastWords | None]


class ContainerLogs:
    """Writes once for each task, when ECS first tells that its container has ended.

    ``look`` gives the last words of the task that an event is about. Where the log group is missing, and
    may not be made, nothing is written.
    """

    def __init__(self, look: Look) -> None:
        self._look = look

    def follow(self, event: AwsEvent) -> None:
        """Write what the task of a task state change leaves behind."""
        if event.detail.get("stopCode") != "EssentialContainerExited":
            return
        words = self._look(event)
        if words is None:
            return
        try:
            with attribute("ministack.core.responses", "request_scope")(event.account, words.region):
                _write(words)
        except Exception:  # noqa: BLE001  # a log that cannot be written must not stop the model
            _log.exception("the log of %s could not be written", words.stream)


def _write(words: LastWords) -> None:
    if words.may_create_group and words.group not in attribute(_LOGS, "_log_groups"):
        attribute(_LOGS, "_create_log_group")({"logGroupName": words.group})
    place = {"logGroupName": words.group, "logStreamName": words.stream}
    status, _, _ = attribute(_LOGS, "_create_log_stream")(place)
    if status == HTTPStatus.OK:  # else it was written at an earlier change of the task, or has no group
        at = int(words.at.timestamp() * 1000)
        events = [{"timestamp": at, "message": line} for line in words.lines]
        attribute(_LOGS, "_put_log_events")({**place, "logEvents": events})
