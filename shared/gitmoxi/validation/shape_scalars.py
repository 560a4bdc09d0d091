"""Checks single values against the scalar shapes of botocore's models: type, enum, range, length, pattern."""

from __future__ import annotations

import binascii
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
from gitmoxi.validation.shape_advice import HOW_TO_FILL_IN, enum_advice, type_advice
from gitmoxi.validation.shape_patterns import FORMS, has_form
from gitmoxi.validation.sources import Source, shown, type_name

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
_LARGEST: Final = {"integer": 2**31 - 1, "long": 2**63 - 1}
"""AWS's integers have 32 bits, its longs 64."""
_DECIMALS: Final = frozenset({"float", "double"})
_UNQUOTED: Final = _INTEGERS | _DECIMALS | {"boolean"}

GROWING_ENUMS: Final = {
    "Runtime": re.compile(r"(nodejs|python|java|ruby|dotnet|provided)[0-9a-z.]+"),
    "DeploymentLifecycleHookStage": re.compile(r"[A-Z]+(_[A-Z]+)+"),
}
"""AWS adds values of this form to these lists faster than botocore is renewed."""

_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_CAPITALS: Final = re.compile(r"(__|@|\$\(|\[|\(\()?[A-Z][A-Z0-9_]{2,}(__|@|\)|\]|\)\))?")
_LONGEST_PATH: Final = 80
_LETTERS: Final = re.compile(r"[A-Za-z_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
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
        advice=type_advice(shape, value, path),
    )


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
        return f"a placeholder of another tool stands in it: {HOW_TO_FILL_IN}"
    words = FORMS.get(name)
    return f"write {words}" if words else f"it must match {pattern}"


def _not_in_enum(shape: Shape, text: str, path: JsonPath, source: Source) -> Finding:
    known: list[str] = shape.metadata["enum"]
    form = GROWING_ENUMS.get(shape.name)
    is_new = form is not None and form.fullmatch(text) is not None
    said = f"{shown(text)} is not among the values {'known here' if is_new else 'that AWS takes'}"
    return source.breach(
        shape_rules.NEW_VALUE if is_new else shape_rules.ENUM,
        path,
        f"{said}: {_allowed(text, known)}{'' if is_new else f' (by its API model of {MODEL})'}",
        found=shown(text),
        expected=", ".join(known),
        advice="" if is_new else enum_advice(shape, text),
    )


def _allowed(text: str, known: list[str]) -> str:
    if len(known) <= _FEW:
        return ", ".join(known)
    versions = [value for value in known if _letters(value) == _letters(text)]
    alike = _newest_first(versions)[:3] or get_close_matches(text[:64], known, n=3, cutoff=0.3) or known[:3]
    return f"{', '.join(alike)} and {len(known) - len(alike)} more"


def _is_stand_in(text: str) -> bool:
    """Whether a text stands for a value that another tool would have put there."""
    return has_placeholder(text) or _CAPITALS.fullmatch(text) is not None


def _letters(value: str) -> str:
    """What a value of several versions begins with: ``python`` of ``python3.14``."""
    match = _LETTERS.match(value)
    return match[0] if match is not None else ""


def _newest_first(values: list[str]) -> list[str]:
    """With the largest versions first: ``python3.14`` before ``python3.9``."""
    return sorted(values, key=lambda value: [int(number) for number in _DIGITS.findall(value)], reverse=True)


def check_size(shape: Shape, size: int, unit: str, path: JsonPath, source: Source) -> Iterator[Finding]:
    """Findings on the length of a string, list or map."""
    if shape.metadata:
        expected = _bounds(shape, size)
        if expected:
            state = f"has {size} {unit if size > 1 else unit.removesuffix('s')}" if size else "is empty"
            yield source.breach(
                shape_rules.LENGTH,
                path,
                f"{_called(path)} {state}: AWS takes {expected} {unit}",
                found=f"{size} {unit}",
                expected=f"{expected} {unit}",
            )


def _check_range(shape: Shape, number: float, path: JsonPath, source: Source) -> Iterator[Finding]:
    if shape.metadata or shape.type_name in _LARGEST:
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
    largest = _LARGEST.get(shape.type_name)
    if largest is not None and not -largest - 1 <= measure <= largest:
        low, high = -largest - 1 if low is None else low, largest if high is None else high
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
