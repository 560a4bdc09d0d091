"""Gathering what tells more about failing tasks: the last lines of their logs, their targets' health."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.explaining.explaining import MOST_LOG_LINES
from gitmoxi.explaining.log_streams import log_place
from gitmoxi.explaining.signs import FailedTask, TargetState
from gitmoxi.ports.ecs import EcsPort, EcsService
from gitmoxi.ports.evidence import LogsPort, LogStream, TargetHealthPort

MOST_READ = 2
"""Tasks whose log is read: those of one deployment mostly fail for the same reason."""

_KEPT = 256
"""Logs of stopped tasks kept in memory: they are looked at as long as the deployment is followed."""

_TELLING_STATES = frozenset({"unhealthy", "unused"})
"""Targets that are registered, checked for the first time or taken out tell nothing about a failure."""


class EcsEvidence:
    """Never fails a look: evidence that cannot be read says so, or is left out."""

    def __init__(self, *, ecs: EcsPort, logs: LogsPort, health: TargetHealthPort) -> None:
        self._ecs = ecs
        self._logs = logs
        self._health = health
        self._read: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def with_logs(self, target: EcsTarget, tasks: Sequence[FailedTask]) -> tuple[FailedTask, ...]:
        """``tasks``, a few of those whose container exited with the last lines that it wrote."""
        chosen = [task for task in tasks if task.arn and task.culprit is not None][:MOST_READ]
        lines = {task.arn: await self._lines(target, task) for task in chosen}
        return tuple(replace(task, log_lines=lines.get(task.arn, task.log_lines)) for task in tasks)

    async def targets(self, target: EcsTarget, service: EcsService) -> tuple[TargetState, ...]:
        """The targets that the service's load balancers do not use."""
        arns = [one.get("targetGroupArn") for one in service.document.get("loadBalancers") or ()]
        found: list[TargetState] = []
        for arn in filter(None, arns):
            found += await self._states(target, arn)
        return tuple(found)

    async def _states(self, target: EcsTarget, arn: str) -> Iterable[TargetState]:
        try:
            states = await self._health.target_health(
                account=target.account, region=target.region, target_group_arn=arn
            )
        except (PermanentError, RetryableError):
            return ()  # ECS's own events tell of unhealthy targets too
        return (one for one in states if one.state in _TELLING_STATES)

    async def _lines(self, target: EcsTarget, task: FailedTask) -> tuple[str, ...]:
        if task.arn in self._read:
            return self._read[task.arn]
        try:
            lines = await self._last_lines(target, task)
        except PermanentError as error:
            lines = (f"(cannot be read: {error})",)
        except RetryableError:
            return ()
        if lines:  # logs arrive some seconds late
            self._read[task.arn] = lines
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return lines

    async def _last_lines(self, target: EcsTarget, task: FailedTask) -> tuple[str, ...]:
        known = await self._ecs.task_definition(target, task.task_definition_arn)
        if known is None or task.culprit is None:
            return ()
        place = log_place(known.document, container=task.culprit.name, task_arn=task.arn)
        if place is None:
            return ()
        stream = LogStream(
            account=target.account,
            region=place.region or target.region,
            group=place.group,
            name=place.stream,
        )
        return await self._logs.last_lines(stream, MOST_LOG_LINES)
