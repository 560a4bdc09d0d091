"""How rules read documents: what has another type than it should is for the shape check to say.

A value that is not known here raises ``UnknownValueError``, which ends the one check that looked at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import Unknown, UnknownValueError


def known(value: JsonValue) -> JsonValue:
    """``value`` itself.

    Raises:
        UnknownValueError: it is not known here.
    """
    if isinstance(value, Unknown):
        raise UnknownValueError(f"the value of {str.__str__(value)} is not known here")
    return value


def object_at(document: JsonValue, *path: str | int) -> Mapping[str, JsonValue]:
    """The object at ``path``; an empty one where there is none."""
    value = value_at(document, *path)
    return value if isinstance(value, dict) else {}


def list_at(document: JsonValue, *path: str | int) -> list[JsonValue]:
    """The list at ``path``; an empty one where there is none."""
    value = value_at(document, *path)
    return value if isinstance(value, list) else []


def text_at(document: JsonValue, *path: str | int) -> str | None:
    """The text at ``path``; None where there is none."""
    value = value_at(document, *path)
    return value if isinstance(value, str) else None


def number_at(document: JsonValue, *path: str | int) -> int | float | None:
    """The number at ``path``; None where there is none. A boolean is none."""
    value = value_at(document, *path)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag_at(document: JsonValue, *path: str | int) -> bool | None:
    """The boolean at ``path``; None where there is none."""
    value = value_at(document, *path)
    return value if isinstance(value, bool) else None


def objects_at(document: JsonValue, *path: str | int) -> Iterator[tuple[JsonPath, Mapping[str, JsonValue]]]:
    """The objects of the list at ``path``, each with its own path from the document's root."""
    for index, item in enumerate(list_at(document, *path)):
        if isinstance(known(item), dict):
            yield (*path, index), item  # type: ignore[misc]  # mypy does not narrow through known()


def value_at(document: JsonValue, *path: str | int) -> JsonValue:
    """The value at ``path``; None where there is none."""
    value = document
    for part in path:
        if isinstance(value, dict) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            known(value)
            return None
    return known(value)
