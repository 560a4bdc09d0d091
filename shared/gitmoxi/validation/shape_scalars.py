"""Checks single values against the scalar shapes of botocore's models: type, enum, range, length, pattern."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from botocore.model import Shape

from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonPath, JsonValue, show_path
from gitmoxi.validation import shape_rules
from gitmoxi.validation.aws_model import MODEL
from gitmoxi.validation.placeholders import has_placeholder
from gitmoxi.validation.shape_patterns import FORMS, has_form
from gitmoxi.validation.sources import Source, nearest_advice, shown, type_name

_EXPECTED: Final = {
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
_INTEGERS: Final = frozenset({"integer", "long"})
_DECIMALS: Final = frozenset({"float", "double"})
_OBJECTS: Final = frozenset({"structure", "map"})
_UNQUOTED: Final = _INTEGERS | _DECIMALS | {"boolean"}

GROWING_ENUMS: Final = {
    "Runtime": re.compile(r"(nodejs|python|java|ruby|dotnet|provided)[0-9a-z.]+"),
    "DeploymentLifecycleHookStage": re.compile(r"[A-Z]+(_[A-Z]+)+"),
}
"""AWS adds values of this form to these lists faster than botocore is renewed."""

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_CAPITALS: Final = re.compile(r"(__|@|\$\(|\[|\(\()?[A-Z][A-Z0-9_]{2,}(__|@|\)|\]|\)\))?")
_HOW_TO_FILL_IN: Final = "write {{ name }} there, and define name in the input file"
_LONGEST_PATH: Final = 80
_FEW: Final = 8
"""Allowed values that a message lists; of more, it names those that are most alike."""


def check_scalar(shape: Shape, value: JsonValue, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on a value that is neither object nor list in AWS's model."""
    kind = shape.type_name
    match value:
        case str() if kind == "string":
            yield from check_text(shape, value, path, source)
        case str() if kind == "blob":
            yield from _check_base64(value, path, source)
        case str() if kind == "timestamp":
            yield from _check_time(value, path, source)
        case bool():
            if kind != "boolean":
                yield wrong_type(shape, value, path, source)
        case int() if kind in _INTEGERS:
            yield from _check_range(shape, value, path, source)
        case int() | float() if kind in _DECIMALS:
            yield from _check_range(shape, value, path, source)
        case int() | float() if kind == "timestamp":
            pass
        case _:
            yield wrong_type(shape, value, path, source)


def wrong_type(shape: Shape, value: JsonValue, path: JsonPath, source: Source) -> Finding:
    """The finding on a value of another type than AWS takes."""
    kind = shape.type_name
    expected = _EXPECTED.get(kind, kind)
    if isinstance(value, str) and kind in _UNQUOTED and _is_stand_in(value):
        return source.breach(
            shape_rules.PLACEHOLDER,
            path,
            f"{shown(value)} looks like a placeholder of another tool, and AWS takes {expected} here",
            found=shown(value),
            expected=expected,
        )
    return source.breach(
        shape_rules.WRONG_TYPE,
        path,
        f"expected {expected} and found {type_name(value)}: {shown(value)}",
        found=shown(value),
        expected=expected,
        advice=_type_advice(kind, value),
    )


def _type_advice(kind: str, value: JsonValue) -> str:
    match value:
        case None | "":
            return "leave it out"
        case bool() | int() | float() if kind == "string":
            return f'write it in quotes: "{json.dumps(value)}"'
        case dict() | list() if kind == "string":
            return f"write it as text, with its quotes escaped: {shown(json.dumps(value), 200)}"
        case str() if (kind in _INTEGERS and _INTEGER.fullmatch(value)) or (
            kind in _DECIMALS and _NUMBER.fullmatch(value)
        ):
            return f"write it without quotes: {value}"
        case float() if kind in _INTEGERS and value.is_integer():
            return f"write {int(value)}"
        case str() if kind == "boolean" and value.lower() in {"true", "false"}:
            return f"write it without quotes: {value.lower()}"
        case str() | int() | float() | dict() if kind == "list":
            return "write it in brackets: [...]"
        case [dict()] if kind in _OBJECTS:
            return "take the object out of the list: remove [ and ]"
        case _:
            return ""


def check_text(shape: Shape, text: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on a string: enum, length, pattern; the last only for lengths that AWS takes."""
    limits = shape.metadata
    if not limits:
        return
    enum = limits.get("enum")
    if enum and text not in enum:
        yield _not_in_enum(shape, text, path, source)
        return
    too_long_or_short = list(check_size(shape, len(text), "characters", path, source))
    yield from too_long_or_short
    pattern = limits.get("pattern")
    if pattern and not too_long_or_short and not has_form(pattern, text):
        yield source.breach(
            shape_rules.PATTERN,
            path,
            f"{shown(text)} has not the form that AWS takes",
            found=shown(text),
            expected=pattern,
            advice=_form_advice(shape.name, pattern, text),
        )


def _form_advice(name: str, pattern: str, text: str) -> str:
    if has_placeholder(text):
        return f"a placeholder of another tool stands in it: {_HOW_TO_FILL_IN}"
    words = FORMS.get(name)
    return f"write {words}" if words else f"it must match {pattern}"


def _not_in_enum(shape: Shape, text: str, path: JsonPath, source: Source) -> Finding:
    known: list[str] = shape.metadata["enum"]
    form = GROWING_ENUMS.get(shape.name)
    is_new = form is not None and form.fullmatch(text) is not None
    return source.breach(
        shape_rules.NEW_VALUE if is_new else shape_rules.ENUM,
        path,
        f"{shown(text)} is none of the values that {MODEL} knows: {_allowed(text, known)}",
        found=shown(text),
        expected=", ".join(known),
        advice="" if is_new else _enum_advice(text, known),
    )


def _allowed(text: str, known: list[str]) -> str:
    if len(known) <= _FEW:
        return ", ".join(known)
    alike = get_close_matches(text[:64], known, n=3, cutoff=0.3) or known[:3]
    return f"{', '.join(alike)} and {len(known) - len(alike)} more"


def _enum_advice(text: str, known: list[str]) -> str:
    if not text:
        return "leave it out to take AWS's default"
    is_known = text.casefold() in {value.casefold() for value in known}
    if not is_known and _is_stand_in(text):
        return f"it looks like a placeholder of another tool: {_HOW_TO_FILL_IN}"
    return nearest_advice(text, known, otherwise="write one of these")


def _is_stand_in(text: str) -> bool:
    """Whether a text stands for a value that another tool would have put there."""
    return has_placeholder(text) or _CAPITALS.fullmatch(text) is not None


def check_size(shape: Shape, size: int, unit: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on the length of a string, list or map."""
    if shape.metadata:
        expected = _bounds(shape, size)
        if expected:
            state = f"has {size} {unit}" if size else "is empty"
            yield source.breach(
                shape_rules.LENGTH,
                path,
                f"{_called(path)} {state}: AWS takes {expected} {unit}",
                found=f"{size} {unit}",
                expected=f"{expected} {unit}",
            )


def _check_range(shape: Shape, number: float, path: JsonPath, source: Source) -> Iterator[Finding]:
    if shape.metadata:
        expected = _bounds(shape, number)
        if expected:
            yield source.breach(
                shape_rules.RANGE,
                path,
                f"{_called(path)} is {shown(number)}: AWS takes {expected}",
                found=shown(number),
                expected=expected,
                advice=f"write {expected}",
            )


def _bounds(shape: Shape, measure: float) -> str:
    """What AWS takes instead of ``measure``; empty if it takes that."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is None or measure >= low) and (high is None or measure <= high):
        return ""
    return f"at least {low}" if high is None else f"{low or 0} to {high}"


def _called(path: JsonPath) -> str:
    """What a message calls the value at ``path``: ``tags[0].key`` or, for the whole, ``the document``."""
    text = show_path(path).removeprefix("$").removeprefix(".") or "the document"
    return text if len(text) <= _LONGEST_PATH else f"{text[: _LONGEST_PATH - 1]}…"


def _check_base64(text: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    try:
        binascii.a2b_base64(text.encode(), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        yield source.breach(
            shape_rules.BASE64, path, "this is no base64", found=f"{len(text)} characters", expected="base64"
        )


def _check_time(text: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    if _NUMBER.fullmatch(text):
        return
    try:
        datetime.fromisoformat(text)
    except ValueError:
        yield source.breach(
            shape_rules.TIMESTAMP, path, f"{shown(text)} is no point in time", found=shown(text)
        )
