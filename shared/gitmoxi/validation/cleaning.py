"""Takes out of a committed document what AWS describes but never takes, and says so.

People commit what ``aws ecs describe-*`` and ``aws lambda get-function`` print; what they mean is clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """How AWS describes what a request makes.

    Attributes:
        shape: the shape of the description.
        wrappers: the members that it may be wrapped in, as an object or as a list of one.
        parts: shapes of request members that AWS describes beside the description.
        stands_for: request members by the described attribute that tells their value.
        advice: what to do about a described attribute, where taking it out loses something.
    """

    shape: Shape
    wrappers: tuple[str, ...]
    parts: Mapping[str, Shape] = field(default_factory=dict)
    stands_for: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The document as AWS takes it, the part of the file that it stands in, and what was taken out."""

    document: JsonValue
    source: Source
    findings: tuple[Finding, ...]


def clean(document: JsonValue, source: Source, *, request: StructureShape, described: Described) -> Cleaned:
    """The document without wrapper, described attributes, nulls, and empty lists where AWS takes none."""
    cleaner = _Cleaner(described)
    unwrapped, inner = cleaner.unwrap(document, source, request)
    cleaner.source = inner
    cleaned = cleaner.strip(unwrapped, request, described.shape, ())
    return Cleaned(document=cleaned, source=inner, findings=tuple(cleaner.findings))


class _Cleaner:
    def __init__(self, described: Described) -> None:
        self._described = described
        self.source = Source(file="", positions={})
        self.findings: list[Finding] = []

    def unwrap(
        self, document: JsonValue, source: Source, request: StructureShape
    ) -> tuple[JsonValue, Source]:
        self.source = source
        if not isinstance(document, dict):
            return document, source
        wrapper = next((name for name in self._described.wrappers if name in document), None)
        if wrapper is None:
            return document, source
        inner, path = document[wrapper], (wrapper,)
        inner_source = source.below(wrapper)
        if isinstance(inner, list):
            if len(inner) != 1:
                self._add(
                    path,
                    "document.several",
                    f"{wrapper} holds {len(inner)} descriptions, and a file defines one",
                    Severity.ERROR,
                )
                return {}, source
            inner, inner_source = inner[0], inner_source.below(0)
        if not isinstance(inner, dict):
            return document, source
        self._warn_described(path, f"the document is wrapped in {wrapper}, as AWS describes it")
        beside = {
            name: value
            for name, value in document.items()
            if name in request.members and name not in inner and value is not None
        }
        return {**inner, **beside}, inner_source

    def strip(self, value: JsonValue, shape: Shape, described: Shape | None, path: JsonPath) -> JsonValue:
        match shape, value:
            case StructureShape(), dict():
                return self._strip_members(value, shape, described, path)
            case ListShape(), list():
                inner = described.member if isinstance(described, ListShape) else None
                return [self.strip(item, shape.member, inner, (*path, i)) for i, item in enumerate(value)]
            case MapShape(), dict():
                inner = described.value if isinstance(described, MapShape) else None
                return {
                    name: self.strip(member, shape.value, inner, (*path, name))
                    for name, member in value.items()
                    if not self._is_null(member, (*path, name))
                }
            case _:
                return self._strip_reference(value, shape, described, path)

    def _strip_members(
        self, value: Mapping[str, JsonValue], shape: StructureShape, described: Shape | None, path: JsonPath
    ) -> dict[str, JsonValue]:
        counterparts: dict[str, Shape] = {} if path else dict(self._described.parts)
        if isinstance(described, StructureShape):
            counterparts |= described.members
        kept: dict[str, JsonValue] = {}
        for name, member in value.items():
            where = (*path, name)
            if name not in shape.members and name in counterparts:
                self._drop_described(name, member, value, kept, where)
            elif not self._is_null(member, where) and not self._is_needlessly_empty(
                shape, name, member, where
            ):
                inner = shape.members.get(name)
                left = member if inner is None else self.strip(member, inner, counterparts.get(name), where)
                if left or path or name not in self._described.parts:
                    kept[name] = left
        return kept

    def _drop_described(
        self,
        name: str,
        member: JsonValue,
        siblings: Mapping[str, JsonValue],
        kept: dict[str, JsonValue],
        path: JsonPath,
    ) -> None:
        meant = self._described.stands_for.get(name) if len(path) == 1 else None
        if meant is not None and siblings.get(meant) is None and member is not None:
            kept[meant] = member
            self._warn_described(path, f"{name} is only described by AWS; it is taken for {meant}")
            return
        advice = self._described.advice.get(name, "remove it")
        self._warn_described(path, f"{name} is only described by AWS and never sent; it is ignored", advice)

    def _is_null(self, value: JsonValue, path: JsonPath) -> bool:
        if value is None:
            self._add(path, "document.null", f"{path[-1]} is null; it is taken as left out", Severity.WARNING)
        return value is None

    def _is_needlessly_empty(
        self, shape: StructureShape, name: str, value: JsonValue, path: JsonPath
    ) -> bool:
        member = shape.members.get(name)
        empty = value == [] and member is not None and member.metadata.get("min", 0) > 0
        if empty and name not in shape.required_members:
            self._add(
                path,
                "document.empty-list",
                f"{name} is empty, which AWS does not take; it is taken as left out",
                Severity.WARNING,
            )
            return True
        return False

    def _strip_reference(
        self, value: JsonValue, shape: Shape, described: Shape | None, path: JsonPath
    ) -> JsonValue:
        """Lambda describes a layer as an object and takes its ARN."""
        if shape.type_name == "string" and isinstance(described, StructureShape) and isinstance(value, dict):
            arn = value.get("Arn")
            if isinstance(arn, str):
                self._warn_described(path, "AWS takes the ARN alone; the rest of the description is ignored")
                return arn
        return value

    def _warn_described(self, path: JsonPath, message: str, advice: str = "") -> None:
        self._add(path, "document.describe-output", message, Severity.WARNING, advice)

    def _add(self, path: JsonPath, rule: str, message: str, severity: Severity, advice: str = "") -> None:
        self.findings.append(
            self.source.finding(path, rule=rule, message=message, severity=severity, advice=advice)
        )
