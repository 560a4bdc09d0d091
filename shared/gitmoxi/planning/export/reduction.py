"""A described document as the request that makes it: what AWS fills in by itself is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from gitmoxi.planning.documents import Document, Json, canonical, is_blank
from gitmoxi.planning.rules import Rules, member_pattern

Shape = Any
"""A shape of ``gitmoxi.validation.aws_model``: of botocore's, whose own name only validation may use."""


def reduced(
    described: Document, request: Shape, rules: Rules, *, kept: Collection[str] = frozenset()
) -> dict[str, Json]:
    """The members of ``described`` that ``request`` takes and that say more than AWS's defaults do.

    Members stand in the order of the API. ``kept`` are places (as in ``Rules``) that are written even where
    they equal the default.
    """
    return _Reduction(rules, kept).structure(described, request, "")


_NO_DEFAULTS = Rules(document="")


class _Reduction:
    def __init__(self, rules: Rules, kept: Collection[str]) -> None:
        self._rules = rules
        self._kept = kept

    def structure(self, value: Document, shape: Shape, place: str) -> dict[str, Json]:
        defaults = self._rules.defaults.get(place, {})
        result: dict[str, Json] = {}
        for name, member in shape.members.items():
            if value.get(name) is None:
                continue
            where = member_pattern(place, name)
            inner = self.value(value[name], member, where)
            is_bare = is_blank(inner) and self._counts_when_bare(name, place)
            if is_bare:
                inner = _Reduction(_NO_DEFAULTS, frozenset()).value(value[name], member, "")
            is_said = not is_blank(inner) and not self._is_default(inner, defaults.get(name), member, where)
            if is_said or is_bare or name in shape.required_members or where in self._kept:
                result[name] = inner
        return result

    def _counts_when_bare(self, name: str, place: str) -> bool:
        """Whether an object of nothing but defaults is to AWS not the same as no object."""
        has_defaults = member_pattern(place, name) in self._rules.defaults
        is_there_anyway = name in self._rules.defaults.get(place, {}) or place in self._rules.kept_in
        return has_defaults and not is_there_anyway

    def value(self, value: Json, shape: Shape, place: str) -> Json:
        match shape.type_name, value:
            case "structure", Mapping():
                return value if shape.is_document_type else self.structure(value, shape, place)
            case "list", list() | tuple():
                return [self.value(item, shape.member, f"{place}[]") for item in value if item is not None]
            case "map", Mapping():
                return {str(name): member for name, member in value.items() if member is not None}
            case _, datetime():
                return int(value.timestamp())
            case _:
                return value

    def _is_default(self, value: Json, default: Json, shape: Shape, place: str) -> bool:
        if default is None:
            return False
        return canonical(value) == canonical(self.value(default, shape, place))
