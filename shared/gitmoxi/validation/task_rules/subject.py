"""What the rules for task definitions look at, and how rules for single containers are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import UnknownValueError, is_unknown
from gitmoxi.validation.reading import known, list_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, Rule, rule

CONTAINERS = "containerDefinitions"

_MOST_CHECKED: Final = 100
"""Containers: ten times as many as AWS takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One member of ``containerDefinitions``, and its path from the document's root."""

    path: JsonPath
    values: dict[str, JsonValue] = field(repr=False)

    @property
    def shown(self) -> str:
        """What messages call it: its name, or its place where it has none that is known."""
        name = self.values.get("name")
        if isinstance(name, str) and not is_unknown(name) and name:
            return f"container {name}"
        return f"container number {int(self.path[-1]) + 1}"

    @property
    def name(self) -> str | None:
        """Its name; None where there is none.

        Raises:
            UnknownValueError: it is not known here.
        """
        return text_at(self.values, "name") or None

    @property
    def essential(self) -> bool:
        """Whether the task stops with it, which it does unless the file says otherwise."""
        return known(self.values.get("essential")) is not False

    def at(self, *path: str | int) -> JsonPath:
        """The path from the document's root of what stands at ``path`` in it."""
        return (*self.path, *path)

    def each(self, *path: str | int) -> Iterator[tuple[JsonPath, dict[str, JsonValue]]]:
        """The objects of its list at ``path``, each with its path from the document's root."""
        for below, item in objects_at(self.values, *path):
            yield self.at(*below), dict(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """A cleaned ``RegisterTaskDefinition`` request; its values may be of any type.

    Attributes:
        document: the request.
        started_on_fargate: the service starts it on Fargate, whatever ``requiresCompatibilities`` says.
    """

    document: dict[str, JsonValue] = field(repr=False)
    started_on_fargate: bool = False

    @property
    def compatibilities(self) -> list[str]:
        """The launch types that AWS checks it for, as the file lists them."""
        listed = list_at(self.document, "requiresCompatibilities")
        return [str(known(item)) for item in listed]

    @property
    def fargate(self) -> bool:
        """Whether it must be fit for Fargate."""
        return self.started_on_fargate or "FARGATE" in self.compatibilities

    @property
    def network_mode(self) -> str:
        """``bridge`` where the file names none."""
        return text_at(self.document, "networkMode") or "bridge"

    @property
    def windows(self) -> bool:
        """Whether its ``runtimePlatform`` is one of the Windows families."""
        family = text_at(self.document, "runtimePlatform", "operatingSystemFamily") or ""
        return family.startswith("WINDOWS")

    def each(self, *path: str | int) -> Iterator[tuple[JsonPath, dict[str, JsonValue]]]:
        """The objects of the list at ``path``, each with its path from the document's root."""
        for below, item in objects_at(self.document, *path):
            yield below, dict(item)

    def containers(self) -> Iterator[Container]:
        """All containers.

        Raises:
            UnknownValueError: one is not known here; those before it have been given.
        """
        for path, values in self.each(CONTAINERS):
            yield Container(path=path, values=values)

    def known_containers(self) -> Iterator[Container]:
        """The containers that are known here; there may be others."""
        for index, item in enumerate(list_at(self.document, CONTAINERS)):
            if isinstance(item, dict):
                yield Container(path=(CONTAINERS, index), values=item)

    def container_names(self) -> list[str]:
        """The names of all containers, in their order.

        Raises:
            UnknownValueError: one is not known here.
        """
        return [name for container in self.containers() if (name := container.name)]


ContainerCheck = Callable[[TaskDefinition, Container], Iterable[Problem]]


def container_rule(
    id: str,  # noqa: A002 - named as the attribute that it becomes
    *,
    summary: str,
    source: str,
    advice: str = "",
    severity: Severity = Severity.ERROR,
) -> Callable[[ContainerCheck], Rule[TaskDefinition]]:
    """Makes a check of one container a rule for all of a task definition; see ``RuleInfo``.

    What is not known of one container ends the check of that container only. Of very many containers, which
    AWS refuses as a whole, only the first 100 are checked.
    """

    def made(check: ContainerCheck) -> Rule[TaskDefinition]:
        def each(task: TaskDefinition) -> Iterator[Problem]:
            for container in islice(task.known_containers(), _MOST_CHECKED):
                try:
                    yield from check(task, container)
                except UnknownValueError:
                    continue

        return rule(id, summary=summary, source=source, advice=advice, severity=severity)(each)

    return made
