"""What to do about a value that is not of the type, or none of the values, that AWS takes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Final

from botocore.model import ListShape, Shape, StructureShape

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.placeholders import is_stand_in
from gitmoxi.validation.sources import nearest_advice, shown

HOW_TO_FILL_IN: Final = "write {{ name }} there, and define name in the input file"

_INTEGERS: Final = frozenset({"integer", "long"})
_DECIMALS: Final = frozenset({"float", "double"})
_OBJECTS: Final = frozenset({"structure", "map"})
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_DECORATED: Final = re.compile(r"(__|@|\$\(|\[|\(\()[A-Z][A-Z0-9_]{2,}(__|@|\)|\]|\)\))")
_INPUT: Final = "(in the input file, if it comes from there)"
_WHOLE_UNIT: Final = 1024
"""CPU units of a vCPU, and MiB of a GB."""

_MOST_UNITS: Final = {"cpu": 192, "memory": 122}
"""A task's largest number of vCPUs, and a number of GB that is too small to be meant as MiB."""

_PAIRS: Final = (("name", "value"), ("key", "value"))
"""The members of objects that lists hold where people write one object, by name."""

_SPOT: Final = (
    "remove launchType, and write "
    '"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]'
)
_USUAL: Final[Mapping[str, Mapping[str, str]]] = {
    "Architecture": {"amd64": "write x86_64", "aarch64": "write arm64"},
    "CPUArchitecture": {"AMD64": "write X86_64", "X64": "write X86_64", "AARCH64": "write ARM64"},
    "Compatibility": {"FARGATE_SPOT": "write FARGATE", "SERVERLESS": "write FARGATE"},
    "LaunchType": {"FARGATE_SPOT": _SPOT, "SERVERLESS": "write FARGATE"},
    "OSFamily": {"WINDOWS": "write the version too, such as WINDOWS_SERVER_2022_CORE"},
    "PropagateTags": {"TASK": "write TASK_DEFINITION"},
}
"""What to write for values that people take for AWS's own, by the name of the shape."""


def enum_advice(shape: Shape, text: str) -> str:
    """What to do about a text that is none of the values in the shape's enum."""
    known: list[str] = shape.metadata["enum"]
    if not text:
        return "leave it out to take AWS's default"
    usual = {name.casefold(): advice for name, advice in _USUAL.get(shape.name, {}).items()}
    advice = usual.get(text.casefold())
    if advice is not None:
        return advice
    if is_stand_in(text) or _DECORATED.fullmatch(text):
        return f"it looks like a placeholder of another tool: {HOW_TO_FILL_IN}"
    return nearest_advice(text, known, otherwise="write one of these")


def type_advice(shape: Shape, value: JsonValue, path: JsonPath) -> str:
    """What to do about a value of another JSON type than AWS takes; empty if nothing tells what was meant."""
    kind = shape.type_name
    match value:
        case None | "":
            return "leave it out"
        case bool() | int() | float() if kind == "string":
            return _as_text(shape, value, path)
        case dict() | list() if kind == "string":
            return f"write it as text, with its quotes escaped: {shown(json.dumps(value), 200)}"
        case str() if (kind in _INTEGERS and _INTEGER.fullmatch(value)) or (
            kind in _DECIMALS and _NUMBER.fullmatch(value)
        ):
            return f"write it without quotes: {value} {_INPUT}"
        case float() if kind in _INTEGERS and value.is_integer():
            return f"write {int(value)}"
        case str() if kind == "boolean" and value.lower() in {"true", "false"}:
            return f"write it without quotes: {value.lower()} {_INPUT}"
        case str() | int() | float() | dict() if isinstance(shape, ListShape):
            return _as_list(shape, value, path)
        case [dict()] if kind in _OBJECTS:
            return "take the object out of the list: remove [ and ]"
        case _:
            return ""


def _as_text(shape: Shape, value: float, path: JsonPath) -> str:
    """``value``, which may be a boolean, where AWS takes a text."""
    enum: list[str] = shape.metadata.get("enum", [])
    if isinstance(value, bool):
        meant = "enabled" if value else "disabled"
        written = next((each for each in enum if each.casefold() == meant), None)
        if written is not None:
            return f'write "{written}"'
    if enum and json.dumps(value) not in enum:
        return f"write one of {', '.join(enum)}"
    most = _MOST_UNITS.get(str(path[0])) if len(path) == 1 else None
    if most is not None and not isinstance(value, bool) and 0 < value <= most:
        unit = "vCPU" if path == ("cpu",) else "GB"
        return f'write "{round(value * _WHOLE_UNIT)}" or "{value:g} {unit}"'
    return f'write it in quotes: "{json.dumps(value)}"'


def _as_list(shape: ListShape, value: JsonValue, path: JsonPath) -> str:
    """``value`` where AWS takes a list."""
    member = shape.member
    if isinstance(member, StructureShape) and isinstance(value, dict):
        pair = next((pair for pair in _PAIRS if {*pair} <= {*member.members}), None)
        if pair is not None and value and not {*value} & {*member.members}:
            return f"write it as a list: {_pairs(value, pair)}"
    if member.type_name == "string" and isinstance(value, str):
        return f"write it in brackets: {_words(value, path)}"
    return "write it in brackets: [...]"


def _pairs(value: dict[str, JsonValue], pair: tuple[str, str]) -> str:
    name, first = next(iter(value.items()))
    text = first if isinstance(first, str) else json.dumps(first)
    more = ", ..." if len(value) > 1 else ""
    return f"[{json.dumps(dict(zip(pair, (name, text), strict=True)), ensure_ascii=False)}{more}]"


def _words(text: str, path: JsonPath) -> str:
    if path[-1] not in {"command", "entryPoint", "Command", "EntryPoint"} or " " not in text.strip():
        return json.dumps([text], ensure_ascii=False)
    in_shell = json.dumps(["sh", "-c", text], ensure_ascii=False)
    try:
        words = json.dumps(shlex.split(text), ensure_ascii=False)
    except ValueError:
        return in_shell
    return f"{words}, or {in_shell} for a shell to read it"
