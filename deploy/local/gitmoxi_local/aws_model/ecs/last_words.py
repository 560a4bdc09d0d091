"""What a container that ended by itself has written, and where the awslogs driver puts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gitmoxi_local.aws_model.ecs.state import Container, Doc, Region, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """Lines of one log stream; ``may_create_group`` is ``awslogs-create-group``."""

    region: str
    group: str
    stream: str
    lines: tuple[str, ...]
    at: datetime
    may_create_group: bool


def last_words(region: Region, task_arn: str) -> LastWords | None:
    """What the crashed container of this task wrote; None for other tasks and other log drivers.

    The stream is ``<prefix>/<container>/<task id>``
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html).
    """
    task = region.tasks.get(task_arn)
    container = next((one for one in task.containers if one.exit_code is not None), None) if task else None
    if task is None or container is None or task.fate != "crash":
        return None
    options = _options(region, task, container)
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if not group or not prefix:
        return None
    return LastWords(
        region=options.get("awslogs-region", region.region),
        group=group,
        stream=f"{prefix}/{container.name}/{task.id}",
        lines=tuple((task.fate_log or f"exited with code {container.exit_code}").splitlines()),
        at=task.times["stoppingAt"],
        may_create_group=options.get("awslogs-create-group") == "true",
    )


def _options(region: Region, task: Task, container: Container) -> Doc:
    definitions = region.task_definition(task.definition).document["containerDefinitions"]
    configuration = next(one for one in definitions if one["name"] == container.name).get("logConfiguration")
    if not configuration or configuration.get("logDriver") != "awslogs":
        return {}
    options: Doc = configuration.get("options") or {}
    return options
