"""Log routers: containers that take the logs of the others by FireLens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition

_PAGE: Final = guide("firelens-taskdef")


def _routers(task: TaskDefinition) -> list[Container]:
    return [each for each in task.containers() if value_at(each.values, "firelensConfiguration") is not None]


def _routed(task: TaskDefinition) -> list[Container]:
    path = ("logConfiguration", "logDriver")
    return [each for each in task.containers() if text_at(each.values, *path) == "awsfirelens"]


@rule(
    "task.firelens-router-missing",
    summary="A task whose containers log by awsfirelens has a container with a firelensConfiguration.",
    source=_PAGE,
    advice='add a container such as aws-for-fluent-bit with "firelensConfiguration": {"type": "fluentbit"}',
)
def _router_missing(task: TaskDefinition) -> Iterator[Problem]:
    routed = _routed(task)
    if routed and not _routers(task):
        yield Problem(
            at=routed[0].at("logConfiguration", "logDriver"),
            message=f"{routed[0].shown} logs by awsfirelens, and no container has a firelensConfiguration",
            found="awsfirelens",
        )


@rule(
    "task.firelens-unused",
    summary="A task with a firelensConfiguration has a container that logs by awsfirelens.",
    source=_PAGE,
    advice="set the logDriver of the containers whose logs it takes to awsfirelens, or remove it",
)
def _unused(task: TaskDefinition) -> Iterator[Problem]:
    routers = _routers(task)
    if routers and not _routed(task):
        yield Problem(
            at=routers[0].at("firelensConfiguration"),
            message=f"{routers[0].shown} is a log router, and no container logs by awsfirelens",
        )


@rule(
    "task.firelens-routers",
    summary="At most one container of a task has a firelensConfiguration.",
    source=_PAGE,
    advice="keep one log router",
)
def _several_routers(task: TaskDefinition) -> Iterator[Problem]:
    routers = _routers(task)
    for other in routers[1:]:
        yield Problem(
            at=other.at("firelensConfiguration"),
            message=f"{other.shown} is a log router, and {routers[0].shown} is one already",
        )


FIRELENS_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (_router_missing, _unused, _several_routers)
