"""Members that were taken out of a document since the last good revision, and what is sent for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi.planning.documents import MISSING, Document, Json, without_nulls


def with_removals(desired: Document, previous: Document | None, resets: Mapping[str, Json]) -> dict[str, Any]:
    """``desired`` and, for each member that only ``previous`` had, the value that undoes it.

    ``resets`` maps places (``deploymentConfiguration.alarms``) to values. A member of an object that is
    itself gone, below the second level, goes with it.
    """
    result: dict[str, Any] = without_nulls(desired)
    if previous is None:
        return result
    for place, value in resets.items():
        *parents, name = place.split(".")
        if _at(previous, place) in (MISSING, None) or _at(desired, place) not in (MISSING, None):
            continue
        parent = _parent(result, parents)
        if parent is not None:
            parent[name] = without_nulls(value)
    return result


def _at(document: Document, place: str) -> Json:
    value: Json = document
    for name in place.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value


def _parent(document: dict[str, Any], parents: list[str]) -> dict[str, Any] | None:
    if len(parents) == 1:
        document.setdefault(parents[0], {})
    found = _at(document, ".".join(parents)) if parents else document
    return found if isinstance(found, dict) else None
