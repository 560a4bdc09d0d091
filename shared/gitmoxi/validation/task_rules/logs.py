"""Where containers write their logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.reading import object_at, text_at
from gitmoxi.validation.rule import Problem, Rule
from gitmoxi.validation.sources import nearest_advice
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_PAGE: Final = api("LogConfiguration")
_AWSLOGS_OPTIONS: Final = (
    "awslogs-create-group",
    "awslogs-create-stream",
    "awslogs-credentials-endpoint",
    "awslogs-datetime-format",
    "awslogs-endpoint",
    "awslogs-force-flush-interval-seconds",
    "awslogs-format",
    "awslogs-group",
    "awslogs-max-buffered-events",
    "awslogs-multiline-pattern",
    "awslogs-region",
    "awslogs-stream",
    "awslogs-stream-prefix",
    "max-buffer-size",
    "mode",
    "tag",
)
_NEEDED: Final = {
    "awslogs": ("awslogs-group", "awslogs-region"),
    "splunk": ("splunk-url", "splunk-token"),
}
_ON_FARGATE: Final = {"awslogs": ("awslogs-stream-prefix",)}
_MODES: Final = ("blocking", "non-blocking")
_OPTIONS: Final = ("logConfiguration", "options")


def _driver(container: Container) -> str:
    return text_at(container.values, "logConfiguration", "logDriver") or ""


def _secret_options(container: Container) -> list[str]:
    options = container.each("logConfiguration", "secretOptions")
    return [name for _path, option in options if (name := text_at(option, "name"))]


@container_rule(
    "task.log-options-missing",
    summary="awslogs has a group, a region and on Fargate a stream prefix; splunk has a URL and a token.",
    source=_PAGE,
)
def _log_options_missing(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    driver = _driver(container)
    needed = _NEEDED.get(driver, ()) + (_ON_FARGATE.get(driver, ()) if task.fargate else ())
    given = {*object_at(container.values, *_OPTIONS), *_secret_options(container)}
    missing = [option for option in needed if option not in given]
    if missing:
        yield Problem(
            at=container.at(*_OPTIONS),
            message=f"the log driver {driver} of {container.shown} needs {' and '.join(missing)}",
            expected=", ".join(missing),
            advice=f"write {' and '.join(missing)} in the options",
        )


@container_rule(
    "task.awslogs-unknown-option",
    summary="The options of awslogs are ones that it knows: AWS refuses others.",
    source=_PAGE,
    severity=Severity.WARNING,
)
def _awslogs_unknown_option(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    if _driver(container) != "awslogs":
        return
    for option in object_at(container.values, *_OPTIONS):
        if option not in _AWSLOGS_OPTIONS:
            yield Problem(
                at=container.at(*_OPTIONS, option),
                message=f"awslogs has no option {option}, and AWS refuses what a log driver does not know",
                found=option,
                expected=", ".join(_AWSLOGS_OPTIONS),
                advice=nearest_advice(option, _AWSLOGS_OPTIONS),
            )


@container_rule(
    "task.awslogs-multiline",
    summary="awslogs joins lines by a date format or by a pattern, not by both.",
    source=_PAGE,
    advice="keep awslogs-datetime-format or awslogs-multiline-pattern",
)
def _awslogs_multiline(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    options = object_at(container.values, *_OPTIONS)
    if {"awslogs-datetime-format", "awslogs-multiline-pattern"} <= options.keys():
        yield Problem(
            at=container.at(*_OPTIONS, "awslogs-multiline-pattern"),
            message=f"{container.shown} has both awslogs-datetime-format and awslogs-multiline-pattern",
        )


@container_rule(
    "task.log-mode",
    summary="The mode of a log driver is blocking or non-blocking.",
    source=_PAGE,
)
def _log_mode(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    mode = text_at(container.values, *_OPTIONS, "mode")
    if _driver(container) in _NEEDED and mode is not None and mode not in _MODES:
        yield Problem(
            at=container.at(*_OPTIONS, "mode"),
            message=f"the logs of {container.shown} have the mode {mode}, which does not exist",
            found=mode,
            expected=" or ".join(_MODES),
            advice=nearest_advice(mode, _MODES, otherwise=f"write {' or '.join(_MODES)}"),
        )


@container_rule(
    "task.log-option-twice",
    summary="A log option is given in options or in secretOptions, not in both.",
    source=_PAGE,
    advice="keep the one in secretOptions",
    severity=Severity.WARNING,
)
def _log_option_twice(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for name in _secret_options(container):
        if name in object_at(container.values, *_OPTIONS):
            yield Problem(
                at=container.at(*_OPTIONS, name),
                message=f"{name} of {container.shown} is given in options and in secretOptions",
                found=name,
            )


LOG_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _log_options_missing,
    _awslogs_unknown_option,
    _awslogs_multiline,
    _log_mode,
    _log_option_twice,
)
