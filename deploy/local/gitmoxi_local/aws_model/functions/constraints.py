"""Checks members against the limits that botocore's model states: length, range, pattern, choice."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

from gitmoxi_local.aws_model.base import AwsError

# CreateFunction and UpdateFunctionConfiguration word a bad runtime in a way of their own (rules).
_WORDED_ELSEWHERE = frozenset({"runtime"})

_MODEL = ServiceModel(Loader().load_service_model("lambda", "service-2"), "lambda")


def _runtimes() -> tuple[str, ...]:
    shape = _MODEL.shape_for("Runtime")
    assert isinstance(shape, StringShape), "Runtime is an enumeration"
    return tuple(shape.enum)


RUNTIMES = _runtimes()
"""Every runtime that there is or was."""


def check(operation: str, params: Mapping[str, Any]) -> None:
    """Refuse parameters outside the API model's limits, all of them in one message, as Lambda does.

    Raises:
        AwsError: ``ValidationException``.
    """
    shape = _MODEL.operation_model(operation).input_shape
    if not isinstance(shape, StructureShape):
        return
    problems = list(_structure_problems(shape, params, ""))
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise AwsError(
            "ValidationException", f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"
        )


def _structure_problems(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _problem("null", _join(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], _join(path, name))


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if path in _WORDED_ELSEWHERE:
        return
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        yield from _structure_problems(shape, value, path)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _size_problems(shape, len(value), value, path)
        for index, item in enumerate(value, start=1):
            yield from _problems(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _problems(shape.key, key, path)
            yield from _problems(shape.value, item, f"{path}.{key}.member")
    elif isinstance(shape, StringShape) and isinstance(value, str):
        yield from _text_problems(shape, value, path)
    elif shape.type_name in {"integer", "long", "double", "float"}:
        yield from _number_problems(shape, value, path)


def _text_problems(shape: StringShape, value: str, path: str) -> Iterator[str]:
    yield from _size_problems(shape, len(value), value, path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _problem(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    if shape.enum and value not in shape.enum:
        yield _problem(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")


def _size_problems(shape: Shape, size: int, value: Any, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _problem(value, path, f"Member must have length greater than or equal to {least}")
    if most is not None and size > most:
        yield _problem(value, path, f"Member must have length less than or equal to {most}")


def _number_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        yield _problem(value, path, "Member must be a number")
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and number < least:
        yield _problem(value, path, f"Member must have value greater than or equal to {least}")
    if most is not None and number > most:
        yield _problem(value, path, f"Member must have value less than or equal to {most}")


def _problem(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern for Python, None for the few that only Java understands."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
