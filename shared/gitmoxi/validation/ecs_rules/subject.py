"""What the rules across the files of one ECS object look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.native import Checked
from gitmoxi.validation.reading import objects_at, text_at
from gitmoxi.validation.service_rules.facts import ServiceDocument
from gitmoxi.validation.sources import Source

TaskDocument: TypeAlias = dict[str, JsonValue]
"""A ``RegisterTaskDefinition`` request as committed, cleaned, of whatever form."""

AWSVPC: Final = "awsvpc"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """The deployment settings as they stand in the file, of whatever form."""

    document: JsonValue
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsDocuments:
    """The files of one object: the service, and beside it what there is.

    Attributes:
        service: the service definition; an object without one has nothing to compare.
        task_definition: None: there is no such file, or it is unreadable.
        settings: None: there is no such file, or it is unreadable.
        unreadable: the kinds of files that are there, or may be, and whose content is not known.
    """

    service: Checked
    task_definition: Checked | None = None
    settings: SettingsFile | None = None
    unreadable: Collection[FileKind] = ()

    @property
    def brings_task_definition(self) -> bool:
        """Whether there is a task definition file, or may be one."""
        return self.task_definition is not None or FileKind.TASKDEF in self.unreadable

    @property
    def settings_are_known(self) -> bool:
        """Whether what is not among the settings has its default."""
        return self.settings is not None or FileKind.DEPDEF not in self.unreadable

    @property
    def pair(self) -> tuple[ServiceDocument, TaskDocument] | None:
        """The service and its task definition; None where the latter is not known here."""
        if self.task_definition is None:
            return None
        return self.service.document, self.task_definition.document

    @property
    def settings_document(self) -> JsonValue:
        """The settings; nothing where there are none."""
        return self.settings.document if self.settings is not None else None

    @property
    def settings_source(self) -> Source | None:
        """Where the settings stand."""
        return self.settings.source if self.settings is not None else None


def containers(task: TaskDocument) -> Iterator[tuple[JsonPath, str]]:
    """The containers of a task definition: their places and names."""
    for path, _ in objects_at(task, "containerDefinitions"):
        name = text_at(task, *path, "name")
        if name is not None:
            yield path, name


def port_names(task: TaskDocument) -> tuple[str, ...]:
    """The names that port mappings have, of all containers."""
    return tuple(
        name
        for container, _ in objects_at(task, "containerDefinitions")
        for mapping, _ in objects_at(task, *container, "portMappings")
        if (name := text_at(task, *mapping, "name")) is not None
    )
