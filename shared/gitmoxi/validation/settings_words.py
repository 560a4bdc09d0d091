"""What pydantic says about a value, in words for those who write the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.placeholders import has_placeholder, placeholder_advice
from gitmoxi.validation.sources import nearest_advice

_QUOTED: Final = re.compile(r"'([^']*)'")
_FORMS: Final = {"account": "12 digits", "region": "a region of AWS, such as eu-west-1"}
"""What the settings that have a pattern are, by name."""

_TYPES: Final = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "a text",
    "tuple_type": "a list",
}


def _number(limit: float) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


_LIMITS: Final[Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    "greater_than": lambda c: (f"more than {_number(c['gt'])}", f"write more than {_number(c['gt'])}"),
    "greater_than_equal": lambda c: (f"at least {_number(c['ge'])}", f"write {_number(c['ge'])} or more"),
    "less_than_equal": lambda c: (f"at most {_number(c['le'])}", f"write {_number(c['le'])} or less"),
    "string_too_long": lambda c: (f"at most {c['max_length']} characters long", "shorten it"),
    "string_too_short": lambda c: (f"at least {c['min_length']} character long", "fill it in, or remove it"),
    "too_long": lambda c: (f"{c['max_length']} items long at most", "remove the others"),
}


def must_be(detail: ErrorDetails, path: JsonPath) -> tuple[str, str]:
    """What a value must be, as the end of a sentence, and what to do, which may be empty."""
    kind, value = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind in _LIMITS:
        return _LIMITS[kind](context)
    if kind in {"enum", "literal_error"}:
        return _one_of(_QUOTED.findall(str(context["expected"])), value)
    if kind == "string_pattern_mismatch":
        form = _FORMS.get(str(path[-1]) if path else "", f"of the form {context['pattern']}")
        return form, placeholder_advice(str(value)) or f"write {form}"
    return _TYPES.get(kind, detail["msg"]), _quotes_advice(kind, value)


def _one_of(known: list[str], value: JsonValue) -> tuple[str, str]:
    listed = " or ".join((", ".join(known[:-1]), known[-1])) if len(known) > 1 else "".join(known)
    return listed, nearest_advice(str(value), known, otherwise="write one of these")


def _quotes_advice(kind: str, value: JsonValue) -> str:
    if kind in {"int_type", "float_type", "bool_type"} and isinstance(value, str):
        if has_placeholder(value):
            return (
                "it looks like a placeholder of another tool: write {{ name }} without quotes, "
                "and define name in the input file"
            )
        return "write it without quotes"
    if kind == "string_type" and not isinstance(value, str):
        return "write it in quotes"
    return ""
