"""JSON schemas of the deployment files, for editors: from AWS's models and from our own settings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape
from pydantic import BaseModel, TypeAdapter

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.references import REFERENCE_KEY, ReferenceType
from gitmoxi.validation.aws_model import input_shape
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.event_sources import PushSource
from gitmoxi.validation.lambda_depdef import LambdaDepdef
from gitmoxi.validation.native import (
    ECS_SERVICE,
    ECS_TASK_DEFINITION,
    EVENT_SOURCE_MAPPING,
    LAMBDA_FUNCTION,
    NativeDocument,
)
from gitmoxi.validation.shape_scalars import GROWING_ENUMS

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TEMPLATE: Final[Schema] = {"type": "string", "pattern": r"\{[{%]"}
"""A text with a template's tag in it stands for any text."""

_NUMBERS: Final = {"integer": "integer", "long": "integer", "float": "number", "double": "number"}
_JAVA_ONLY: Final = re.compile(r"\\p\{")
"""Unicode classes: JavaScript reads them only with a flag that not every editor sets."""


def schema_name(kind: FileKind) -> str:
    """The file of a kind's schema: ``svcdef.schema.json``."""
    return f"{kind.suffix.removeprefix('_').removesuffix('.json')}.schema.json"


def schema_text(kind: FileKind) -> str:
    """A kind's schema as it is written."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def schema_of(kind: FileKind) -> Schema:
    """A kind's schema; where the file is a template, any restricted text may hold one."""
    schema = _MAKERS[kind]()
    if kind.is_template:
        schema = _with_templates(schema)
        schema.setdefault("$defs", {})["template"] = _TEMPLATE
    return {"$schema": DIALECT, "title": kind.suffix, **schema}


def _native(native: NativeDocument, *, not_required: Collection[str] = ()) -> Schema:
    shape = input_shape(native.service, native.operation)
    writer = _ShapeWriter()
    schema = writer.structure(shape)
    required = [name for name in shape.required_members if name not in not_required]
    return {
        "description": f"The request {native.operation} of the API of {native.service}.",
        **schema,
        "required": required,
        "$defs": writer.definitions,
    }


class _ShapeWriter:
    """Writes shapes of botocore's models; structures stand once, under their names."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def structure(self, shape: StructureShape) -> Schema:
        properties = {name: self._schema(member) for name, member in shape.members.items()}
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**schema, "required": shape.required_members} if shape.required_members else schema

    def _schema(self, shape: Shape) -> Schema:
        match shape:
            case StructureShape() if shape.is_document_type:
                return {}
            case StructureShape():
                return self._reference(shape)
            case ListShape():
                items = self._schema(shape.member)
                return {"type": "array", "items": items, **_bounds(shape, "minItems", "maxItems")}
            case MapShape():
                values = self._schema(shape.value)
                bounds = _bounds(shape, "minProperties", "maxProperties")
                return {"type": "object", "additionalProperties": values, **bounds}
            case _:
                return _scalar(shape)

    def _reference(self, shape: StructureShape) -> Schema:
        if shape.name not in self.definitions:
            self.definitions[shape.name] = {}  # a structure may hold itself
            self.definitions[shape.name] = self.structure(shape)
        return {"$ref": f"#/$defs/{shape.name}"}


def _scalar(shape: Shape) -> Schema:
    match shape.type_name:
        case "boolean":
            return {"type": "boolean"}
        case "timestamp":
            return {"type": ["string", "number"]}
        case "blob":
            return {"type": "string", "contentEncoding": "base64"}
        case "string":
            return _text(shape)
        case number:
            return {"type": _NUMBERS[number], **_bounds(shape, "minimum", "maximum")}


def _text(shape: Shape) -> Schema:
    enum, growing = shape.metadata.get("enum"), GROWING_ENUMS.get(shape.name)
    if enum and growing is not None:
        return {"anyOf": [{"type": "string", "enum": enum}, _matching(growing.pattern)]}
    if enum:
        return {"type": "string", "enum": enum}
    pattern = shape.metadata.get("pattern")
    bounds = _bounds(shape, "minLength", "maxLength")
    form = _matching(pattern) if pattern and not _JAVA_ONLY.search(pattern) else {"type": "string"}
    return {**form, **bounds}


def _matching(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _bounds(shape: Shape, low: str, high: str) -> Schema:
    found = {low: shape.metadata.get("min"), high: shape.metadata.get("max")}
    return {name: bound for name, bound in found.items() if bound is not None}


def _with_templates(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_templates(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "string" and schema.keys() & {"pattern", "enum"}:
        told = {name: schema[name] for name in ("description", "default", "title") if name in schema}
        form = {name: value for name, value in schema.items() if name not in told}
        return {**told, "anyOf": [form, {"$ref": "#/$defs/template"}]}
    return {name: _with_templates(member) for name, member in schema.items()}


def _settings(model: type[BaseModel]) -> Schema:
    return model.model_json_schema(by_alias=True)


def _event_sources() -> Schema:
    mapping = _native(EVENT_SOURCE_MAPPING, not_required=("FunctionName",))
    push = TypeAdapter(PushSource).json_schema(by_alias=True)
    definitions = {**mapping.pop("$defs"), **push.pop("$defs", {}), "EventSourceMapping": mapping}
    one = {"$ref": "#/$defs/EventSourceMapping"}
    wrapped = _object({"EventSourceMapping": _one_or_more(one)}, required=["EventSourceMapping"])
    return {
        **_object(
            {"PushEventSources": {"type": "array", "items": push}, "PullEventSources": _one_or_more(wrapped)}
        ),
        "$defs": definitions,
    }


def _inputs() -> Schema:
    reference = _object(
        {
            "file": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            "type": {"type": "string", "enum": [kind.value for kind in ReferenceType]},
        },
        required=["file", "type"],
    )
    return {"type": "object", "properties": {REFERENCE_KEY: reference}}


def _object(properties: Mapping[str, Schema], *, required: Collection[str] = ()) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def _one_or_more(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


_MAKERS: Final[Mapping[FileKind, Callable[[], Schema]]] = {
    FileKind.SVCDEF: lambda: _native(ECS_SERVICE),
    FileKind.TASKDEF: lambda: _native(ECS_TASK_DEFINITION),
    FileKind.INPUT: _inputs,
    FileKind.DEPDEF: lambda: _settings(EcsDepdef),
    FileKind.LAMBDADEF: lambda: _native(LAMBDA_FUNCTION),
    FileKind.LAMBDA_EVENT_SOURCE_DEF: _event_sources,
    FileKind.LAMBDA_INPUT: _inputs,
    FileKind.LAMBDA_DEPDEF: lambda: _settings(LambdaDepdef),
}
