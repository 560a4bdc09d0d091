"""Writes docs/reference/settings.md from the settings' own descriptions: ``python -m docs.settings_page``."""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Union, get_args, get_origin

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from gitmoxi.runtime.settings import Settings
from gitmoxi_api.settings import ApiSettings

PAGE = Path(__file__).parent / "reference" / "settings.md"

_INTRODUCTION = """\
# Settings

Every setting is an environment variable, read once at the start. A wrong one stops the process with
exit code 2 and a message that names it, what it was and what was expected. An empty one is not set.

This page is made from the code by `make docs`; change the descriptions there.
"""

_SECTIONS: tuple[tuple[str, str, type[BaseSettings]], ...] = (
    ("Every service", "The five workers and the API.", Settings),
    ("The API", "`python -m gitmoxi_api` reads these too.", ApiSettings),
)


def settings_page() -> str:
    """The page's text."""
    lines = [_INTRODUCTION]
    for title, text, settings in _SECTIONS:
        lines += [f"## {title}", "", text, "", *_table(settings), ""]
    return "\n".join(lines)


def _table(settings: type[BaseSettings]) -> Iterator[str]:
    yield "| variable | values | default | meaning |"
    yield "|---|---|---|---|"
    prefix = str(settings.model_config.get("env_prefix", ""))
    for name, field in settings.model_fields.items():
        cells = (_variables(name, field, prefix), _values(field), _default(field), str(field.description))
        yield " | ".join(("", *(cell.replace("|", r"\|") for cell in cells), "")).strip()


def _variables(name: str, field: FieldInfo, prefix: str) -> str:
    match field.validation_alias:
        case AliasChoices(choices=choices):
            return " or ".join(f"`{choice}`" for choice in choices)
        case str(alias):
            return f"`{alias}`"
        case _:
            return f"`{prefix}{name.upper()}`"


def _values(field: FieldInfo) -> str:
    kind = _kind(field.annotation)
    pattern = next((rule.pattern for rule in field.metadata if getattr(rule, "pattern", None)), None)
    bounds = [
        f"{word} {bound}"
        for attribute, word in (("gt", "above"), ("ge", "from"), ("lt", "below"), ("le", "to"))
        for rule in field.metadata
        if (bound := getattr(rule, attribute, None)) is not None
    ]
    return " ".join((f"`{pattern}`" if pattern else kind, *bounds))


def _kind(annotation: object) -> str:
    if get_origin(annotation) in {Union, types.UnionType}:
        return _kind(next(kind for kind in get_args(annotation) if kind is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    if get_origin(annotation) is tuple:
        return "list, by commas"
    names = {bool: "`0`, `1`", int: "whole number", float: "number", Path: "path"}
    return names.get(annotation, "text") if isinstance(annotation, type) else "text"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None | "" | ():
            return "none"
        case bool(value):
            return f"`{int(value)}`"
        case enum.Enum(value=value) | value:
            return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
