"""Where a container's log lies: the names that the awslogs driver gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """A log stream of CloudWatch Logs in the task's account; ``region`` None is the task's own."""

    group: str
    stream: str
    region: str | None = None


def log_place(task_definition: Mapping[str, Any], *, container: str, task_arn: str) -> LogPlace | None:
    """The stream that the container of this task writes to, ``<prefix>/<container>/<task id>``.

    None without the awslogs driver, and without a stream prefix: then the stream is named after the
    container's id on its instance.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    definitions = task_definition.get("containerDefinitions") or ()
    found: Mapping[str, Any] = next((one for one in definitions if one.get("name") == container), {})
    configuration = found.get("logConfiguration") or {}
    options = configuration.get("options") or {}
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if configuration.get("logDriver") != "awslogs" or not group or not prefix:
        return None
    stream = f"{prefix}/{container}/{task_arn.rpartition('/')[2]}"
    return LogPlace(group=group, stream=stream, region=options.get("awslogs-region"))
