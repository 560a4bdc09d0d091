"""The page of deployment settings: every key of ``_depdef.json`` and ``_lambdadepdef.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from docs.tables import table_row
from gitmoxi.domain.files import FileKind
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.lambda_depdef import LambdaDepdef

Schema = Mapping[str, Any]

_INTRODUCTION = """\
# Deployment settings

Our own settings stand in files beside the native ones. All of them may be left out, unless the table says
"required"; a change of them alone deploys nothing. They are templates like the others.

This page is made from the code by `make docs`; change the descriptions there. Editors check these files by
[their schemas](../how-to/edit-with-completion.md).
"""

_SECTIONS: Final[tuple[tuple[FileKind, str, type[BaseModel]], ...]] = (
    (FileKind.DEPDEF, "of an ECS service; without the file, all defaults hold", EcsDepdef),
    (FileKind.LAMBDA_DEPDEF, "of a Lambda function", LambdaDepdef),
)
_TYPES: Final = {
    "integer": "whole number",
    "number": "number",
    "boolean": "`true`, `false`",
    "string": "text",
}
_LOW: Final = (("exclusiveMinimum", "above"), ("minimum", "from"))
_HIGH: Final = (("exclusiveMaximum", "below"), ("maximum", "to"))


def deployment_settings_page() -> str:
    """The page's text."""
    lines = [_INTRODUCTION]
    for kind, whose, model in _SECTIONS:
        schema = model.model_json_schema(by_alias=True)
        lines += [f"## `{kind.suffix}`", "", f"The settings {whose}.", ""]
        lines += ["| setting | values | default | meaning |", "|---|---|---|---|"]
        lines += [*_rows(schema, schema.get("$defs", {}), ""), ""]
    return "\n".join(lines)


def _rows(schema: Schema, definitions: Schema, prefix: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, member in schema["properties"].items():
        path, kind = f"{prefix}{name}", _resolved(member, definitions)
        item = _resolved(kind.get("items", {}), definitions)
        if "properties" in kind:
            if member.get("default", ...) is None:
                yield _row(path, "object", "none", _meaning(member, kind))
            yield from _rows(kind, definitions, f"{path}.")
        elif "properties" in item:
            yield _row(path, "list of objects", "none", _meaning(member, kind))
            yield from _rows(item, definitions, f"{path}[].")
        else:
            default = "required" if name in required else _default(member.get("default"))
            yield _row(path, _values(kind, definitions), default, _meaning(member, kind))


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    """The schema without references, and of several variants the one that is not null."""
    for variants in ("anyOf", "oneOf", "allOf"):
        if variants in schema:
            chosen = next(one for one in schema[variants] if one.get("type") != "null")
            return _resolved(chosen, definitions)
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return schema


def _values(kind: Schema, definitions: Schema) -> str:
    if "enum" in kind:
        return ", ".join(f"`{value}`" for value in kind["enum"])
    if "pattern" in kind:
        return f"`{kind['pattern']}`"
    if kind.get("type") == "array":
        pair = kind.get("prefixItems")
        return f"lists of {len(pair)} texts" if pair else f"list of {_items(kind, definitions)}"
    told = (
        next((f"{word} {_plain(kind[name])}" for name, word in side if name in kind), "")
        for side in (_LOW, _HIGH)
    )
    return " ".join((_TYPES[kind["type"]], *filter(None, told)))


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number


def _items(kind: Schema, definitions: Schema) -> str:
    item = _resolved(kind["items"], definitions)
    return "pairs of texts" if "prefixItems" in item else f"{_TYPES[item['type']]}s"


def _default(value: Any) -> str:
    if value in (None, [], {}):
        return "none"
    match value:
        case str():
            return f"`{value}`"
        case float():
            return f"`{_plain(value)}`"
        case _:
            return f"`{json.dumps(value)}`"


def _meaning(member: Schema, kind: Schema) -> str:
    return str(member.get("description") or kind.get("description") or "")


def _row(path: str, values: str, default: str, meaning: str) -> str:
    return table_row(f"`{path}`", values, default, " ".join(meaning.split()))
