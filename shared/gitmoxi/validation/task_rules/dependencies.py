"""How the containers of a task depend on each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.reading import known, list_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import nearest_advice
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import CONTAINERS, Container, TaskDefinition

_DEPENDENCY: Final = api("ContainerDependency")


@rule(
    "task.unknown-container",
    summary="dependsOn, links and volumesFrom name containers of the same task.",
    source=api("ContainerDefinition"),
)
def _unknown_container(task: TaskDefinition) -> Iterator[Problem]:
    names = task.container_names()
    known_names = frozenset(names)
    for container in task.containers():
        for path, name in _references(container):
            if name not in known_names:
                yield Problem(
                    at=path,
                    message=f"{container.shown} names {name}, and the task has no such container",
                    found=name,
                    expected=", ".join(names),
                    advice=nearest_advice(
                        name, names, otherwise="name a container of this task, or remove it"
                    ),
                )


def _references(container: Container) -> Iterator[tuple[JsonPath, str]]:
    for member, key in (("dependsOn", "containerName"), ("volumesFrom", "sourceContainer")):
        for path, item in container.each(member):
            name = text_at(item, key)
            if name:
                yield (*path, key), name
    for index, link in enumerate(list_at(container.values, "links")):
        if isinstance(known(link), str) and link:
            yield container.at("links", index), str(link).partition(":")[0]


@rule(
    "task.dependency-cycle",
    summary="Containers do not wait for each other in a circle.",
    source=_DEPENDENCY,
    advice="remove one of these dependencies",
)
def _dependency_cycle(task: TaskDefinition) -> Iterator[Problem]:
    waits_for = {each.name: _dependencies(each) for each in task.containers() if each.name}
    cycle = _cycle(waits_for)
    if cycle:
        waiting = [each.name for each in task.containers()].index(cycle[0])
        yield Problem(
            at=(CONTAINERS, waiting, "dependsOn"),
            message=f"these containers wait for each other, so that none starts: {' -> '.join(cycle)}",
            found=" -> ".join(cycle),
        )


def _dependencies(container: Container) -> list[str]:
    items = [text_at(item, "containerName") for _path, item in container.each("dependsOn")]
    return [name for name in items if name]


def _cycle(waits_for: Mapping[str, Sequence[str]]) -> list[str]:
    """The containers of a circle, each before the one that it waits for; none if there is no circle."""
    try:
        TopologicalSorter(waits_for).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


@rule(
    "task.dependency-condition",
    summary="HEALTHY waits for a healthCheck, COMPLETE and SUCCESS for a container that is not essential.",
    source=_DEPENDENCY,
)
def _dependency_condition(task: TaskDefinition) -> Iterator[Problem]:
    by_name = {each.name: each for each in task.containers() if each.name}
    for container in task.containers():
        for path, item in container.each("dependsOn"):
            condition = text_at(item, "condition")
            other = by_name.get(text_at(item, "containerName") or "")
            if other is None:
                continue
            at = (*path, "condition")
            if condition == "HEALTHY" and value_at(other.values, "healthCheck") is None:
                yield Problem(
                    at=at,
                    message=f"{container.shown} waits for a healthy {other.name}, which has no healthCheck",
                    found=condition,
                    advice=f"give {other.name} a healthCheck, or wait for START",
                )
            elif condition in {"COMPLETE", "SUCCESS"} and other.essential:
                yield Problem(
                    at=at,
                    message=f"{container.shown} waits for {other.name} to end, and the task ends with it",
                    found=condition,
                    advice=f'set "essential": false for {other.name}',
                )


DEPENDENCY_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _unknown_container,
    _dependency_cycle,
    _dependency_condition,
)
