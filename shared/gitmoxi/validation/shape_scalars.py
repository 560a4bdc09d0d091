"""Checks single values against the scalar shapes of botocore's models: type, enum, range, length, pattern."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from botocore.model import Shape

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.sources import Source, nearest_advice, type_name

_EXPECTED = {
    "structure": "an object",
    "map": "an object",
    "list": "a list",
    "string": "a string",
    "blob": "a string in base64",
    "boolean": "true or false",
    "integer": "an integer",
    "long": "an integer",
    "float": "a number",
    "double": "a number",
    "timestamp": "a time as a string or a number",
}

_GROWING_ENUMS = frozenset({"Runtime", "DeploymentLifecycleHookStage"})
"""AWS adds values to these faster than botocore is renewed: an unknown one is worth a warning only."""

_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_PLACEHOLDER = re.compile(r"\$|<.*>|%|@|\{\{|__|[A-Z][A-Z0-9_]{2,}")

_UNICODE_CLASSES = {r"\p{L}": r"\w", r"\p{Z}": r"\s", r"\p{N}": ""}
r"""AWS's patterns use Unicode classes that ``re`` lacks; ``\w`` takes letters and numbers."""


def check_scalar(shape: Shape, value: JsonValue, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on a value that is neither object nor list in AWS's model."""
    match shape.type_name, value:
        case "string", str():
            yield from check_text(shape, value, path, source)
        case "boolean", bool():
            pass
        case (("integer" | "long" | "float" | "double" | "timestamp"), bool()):
            yield wrong_type(shape, value, path, source)
        case (("integer" | "long"), int()):
            yield from check_range(shape, value, path, source)
        case (("float" | "double"), int() | float()):
            yield from check_range(shape, value, path, source)
        case ("timestamp", str() | int() | float()) | ("blob", str()):
            pass
        case _:
            yield wrong_type(shape, value, path, source)


def wrong_type(shape: Shape, value: JsonValue, path: JsonPath, source: Source) -> Finding:
    """The finding on a value of another type than AWS takes."""
    expected = _EXPECTED.get(shape.type_name, shape.type_name)
    return source.finding(
        path,
        rule="shape.wrong-type",
        message=f"expected {expected} and found {type_name(value)}: {json.dumps(value, ensure_ascii=False)}",
        found=json.dumps(value, ensure_ascii=False),
        expected=expected,
        advice=_type_advice(shape, value),
    )


def _type_advice(shape: Shape, value: JsonValue) -> str:
    match shape.type_name, value:
        case "string", bool() | int() | float():
            return f'write it in quotes: "{json.dumps(value)}"'
        case "string", dict() | list():
            return "write it as one string; JSON within it needs its quotes escaped"
        case (("integer" | "long"), str()) if _INTEGER.fullmatch(value):
            return f"write it without quotes: {value}"
        case (("float" | "double"), str()) if _NUMBER.fullmatch(value):
            return f"write it without quotes: {value}"
        case (("integer" | "long" | "float" | "double"), str()) if _PLACEHOLDER.search(value):
            return (
                "a placeholder stands where a number belongs: write {{ name }} without quotes, and define it"
            )
        case (("integer" | "long"), float()) if value.is_integer():
            return f"write {int(value)}"
        case "boolean", str() if value.lower() in {"true", "false"}:
            return f"write it without quotes: {value.lower()}"
        case "list", str() | int() | float() | dict():
            return "write it in brackets: [...]"
        case _:
            return ""


def check_text(shape: Shape, text: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on a string: enum, length, pattern; the last only for lengths that AWS takes."""
    enum = shape.metadata.get("enum")
    if enum and text not in enum:
        yield _not_in_enum(shape, text, path, source)
        return
    too_long_or_short = list(check_size(shape, len(text), "characters", path, source))
    yield from too_long_or_short
    pattern = shape.metadata.get("pattern")
    if pattern and not too_long_or_short and not _matches(pattern, text):
        yield source.finding(
            path,
            rule="shape.pattern",
            message=f"{json.dumps(text, ensure_ascii=False)} has not the form that AWS takes",
            found=text,
            expected=pattern,
            advice=f"it must match {pattern}",
        )


def _not_in_enum(shape: Shape, text: str, path: JsonPath, source: Source) -> Finding:
    known = list(shape.metadata["enum"])
    if not text:
        advice = "leave it out to take AWS's default"
    else:
        advice = nearest_advice(text, known, otherwise=f"write one of {', '.join(known)}")
    return source.finding(
        path,
        rule="shape.enum",
        severity=Severity.WARNING if shape.name in _GROWING_ENUMS else Severity.ERROR,
        message=f"{json.dumps(text, ensure_ascii=False)} is none of the values that AWS knows",
        found=text,
        expected=", ".join(known),
        advice=advice,
    )


def check_size(shape: Shape, size: int, unit: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on the length of a string, list or map."""
    yield from _bounds(shape, size, f"{size} {unit}", "shape.length", path, source)


def check_range(shape: Shape, number: float, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on the size of a number."""
    yield from _bounds(shape, number, str(number), "shape.range", path, source)


def _bounds(
    shape: Shape, measure: float, shown: str, rule: str, path: JsonPath, source: Source
) -> Iterator[Finding]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is None or measure >= low) and (high is None or measure <= high):
        return
    expected = f"at least {low}" if high is None else f"{low or 0} to {high}"
    yield source.finding(
        path,
        rule=rule,
        message=f"AWS takes {expected}, and here it is {shown}",
        found=shown,
        expected=expected,
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    for unicode_class, replacement in _UNICODE_CLASSES.items():
        pattern = pattern.replace(unicode_class, replacement)
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _matches(pattern: str, text: str) -> bool:
    """A pattern that ``re`` cannot read proves nothing wrong: AWS itself will check it."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(text) is not None
