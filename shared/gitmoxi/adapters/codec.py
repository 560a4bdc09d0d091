"""Records as JSON and back, the same wherever they are stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import GenericAlias
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from gitmoxi.domain.targets import parse_target_id
from gitmoxi.errors import CorruptRecordError, InvalidInputError, InvariantError

Record = TypeVar("Record")

_TARGET = "target"
"""The field that holds a ``Target`` in every record that has one; stored as the target's id."""

_ADAPTERS: dict[type[Any], TypeAdapter[list[Any]]] = {}
"""Built once for each class: that takes milliseconds."""


def encode(record: object) -> str:
    """A record (a frozen dataclass) as compact JSON.

    Enums are stored by value, moments as ISO 8601 in UTC, a target by its id. Fields that are None are
    left out, for None is the default of all fields that may be None.
    """
    plain = _adapter(type(record)).dump_python([record], mode="json", exclude_none=True)[0]
    if _TARGET in plain:
        plain[_TARGET] = record.target.id  # type: ignore[attr-defined]  # the dump shows that it has one
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def decode(kind: type[Record], text: str | bytes, *, key: str) -> Record:
    """The record of class ``kind`` that was stored as ``text`` under ``key``.

    Raises:
        CorruptRecordError: the text is no such record, or has fields that we do not know: it was written by a
            newer release, or not by us.
    """
    try:
        plain = json.loads(text)
        if isinstance(plain, dict) and isinstance(plain.get(_TARGET), str):
            plain[_TARGET] = parse_target_id(plain[_TARGET])
        records: list[Record] = _adapter(kind).validate_python([plain])
        return records[0]
    except ValidationError as error:
        raise CorruptRecordError(f"{key} is stored as no {kind.__name__}: {_first_of(error)}") from error
    except (ValueError, InvalidInputError) as error:
        raise CorruptRecordError(f"{key} is stored as no {kind.__name__}: {error}") from error


def instant(moment: datetime) -> str:
    """A moment in UTC with microseconds, in a fixed width: as text it sorts by time.

    Raises:
        InvariantError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise InvariantError(f"the moment {moment} has no time zone: take it from the Clock")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _adapter(kind: type[Any]) -> TypeAdapter[list[Any]]:
    if kind not in _ADAPTERS:
        # A plain dataclass has no place for a config, but takes over that of the list in which it stands.
        records: Any = GenericAlias(list, (kind,))
        _ADAPTERS[kind] = TypeAdapter(records, config=ConfigDict(extra="forbid"))
    return _ADAPTERS[kind]


def _first_of(error: ValidationError) -> str:
    """The first problem in words, without the value: it may be sensitive."""
    problem = error.errors(include_input=False, include_url=False)[0]
    path = ".".join(str(part) for part in problem["loc"][1:]) or "the record"
    more = error.error_count() - 1
    return f"{path}: {problem['msg']}" + (f" (and {more} more)" if more else "")
