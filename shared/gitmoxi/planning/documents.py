"""JSON documents as plain values: canonical bytes, nulls, and what counts as nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

Json = Any
"""A JSON value: None, bool, int, float, str, or a list or mapping of them. AWS's documents are opaque."""

Document = Mapping[str, Any]
"""A JSON object of AWS's."""


_SCALARS: Final = (str, int, float)


class _Missing:
    """The type of ``MISSING``."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""Stands where a document has no such member, which is not the same as null."""


def canonical(value: Json) -> str:
    """The one text that equal values have: sorted keys, no white space, 2.0 written as 2."""
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def canonical_bytes(value: Json) -> bytes:
    """``canonical`` in UTF-8."""
    return canonical(value).encode()


def without_nulls(value: Json) -> Json:
    """A deep copy, of plain dicts and lists, without null members and items: AWS's tools send none."""
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, dict | Mapping):  # dict first: asking an abstract class is slow
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [without_nulls(item) for item in value if item is not None]
    return value


def is_blank(value: Json) -> bool:
    """Whether AWS answers the same for this value as for none: missing, null, [] and {}, also nested.

    The value is one of ``without_nulls``: of plain dicts and lists.
    """
    if value is MISSING or value is None:
        return True
    if isinstance(value, dict):
        return all(map(is_blank, value.values()))
    return isinstance(value, list) and not value


def without_blanks(value: Json) -> Json:
    """A deep copy without the members for which ``is_blank`` holds."""
    if isinstance(value, dict):
        return {key: without_blanks(member) for key, member in value.items() if not is_blank(member)}
    if isinstance(value, list):
        return [without_blanks(item) for item in value]
    return value


def _plain(value: Json) -> Json:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
