"""Checks documents against the request shapes of botocore's models."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonPath, JsonValue, Positions
from gitmoxi.domain.sensitive import presentable
from gitmoxi.validation.aws_model import input_shape
from gitmoxi.validation.shape_scalars import check_scalar, check_size, check_text, wrong_type
from gitmoxi.validation.sources import Source, nearest_advice


def check_shape(
    *,
    service: str,
    operation: str,
    document: JsonValue,
    file: str,
    positions: Positions,
    not_required: Collection[str] = (),
) -> list[Finding]:
    """What AWS would refuse about the form of a request.

    Args:
        service: botocore's name of the service, ``ecs`` or ``lambda``.
        operation: the API operation whose request ``document`` is.
        document: the request.
        file: the path of its file, for the findings.
        positions: where its values stand.
        not_required: required top-level members that may be missing here because we fill them in.
    """
    source = Source(file=file, positions=positions)
    found = shape_findings(input_shape(service, operation), document, source, not_required=not_required)
    return [presentable(finding, ()) for finding in found]


def shape_findings(
    shape: Shape,
    document: JsonValue,
    source: Source,
    *,
    not_required: Collection[str] = (),
    missing_advice: Mapping[str, str] | None = None,
) -> list[Finding]:
    """As ``check_shape``, for any shape.

    ``missing_advice`` says what to do about a missing top-level member.
    """
    return list(_Checker(source, not_required, missing_advice or {}).check(shape, document, ()))


class _Checker:
    def __init__(
        self, source: Source, not_required: Collection[str], missing_advice: Mapping[str, str]
    ) -> None:
        self._source = source
        self._not_required = not_required
        self._missing_advice = missing_advice

    def check(self, shape: Shape, value: JsonValue, path: JsonPath) -> Iterator[Finding]:
        match shape:
            case StructureShape():
                yield from self._structure(shape, value, path)
            case ListShape():
                yield from self._list(shape, value, path)
            case MapShape():
                yield from self._map(shape, value, path)
            case _:
                yield from check_scalar(shape, value, path, self._source)

    def _structure(self, shape: StructureShape, value: JsonValue, path: JsonPath) -> Iterator[Finding]:
        if shape.is_document_type:
            return
        if not isinstance(value, dict):
            yield wrong_type(shape, value, path, self._source)
            return
        yield from self._missing(shape, value, path)
        for name, member in value.items():
            if name in shape.members:
                yield from self.check(shape.members[name], member, (*path, name))
            else:
                yield self._unknown(shape, name, path)

    def _missing(
        self, shape: StructureShape, value: Mapping[str, JsonValue], path: JsonPath
    ) -> Iterator[Finding]:
        for name in shape.required_members:
            if name in value or (not path and name in self._not_required):
                continue
            yield self._source.finding(
                path,
                rule="shape.missing-key",
                message=f"{name} is missing",
                expected=name,
                advice=self._missing_advice.get(name, "") if not path else "",
            )

    def _unknown(self, shape: StructureShape, name: str, path: JsonPath) -> Finding:
        return self._source.finding(
            (*path, name),
            rule="shape.unknown-key",
            message=f"{shape.name} has no attribute {name!r}",
            found=name,
            expected=", ".join(shape.members),
            advice=nearest_advice(name, shape.members),
        )

    def _list(self, shape: ListShape, value: JsonValue, path: JsonPath) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield wrong_type(shape, value, path, self._source)
            return
        yield from check_size(shape, len(value), "items", path, self._source)
        for index, item in enumerate(value):
            yield from self.check(shape.member, item, (*path, index))

    def _map(self, shape: MapShape, value: JsonValue, path: JsonPath) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield wrong_type(shape, value, path, self._source)
            return
        yield from check_size(shape, len(value), "members", path, self._source)
        for name, member in value.items():
            yield from check_text(shape.key, name, (*path, name), self._source)
            yield from self.check(shape.value, member, (*path, name))
