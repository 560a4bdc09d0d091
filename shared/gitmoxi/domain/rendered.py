"""Rendered deployment files: JSON documents that still know where in the user's files each value stands.

What may hold sensitive values is left out of every ``repr``, so that no log line can print it by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.targets import TargetKind
from gitmoxi.domain.unknown import as_written

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

JsonPath: TypeAlias = tuple[str | int, ...]
"""Member names and list indexes from the root of a document; the root itself is ``()``."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file: both numbers count from 1."""

    line: int
    column: int


Positions: TypeAlias = Mapping[JsonPath, Position]
"""Where each value stands in the file that the user wrote; an object's member stands where its name does."""


def show_path(path: JsonPath) -> str:
    """The path as people write it: ``$.containerDefinitions[0].image``."""
    return "$" + "".join(_show_part(part) for part in path)


def _show_part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part.isidentifier() else f"[{as_written(part)!r}]"


def locate(positions: Positions, path: JsonPath) -> Position | None:
    """The place of the value at ``path``, or of the nearest value around it."""
    for length in range(len(path), -1, -1):
        position = positions.get(path[:length])
        if position is not None:
            return position
    return None


class UnknownRole(StrEnum):
    """What it is that is not known."""

    VALUE = "value"
    """A value of the document: there is an ``Unknown`` in its place."""
    NAME = "name"
    """The name of an object's member: it has ``MARK`` in it."""
    TAG = "tag"
    """A condition or loop of the template: one branch, or one round, stands for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPart:
    """A part of a document that is not known here.

    Attributes:
        role: what it is.
        path: of the value, or of the member; the root for a tag.
        position: where the value, the member, or the tag stands in the file as committed.
        expression: what the user wrote: ``app-{{ env }}``, or ``if env == 'prod'`` for a tag.
    """

    role: UnknownRole
    path: JsonPath
    position: Position
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    """One file after rendering: its JSON value, the rendered text, and the places of its values.

    ``positions`` are places in the file at ``path`` as committed, before substitution. ``unknowns`` are the
    parts that a partial rendering could not know, in the order of their places.
    """

    path: str
    document: JsonValue = field(repr=False)
    text: str = field(repr=False)
    positions: Positions = field(repr=False)
    unknowns: tuple[UnknownPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedObject:
    """All files of one service object after rendering; plain data that can travel between processes.

    ``sensitive_values`` are the texts that references marked as sensitive: they may lie in ``documents``
    and nowhere else (see ``gitmoxi.domain.sensitive``).
    """

    prefix: str
    kind: TargetKind
    documents: Mapping[FileKind, RenderedDocument]
    sensitive_values: frozenset[str] = field(repr=False)
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """What to render: the object's own files and the files that its input file refers to, by path.

    A ``partial`` rendering does without an input file or a referenced file: names that are then given
    nowhere are unknown (see ``gitmoxi.domain.unknown``) instead of errors. If nothing is missing, it is a
    rendering like any other, and a name that is given nowhere is an error.
    """

    prefix: str
    kind: TargetKind
    files: Mapping[str, bytes] = field(repr=False)
    references: Mapping[str, bytes] = field(repr=False)
    partial: bool = False
