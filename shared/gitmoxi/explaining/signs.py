"""What AWS says about a failure, as the explanations take it: small records of AWS's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from gitmoxi.errors import AwsRejectedError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedContainer:
    """A container of a stopped task; ``name`` may be empty, ``exit_code`` is None if it never ran."""

    name: str = ""
    reason: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """A stopped task of ``DescribeTasks``; ``log_lines`` are its last ones, the newest last."""

    stop_code: str = ""
    reason: str = ""
    containers: tuple[StoppedContainer, ...] = ()
    log_lines: tuple[str, ...] = ()
    arn: str = ""
    task_definition_arn: str = ""
    stopped_at: datetime | None = None

    @property
    def culprit(self) -> StoppedContainer | None:
        """The container whose exit most likely ended the task."""
        exited = [one for one in self.containers if one.exit_code is not None]
        return max(exited, key=_telling, default=None)

    @classmethod
    def from_aws(cls, task: Mapping[str, Any], log_lines: Iterable[str] = ()) -> Self:
        """Of a ``Task`` (Amazon ECS API reference)."""
        return cls(
            stop_code=_text(task, "stopCode"),
            reason=_text(task, "stoppedReason"),
            containers=tuple(_container(one) for one in task.get("containers") or ()),
            log_lines=tuple(log_lines),
            arn=_text(task, "taskArn"),
            task_definition_arn=_text(task, "taskDefinitionArn"),
            stopped_at=task.get("stoppedAt"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An API call that AWS refused: ``action`` as in IAM, such as ``ecs:CreateService``."""

    action: str
    code: str
    message: str
    resource: str = ""

    @classmethod
    def from_error(cls, error: AwsRejectedError, resource: str = "") -> Self:
        """Of the error that the adapters raise."""
        return cls(action=error.operation, code=error.code, message=error.reason, resource=resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionStates:
    """How a Lambda function stands."""

    function: str = ""
    state: str = ""
    state_code: str = ""
    state_reason: str = ""
    update_status: str = ""
    update_code: str = ""
    update_reason: str = ""

    @classmethod
    def from_aws(cls, configuration: Mapping[str, Any]) -> Self:
        """Of a ``FunctionConfiguration`` (AWS Lambda API reference)."""
        return cls(
            function=_text(configuration, "FunctionName"),
            state=_text(configuration, "State"),
            state_code=_text(configuration, "StateReasonCode"),
            state_reason=_text(configuration, "StateReason"),
            update_status=_text(configuration, "LastUpdateStatus"),
            update_code=_text(configuration, "LastUpdateStatusReasonCode"),
            update_reason=_text(configuration, "LastUpdateStatusReason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetState:
    """The health of one target; ``target_group`` is its name or ARN, and may be empty."""

    state: str
    code: str = ""
    description: str = ""
    target_group: str = ""

    @classmethod
    def from_aws(cls, described: Mapping[str, Any], target_group: str = "") -> Self:
        """Of a ``TargetHealthDescription`` (Elastic Load Balancing API reference)."""
        health: Mapping[str, Any] = described.get("TargetHealth") or {}
        return cls(
            state=_text(health, "State"),
            code=_text(health, "Reason"),
            description=_text(health, "Description"),
            target_group=target_group,
        )


_LEAST_TELLING: Sequence[int] = (143, 0, 137)
"""Exit codes of containers that ECS stops after the essential one ended, the least telling first."""


def _telling(container: StoppedContainer) -> int:
    code = container.exit_code
    return _LEAST_TELLING.index(code) if code in _LEAST_TELLING else len(_LEAST_TELLING)


def _container(document: Mapping[str, Any]) -> StoppedContainer:
    code = document.get("exitCode")
    return StoppedContainer(
        name=_text(document, "name"),
        reason=_text(document, "reason"),
        exit_code=code if isinstance(code, int) else None,
    )


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return "" if value is None else str(value)
