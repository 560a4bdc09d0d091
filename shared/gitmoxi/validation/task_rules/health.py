"""The health checks of containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.reading import known, list_at, number_at, object_at
from gitmoxi.validation.rule import Problem, Rule
from gitmoxi.validation.sources import shown
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_PAGE: Final = api("HealthCheck")
_RANGES: Final = {
    "interval": range(5, 300 + 1),
    "timeout": range(2, 60 + 1),
    "retries": range(1, 10 + 1),
    "startPeriod": range(300 + 1),
}
_STARTS: Final = ("CMD", "CMD-SHELL")
_SHELL_PARTS: Final = 2


@container_rule(
    "task.health-check-range",
    summary="A health check has interval 5-300, timeout 2-60, startPeriod 0-300 (seconds) and retries 1-10.",
    source=_PAGE,
)
def _range(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for member, allowed in _RANGES.items():
        value = number_at(container.values, "healthCheck", member)
        if value is not None and not allowed.start <= value < allowed.stop:
            yield Problem(
                at=container.at("healthCheck", member),
                message=f"AWS does not take {value} as {member} of the health check of {container.shown}",
                found=str(value),
                expected=f"{allowed.start} to {allowed.stop - 1}",
                advice=f"write {allowed.start} to {allowed.stop - 1}",
            )


def _command(container: Container) -> list[str] | None:
    """The command of the health check, if all of it has the right type."""
    if "command" not in object_at(container.values, "healthCheck"):
        return None
    parts = [known(part) for part in list_at(container.values, "healthCheck", "command")]
    return [part for part in parts if isinstance(part, str)]


@container_rule(
    "task.health-check-command",
    summary="The command of a health check begins with CMD or CMD-SHELL, and has something to run.",
    source=_PAGE,
    advice='write ["CMD-SHELL", "<one shell command>"], or ["CMD", "<program>", "<argument>", ...]',
    severity=Severity.WARNING,
)
def _command_form(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    command = _command(container)
    if command is None or command == ["NONE"]:
        return
    if not any(command):
        message = f"the health check of {container.shown} has an empty command"
    elif command[0] not in _STARTS:
        first = command[0] or "an empty text"
        message = f"the health check of {container.shown} begins with {first}, not with CMD or CMD-SHELL"
    elif len(command) == 1:
        message = f"the health check of {container.shown} has no command after {command[0]}"
    else:
        return
    yield Problem(
        at=container.at("healthCheck", "command"), message=message, expected='["CMD-SHELL", "<command>"]'
    )


@container_rule(
    "task.health-check-shell",
    summary="A health check that begins with CMD-SHELL has the whole command in one text.",
    source=_PAGE,
    severity=Severity.WARNING,
)
def _shell_form(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    command = _command(container) or []
    if command[:1] == ["CMD-SHELL"] and len(command) > _SHELL_PARTS:
        yield Problem(
            at=container.at("healthCheck", "command"),
            message=f"the shell runs only {shown(command[1])} as the health check of {container.shown}, "
            "without the texts after it",
            advice="join them to one text, or write CMD instead of CMD-SHELL",
        )


HEALTH_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (_range, _command_form, _shell_form)
