"""Which containers a task has, and what they are called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import known, list_at, number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import shown
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import CONTAINERS, Container, TaskDefinition, container_rule

_PAGE: Final = api("ContainerDefinition")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_NAME_ADVICE: Final = "use letters, digits, _ and -, at most 255 of them"
_RESTART_PERIOD: Final = range(60, 1800 + 1)
_IGNORED_CODES: Final = 50
_MOST_CONTAINERS: Final = 10
_MOST_BYTES: Final = 64 * 1024


@rule(
    "task.family",
    summary="The family of a task definition has letters, digits, _ and - only, at most 255.",
    source=api("RegisterTaskDefinition"),
    advice=_NAME_ADVICE,
)
def _family(task: TaskDefinition) -> Iterator[Problem]:
    family = text_at(task.document, "family")
    if family is not None and not _NAME.fullmatch(family):
        yield Problem(
            at=("family",),
            message=f"AWS does not take {shown(family)} as a family" if family else "family is empty",
            found=family,
            expected=_NAME.pattern,
            advice=placeholder_advice(family),
        )


@rule(
    "task.no-container",
    summary="A task definition has a container.",
    source=api("RegisterTaskDefinition"),
    advice="write one: {name, image, memory}",
)
def _no_container(task: TaskDefinition) -> Iterator[Problem]:
    if value_at(task.document, CONTAINERS) == []:
        yield Problem(at=(CONTAINERS,), message="the task definition has no container")


@container_rule(
    "task.container-name",
    summary="Every container has a name of letters, digits, _ and -, at most 255.",
    source=_PAGE,
    advice=_NAME_ADVICE,
)
def _container_name(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    name = value_at(container.values, "name")
    if name is None or name == "":
        yield Problem(
            at=container.at("name"),
            message=f"{container.shown} has no name",
            expected="name",
            advice="add name: letters, digits, _ and -",
        )
    elif isinstance(name, str) and not _NAME.fullmatch(name):
        yield Problem(
            at=container.at("name"),
            message=f"AWS does not take {shown(name)} as the name of a container",
            found=name,
            expected=_NAME.pattern,
            advice=placeholder_advice(name),
        )


@rule(
    "task.containers-too-many",
    summary="A task has at most 10 containers.",
    source=guide("service-quotas"),
    advice="move some of them into another task definition",
)
def _containers_too_many(task: TaskDefinition) -> Iterator[Problem]:
    count = len(list_at(task.document, CONTAINERS))
    if count > _MOST_CONTAINERS:
        yield Problem(
            at=(CONTAINERS,),
            message=f"there are {count} containers, and AWS takes {_MOST_CONTAINERS}",
            found=str(count),
            expected=f"at most {_MOST_CONTAINERS}",
        )


@rule(
    "task.too-large",
    summary="A task definition has at most 64 KiB.",
    source=guide("service-quotas"),
    advice="move long texts, such as scripts, into images, environment files or parameters",
)
def _too_large(task: TaskDefinition) -> Iterator[Problem]:
    size = len(json.dumps(_all_known(task.document), ensure_ascii=False, separators=(",", ":")).encode())
    if size > _MOST_BYTES:
        yield Problem(
            at=(),
            message=f"the task definition has {size} bytes, and AWS takes {_MOST_BYTES}",
            found=f"{size} bytes",
            expected=f"at most {_MOST_BYTES} bytes",
        )


def _all_known(value: JsonValue) -> JsonValue:
    """``value``, of which nothing is unknown; the size of what is unknown cannot be told."""
    match known(value):
        case dict() as members:
            return {name: _all_known(member) for name, member in members.items()}
        case list() as items:
            return [_all_known(item) for item in items]
        case scalar:
            return scalar


@rule(
    "task.container-twice",
    summary="Each container of a task has its own name.",
    source=_PAGE,
    advice="rename one of them",
)
def _container_twice(task: TaskDefinition) -> Iterator[Problem]:
    names: set[str] = set()
    for container in task.containers():
        if container.name in names:
            yield Problem(
                at=container.at("name"),
                message=f"another container is named {container.name} too",
                found=container.name or "",
            )
        elif container.name:
            names.add(container.name)


@rule(
    "task.no-essential-container",
    summary="At least one container of a task is essential.",
    source=_PAGE,
    advice="set essential to true, or leave it out, for the container that the task is about",
)
def _no_essential_container(task: TaskDefinition) -> Iterator[Problem]:
    containers = list(task.containers())
    if containers and not any(container.essential for container in containers):
        yield Problem(at=(CONTAINERS,), message="no container of the task is essential")


@container_rule(
    "task.ulimit",
    summary="The softLimit of a ulimit is not more than its hardLimit, and each ulimit is set once.",
    source=api("Ulimit"),
)
def _ulimit(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    names: set[str] = set()
    for path, ulimit in container.each("ulimits"):
        name = text_at(ulimit, "name") or ""
        soft, hard = number_at(ulimit, "softLimit"), number_at(ulimit, "hardLimit")
        if soft is not None and hard is not None and _height(soft) > _height(hard):
            yield Problem(
                at=(*path, "softLimit"),
                message=f"the softLimit {soft} of {name} is more than its hardLimit {hard}",
                found=str(soft),
                expected=f"at most {hard}",
                advice="raise hardLimit, or lower softLimit",
            )
        if name in names:
            yield Problem(
                at=(*path, "name"),
                message=f"{container.shown} sets the ulimit {name} twice",
                found=name,
                advice="remove one of them",
            )
        names.add(name)


def _height(limit: float) -> float:
    return float("inf") if limit == -1 else limit


@container_rule(
    "task.restart-policy",
    summary="A restart policy waits 60 to 1800 seconds, and ignores at most 50 exit codes.",
    source=api("ContainerRestartPolicy"),
)
def _restart_policy(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    period = number_at(container.values, "restartPolicy", "restartAttemptPeriod")
    if period is not None and not _RESTART_PERIOD.start <= period < _RESTART_PERIOD.stop:
        yield Problem(
            at=container.at("restartPolicy", "restartAttemptPeriod"),
            message=f"AWS does not take {period} seconds between restarts of {container.shown}",
            found=str(period),
            expected=f"{_RESTART_PERIOD.start} to {_RESTART_PERIOD.stop - 1}",
            advice="write 60 to 1800, or leave it out to get 300",
        )
    codes = list_at(container.values, "restartPolicy", "ignoredExitCodes")
    if len(codes) > _IGNORED_CODES:
        yield Problem(
            at=container.at("restartPolicy", "ignoredExitCodes"),
            message=f"{container.shown} ignores {len(codes)} exit codes, and AWS takes {_IGNORED_CODES}",
            found=str(len(codes)),
            expected=f"at most {_IGNORED_CODES}",
            advice="remove some",
        )


@container_rule(
    "task.swappiness",
    summary="swappiness has a meaning only together with maxSwap.",
    source=api("LinuxParameters"),
    severity=Severity.WARNING,
)
def _swappiness(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    swappiness = number_at(container.values, "linuxParameters", "swappiness")
    if swappiness is not None and value_at(container.values, "linuxParameters", "maxSwap") is None:
        yield Problem(
            at=container.at("linuxParameters", "swappiness"),
            message=f"the swappiness of {container.shown} is ignored without maxSwap",
            advice="write maxSwap too, or remove swappiness",
        )


CONTAINER_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _family,
    _no_container,
    _container_name,
    _containers_too_many,
    _too_large,
    _container_twice,
    _no_essential_container,
    _ulimit,
    _restart_policy,
    _swappiness,
)
