"""What of a partially rendered document is not known, for the list that people see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitmoxi.domain.rendered import JsonPath, JsonValue, UnknownPart, UnknownRole
from gitmoxi.domain.unknown import Unknown, as_written, holds_mark
from gitmoxi.rendering.strict_json import ParsedJson
from gitmoxi.rendering.templates import UndecidedTag


def unknown_parts(parsed: ParsedJson, undecided: Sequence[UndecidedTag]) -> tuple[UnknownPart, ...]:
    """The unknown values and names of a document, and its template's tags, in the order of their places."""
    parts = [
        UnknownPart(role=role, path=path, position=parsed.positions[path], expression=expression)
        for role, path, expression in _found(parsed.value, ())
    ]
    parts += [
        UnknownPart(role=UnknownRole.TAG, path=(), position=each.position, expression=each.tag)
        for each in undecided
    ]
    return tuple(sorted(parts, key=lambda part: (part.position.line, part.position.column)))


def _found(value: JsonValue, path: JsonPath) -> Iterator[tuple[UnknownRole, JsonPath, str]]:
    match value:
        case Unknown():
            yield UnknownRole.VALUE, path, str.__str__(value)
        case dict():
            for name, member in value.items():
                if holds_mark(name):
                    yield UnknownRole.NAME, (*path, name), as_written(name)
                yield from _found(member, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from _found(item, (*path, index))
