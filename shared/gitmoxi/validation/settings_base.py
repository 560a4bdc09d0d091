"""The base of all settings models, and how their complaints become findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.sources import Source, nearest_advice, type_name

Percent = Annotated[float, Field(ge=0, le=100)]
Seconds = Annotated[int, Field(ge=0, le=14 * 24 * 3600)]
"""A fortnight at most, which is as long as ECS lets one of its own deployments pause."""


class Settings(BaseModel):
    """Frozen, strict about types, without unknown keys; names are camelCase in files."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
    )


SettingsModel = TypeVar("SettingsModel", bound=BaseModel)


def read_settings(
    model: type[SettingsModel], document: JsonValue, source: Source
) -> tuple[SettingsModel | None, tuple[Finding, ...]]:
    """The settings in a document, or None when they are wrong; and what was found, warnings included."""
    nulls: list[Finding] = []
    given = _without_nulls(document, (), source, nulls)
    try:
        return model.model_validate_json(json.dumps(given), by_alias=True, by_name=False), tuple(nulls)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=True)
        return None, (*nulls, *(_finding(model, given, detail, source) for detail in details))


def _without_nulls(value: JsonValue, path: JsonPath, source: Source, findings: list[Finding]) -> JsonValue:
    if isinstance(value, list):
        return [_without_nulls(item, (*path, index), source, findings) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept: dict[str, JsonValue] = {}
    for name, member in value.items():
        if member is None:
            findings.append(
                source.finding(
                    (*path, name),
                    rule="document.null",
                    severity=Severity.WARNING,
                    message=f"{name} is null; it is taken as left out",
                    advice="remove it",
                )
            )
        else:
            kept[name] = _without_nulls(member, (*path, name), source, findings)
    return kept


def _finding(model: type[BaseModel], document: JsonValue, detail: ErrorDetails, source: Source) -> Finding:
    path = _document_path(document, detail["loc"])
    value = detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = _name_of(path)
    match detail["type"]:
        case "missing":
            rule, message = "settings.missing-key", f"{name} is missing"
            advice = ""
        case "extra_forbidden":
            rule, message = "settings.unknown-key", f"there is no setting {name!r}"
            known = _known_names(model, path[:-1])
            advice = nearest_advice(name, known, otherwise=f"the settings here are {', '.join(known)}")
        case "value_error":
            rule, message, advice = "settings.value", str(context["error"]), ""
        case _:
            rule = "settings.value"
            message = f"{name} is {_shown(value)}: {_lower_first(detail['msg'])}"
            advice = _quotes_advice(detail["type"], value)
    return source.finding(path, rule=rule, message=message, found=_shown(value), advice=advice)


def _name_of(path: JsonPath) -> str:
    if not path:
        return "the file"
    return path[-1] if isinstance(path[-1], str) else f"item {path[-1]}"


def _document_path(document: JsonValue, location: tuple[int | str, ...]) -> JsonPath:
    """The location that pydantic gives, less the names of union variants, which stand in no document."""
    path: list[str | int] = []
    value: JsonValue = document
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if isinstance(value, dict) and isinstance(part, str) and (part in value or last):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and (part < len(value) or last):
            value = value[part] if part < len(value) else None
        else:
            continue
        path.append(part)
    return tuple(path)


def _known_names(model: type[BaseModel], path: JsonPath) -> list[str]:
    """The settings that the model knows at ``path``; those of all its parts where that is not clear."""
    current: type[BaseModel] = model
    for part in path:
        for name, info in current.model_fields.items():
            if part in {name, info.alias}:
                current = _model_within(info.annotation) or current
    return [info.alias or name for name, info in current.model_fields.items()]


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_within(argument)
        if found is not None:
            return found
    return None


def _quotes_advice(kind: str, value: JsonValue) -> str:
    if kind in {"int_type", "float_type", "bool_type"} and isinstance(value, str):
        return "write it without quotes"
    if kind == "string_type" and not isinstance(value, str):
        return "write it in quotes"
    return ""


def _shown(value: JsonValue) -> str:
    return type_name(value) if isinstance(value, dict | list) else json.dumps(value, ensure_ascii=False)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
