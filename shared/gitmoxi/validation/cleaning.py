"""Takes out of a committed document what AWS describes but never takes, and says so.

People commit what ``aws ecs describe-*`` and ``aws lambda get-function`` print; what they mean is clear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gitmoxi.domain.findings import Finding, RuleInfo
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.validation.document_rules import (
    DESCRIBED,
    SEVERAL,
    TAKEN_FOR,
    empty_lists_found,
    ignored_found,
    nulls_found,
)
from gitmoxi.validation.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A described attribute that tells the value of a request's member.

    Attributes:
        member: the member of the request.
        within: the member of the described attribute that holds the value; empty: it is the value.
        unless: a text that is in the value when AWS chose it by itself, so that it must not be sent.
    """

    member: str
    within: str = ""
    unless: str = ""

    def value(self, described: JsonValue) -> JsonValue:
        """What is meant for the member; None if nothing is."""
        if self.within:
            described = described.get(self.within) if isinstance(described, dict) else None
        if not self.unless or is_unknown(described):
            return described
        return None if isinstance(described, str) and self.unless in described else described


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """How AWS describes what a request makes.

    Attributes:
        shape: the shape of the description.
        wrappers: the members that it may be wrapped in, as an object or as a list of one.
        parts: shapes of request members that AWS describes beside the description.
        stands_for: what described attributes tell of request members, by the attribute's name.
        holds: by described attribute, the request members that AWS shows nowhere else.
    """

    shape: Shape
    wrappers: tuple[str, ...]
    parts: Mapping[str, Shape] = field(default_factory=dict)
    stands_for: Mapping[str, StandIn] = field(default_factory=dict)
    holds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The document as AWS takes it, the part of the file that it stands in, and what was taken out."""

    document: JsonValue
    source: Source
    findings: tuple[Finding, ...]


def clean(document: JsonValue, source: Source, *, request: StructureShape, described: Described) -> Cleaned:
    """The document without wrapper, described attributes, nulls, and empty lists where AWS takes none."""
    wrapping = _unwrapped(document, source, request, described)
    cleaner = _Cleaner(described, wrapping.source)
    cleaned = cleaner.strip(wrapping.document, request, described.shape, ())
    return Cleaned(
        document=cleaned, source=cleaner.source, findings=(*wrapping.findings, *cleaner.findings())
    )


def _unwrapped(document: JsonValue, source: Source, request: StructureShape, described: Described) -> Cleaned:
    """What is in the wrapper that AWS describes it in, with those of the request's members beside it."""
    as_it_is = Cleaned(document=document, source=source, findings=())
    if not isinstance(document, dict):
        return as_it_is
    wrapper = next((name for name in described.wrappers if name in document), None)
    if wrapper is None:
        return as_it_is
    inner, place = document[wrapper], source.below(wrapper)
    if isinstance(inner, list):
        if len(inner) != 1:
            several = source.breach(
                SEVERAL, (wrapper,), f"{wrapper} holds {len(inner)} descriptions, and a file defines one"
            )
            return Cleaned(document={}, source=source, findings=(several,))
        inner, place = inner[0], place.below(0)
    if is_unknown(inner):
        return Cleaned(document=inner, source=place, findings=())
    if not isinstance(inner, dict):
        return as_it_is
    beside = [name for name in document if name in request.members and name not in inner]
    return Cleaned(
        document={**inner, **{name: document[name] for name in beside}},
        source=place.with_members_of(source, beside),
        findings=tuple(_wrapped(source, wrapper, [name for name in document if name not in beside])),
    )


def _wrapped(source: Source, wrapper: str, names: list[str]) -> Iterator[Finding]:
    ignored = [name for name in names if name != wrapper]
    beside = f"; {', '.join(ignored)} beside it counts for nothing" if ignored else ""
    yield source.breach(
        DESCRIBED,
        (wrapper,),
        f"the document is wrapped in {wrapper}, as AWS describes it{beside}",
        found=wrapper,
        advice=f"commit what is in {wrapper} by itself",
    )


class _Cleaner:
    """Strips one document; collects places, so that each kind of remark is made once."""

    def __init__(self, described: Described, source: Source) -> None:
        self._described = described
        self._source = source
        self.source = source
        """Where the stripped document stands: what was taken for another member, at its own place."""
        self._ignored: list[JsonPath] = []
        self._nulls: list[JsonPath] = []
        self._empty: list[JsonPath] = []
        self._single: list[Finding] = []

    def findings(self) -> Iterator[Finding]:
        """What was taken out, or taken for something else."""
        yield from self._single
        yield from ignored_found(self._ignored, self._source)
        yield from nulls_found(self._nulls, self._source)
        yield from empty_lists_found(self._empty, self._source)

    def strip(self, value: JsonValue, shape: Shape, described: Shape | None, path: JsonPath) -> JsonValue:
        if not isinstance(value, dict | list):
            return value
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
            inner = shape.members.get(name)
            if inner is None and name in counterparts:
                self._drop_described(name, member, value, kept, where)
            elif self._is_null(member, where) or self._is_needlessly_empty(shape, name, member, where):
                continue
            elif inner is None:
                kept[name] = member
            else:
                left = self.strip(member, inner, counterparts.get(name), where)
                # AWS says of a zip file's code only where to download it from: nothing is left of that.
                if (
                    path
                    or name not in self._described.parts
                    or _has_content(left)
                    or not _has_content(member)
                ):
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
        stand_in = self._described.stands_for.get(name) if len(path) == 1 else None
        if stand_in is not None and siblings.get(stand_in.member) is None:
            meant = stand_in.value(member)
            if meant is not None:
                kept[stand_in.member] = meant
                within = (stand_in.within,) if stand_in.within else ()
                self.source = self.source.also_at((stand_in.member,), (*path, *within))
                message = f"{name} is only described by AWS; it is taken for {stand_in.member}"
                self._say(TAKEN_FOR, path, message, f"write {stand_in.member} instead")
                return
        lost = self._lost_with(name, member, siblings) if len(path) == 1 else []
        if lost:
            message = f"{name} is ignored, and only there AWS says what {', '.join(lost)} is"
            self._say(DESCRIBED, path, message, f"copy {', '.join(lost)} out of it to the top level")
        else:
            self._ignored.append(path)

    def _lost_with(self, name: str, member: JsonValue, siblings: Mapping[str, JsonValue]) -> list[str]:
        parts = member if isinstance(member, list) else [member]
        held = self._described.holds.get(name, ())
        return [
            inner
            for inner in held
            if inner not in siblings
            and any(isinstance(part, dict) and _has_content(part.get(inner)) for part in parts)
        ]

    def _is_null(self, value: JsonValue, path: JsonPath) -> bool:
        if value is None:
            self._nulls.append(path)
        return value is None

    def _is_needlessly_empty(
        self, shape: StructureShape, name: str, value: JsonValue, path: JsonPath
    ) -> bool:
        if not isinstance(value, list) or value or name in shape.required_members:
            return False
        member = shape.members.get(name)
        empty = member is not None and member.metadata.get("min", 0) > 0
        if empty:
            self._empty.append(path)
        return empty

    def _strip_reference(
        self, value: JsonValue, shape: Shape, described: Shape | None, path: JsonPath
    ) -> JsonValue:
        """Lambda describes a layer as an object and takes its ARN."""
        if shape.type_name == "string" and isinstance(described, StructureShape) and isinstance(value, dict):
            arn = value.get("Arn")
            if isinstance(arn, str):
                message = "AWS takes the ARN alone; the rest of the description is ignored"
                self._say(TAKEN_FOR, path, message, "write the ARN alone")
                return arn
        return value

    def _say(self, info: RuleInfo, path: JsonPath, message: str, advice: str) -> None:
        self._single.append(self._source.breach(info, path, message, advice=advice))


def _has_content(value: JsonValue) -> bool:
    return is_unknown(value) or bool(value)
