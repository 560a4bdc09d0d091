"""Checks documents against the request shapes of botocore's models."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import MARK, Unknown
from gitmoxi.validation import shape_rules
from gitmoxi.validation.shape_scalars import check_scalar, check_size, check_text, wrong_type
from gitmoxi.validation.sources import Source, nearest_advice, shown

_MOST: Final = 200
"""Findings of one document: nobody reads more, and a hostile document could make millions."""


def shape_findings(
    shape: StructureShape,
    document: JsonValue,
    source: Source,
    *,
    not_required: Collection[str] = (),
    missing_advice: Mapping[str, str] | None = None,
    foreign_advice: Mapping[str, str] | None = None,
) -> list[Finding]:
    """What AWS would refuse about the form of a request; what is not known here is not checked.

    Args:
        shape: the shape of the request.
        document: the request.
        source: where it stands.
        not_required: required top-level members that may be missing here because we fill them in.
        missing_advice: what to do about missing top-level members, by name.
        foreign_advice: what to do about members that other tools or operations have there, by name.
    """
    checker = _Checker(shape, source, not_required, missing_advice or {}, foreign_advice or {})
    try:
        checker.check(shape, document, ())
    except _EnoughError:
        checker.findings.append(
            source.breach(
                shape_rules.TOO_MANY, (), f"there are more mistakes than the {_MOST} that are listed"
            )
        )
    return checker.findings


class _EnoughError(Exception):
    """More is wrong than anybody would read."""


class _Checker:
    def __init__(
        self,
        request: StructureShape,
        source: Source,
        not_required: Collection[str],
        missing_advice: Mapping[str, str],
        foreign_advice: Mapping[str, str],
    ) -> None:
        self._request = request
        self._source = source
        self._not_required = not_required
        self._missing_advice = missing_advice
        self._foreign_advice = foreign_advice
        self.findings: list[Finding] = []

    def check(self, shape: Shape, value: JsonValue, path: JsonPath) -> None:
        if isinstance(value, Unknown):
            return
        match shape:
            case StructureShape():
                self._structure(shape, value, path)
            case ListShape():
                self._list(shape, value, path)
            case MapShape():
                self._map(shape, value, path)
            case _:
                self._add(check_scalar(shape, value, path, self._source))

    def _add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.findings.append(finding)
            if len(self.findings) >= _MOST:
                raise _EnoughError

    def _structure(self, shape: StructureShape, value: JsonValue, path: JsonPath) -> None:
        if shape.is_document_type:
            return
        if not isinstance(value, dict):
            self._add([wrong_type(shape, value, path, self._source)])
            return
        members = shape.members
        missing = [name for name in shape.required_members if name not in value]
        if missing and not any(MARK in name for name in value):
            self._add(self._missing(name, path) for name in missing if path or name not in self._not_required)
        for name, member in value.items():
            known = members.get(name)
            if known is not None:
                self.check(known, member, (*path, name))
            elif MARK not in name:
                self._add([self._unknown(shape, name, path)])

    def _missing(self, name: str, path: JsonPath) -> Finding:
        return self._source.breach(
            shape_rules.MISSING_KEY,
            path,
            f"{name} is missing",
            expected=name,
            advice=(self._missing_advice.get(name, "") if not path else "") or f"add {name}",
        )

    def _unknown(self, shape: StructureShape, name: str, path: JsonPath) -> Finding:
        return self._source.breach(
            shape_rules.UNKNOWN_KEY,
            (*path, name),
            f"{shape.name.removesuffix('Request')} has no attribute {shown(name)}",
            found=name,
            expected=", ".join(shape.members),
            advice=self._unknown_advice(shape, name, path),
        )

    def _unknown_advice(self, shape: StructureShape, name: str, path: JsonPath) -> str:
        if not path and name in self._foreign_advice:
            return self._foreign_advice[name]
        places = _places(self._request)
        if name in places:
            return f"it belongs to {places[name]}"
        return nearest_advice(name, shape.members)

    def _list(self, shape: ListShape, value: JsonValue, path: JsonPath) -> None:
        if not isinstance(value, list):
            self._add([wrong_type(shape, value, path, self._source)])
            return
        self._add(check_size(shape, len(value), "items", path, self._source))
        for index, item in enumerate(value):
            self.check(shape.member, item, (*path, index))

    def _map(self, shape: MapShape, value: JsonValue, path: JsonPath) -> None:
        if not isinstance(value, dict):
            self._add([wrong_type(shape, value, path, self._source)])
            return
        self._add(check_size(shape, len(value), "members", path, self._source))
        for name, member in value.items():
            if MARK not in name:
                self._add(check_text(shape.key, name, (*path, name), self._source))
            self.check(shape.value, member, (*path, name))


@cache
def _places(request: StructureShape) -> Mapping[str, str]:
    """By name, the object that a member of the request belongs to, where that is one object only."""
    found: dict[str, set[str]] = {}
    _note_places(request, "", found, ())
    return {name: next(iter(places)) for name, places in found.items() if len(places) == 1}


def _note_places(shape: Shape, place: str, found: dict[str, set[str]], above: tuple[str, ...]) -> None:
    if shape.name in above:
        return
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                found.setdefault(name, set()).add(place or "the top level of the document")
                _note_places(member, f"{place}.{name}" if place else name, found, (*above, shape.name))
        case ListShape():
            _note_places(shape.member, f"{place}[]", found, (*above, shape.name))
        case _:
            return
