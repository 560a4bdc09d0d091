"""The base of all settings models, and how their complaints become findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import MARK, is_unknown
from gitmoxi.validation.document_rules import nulls_found
from gitmoxi.validation.placeholders import has_placeholder
from gitmoxi.validation.sources import Source, nearest_advice, shown, type_name

MISSING_KEY: Final = RuleInfo(
    id="settings.missing-key",
    severity=Severity.ERROR,
    summary="A setting that has no default is there.",
)
UNKNOWN_KEY: Final = RuleInfo(
    id="settings.unknown-key",
    severity=Severity.ERROR,
    summary="A setting is one that Gitmoxi knows, in this spelling and at this place.",
)
VALUE: Final = RuleInfo(
    id="settings.value",
    severity=Severity.ERROR,
    summary="A setting has the type, the form and the range that Gitmoxi takes.",
)

SETTINGS_RULES: Final = (MISSING_KEY, UNKNOWN_KEY, VALUE)

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
    """The settings in a document, or None when they are wrong; and what was found, warnings included.

    A value that is not known here counts as left out; without a required one there are no settings, and no
    complaint about it either.
    """
    if is_unknown(document):
        return None, ()
    left_out = _LeftOut()
    given = left_out.without(document, ())
    nulls = tuple(nulls_found(left_out.nulls, source))
    try:
        return model.model_validate_json(json.dumps(given), by_alias=True, by_name=False), nulls
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=True)
        told = [detail for detail in details if not left_out.explains(detail, given)]
        return None, (*nulls, *(_finding(model, given, detail, source) for detail in told))


class _LeftOut:
    """Takes out of settings what is null, and what is not known here."""

    def __init__(self) -> None:
        self.nulls: list[JsonPath] = []
        self._unknown: set[JsonPath] = set()

    def without(self, value: JsonValue, path: JsonPath) -> JsonValue:
        """``value`` less such members, at any depth; a list that has such an item is left out as a whole."""
        if isinstance(value, list):
            return [self.without(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        kept: dict[str, JsonValue] = {}
        for name, member in value.items():
            where = (*path, name)
            if member is None:
                self.nulls.append(where)
            elif MARK in name or _is_unknown(member):
                self._unknown.add(where)
            else:
                kept[name] = self.without(member, where)
        return kept

    def explains(self, detail: ErrorDetails, given: JsonValue) -> bool:
        """Whether a complaint is about what may well be there."""
        missing = detail["type"] in {"missing", "union_tag_not_found"}
        path = _document_path(given, detail["loc"])
        return missing and any(
            unknown in {path, (*path, _tag(detail))}
            or (unknown[:-1] == path[:-1] and MARK in str(unknown[-1]))
            for unknown in self._unknown
        )


def _is_unknown(value: JsonValue) -> bool:
    return is_unknown(value) or (isinstance(value, list) and any(_is_unknown(item) for item in value))


def _finding(model: type[BaseModel], document: JsonValue, detail: ErrorDetails, source: Source) -> Finding:
    path = _document_path(document, detail["loc"])
    value: JsonValue = detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = _name_of(path)
    match detail["type"]:
        case "missing":
            return source.breach(MISSING_KEY, path, f"{name} is missing", expected=name)
        case "extra_forbidden":
            known = _known_names(model, path[:-1])
            listed = ", ".join(known)
            advice = nearest_advice(name, known, otherwise=f"the settings here are {listed}")
            return source.breach(
                UNKNOWN_KEY,
                path,
                f"there is no setting {shown(name)}",
                found=name,
                expected=listed,
                advice=advice,
            )
        case "union_tag_not_found":
            return source.breach(MISSING_KEY, path, f"{_tag(detail)} is missing", expected=_tag(detail))
        case "union_tag_invalid":
            known = context["expected_tags"].replace("'", "").split(", ")
            message = f"there is no {_tag(detail)} {shown(context['tag'])}; there are {', '.join(known)}"
            advice = nearest_advice(context["tag"], known, otherwise="write one of these")
            return source.breach(VALUE, (*path, _tag(detail)), message, found=context["tag"], advice=advice)
        case "value_error":
            return source.breach(VALUE, path, str(context["error"]), found=shown(value))
        case kind:
            text = type_name(value) if isinstance(value, dict | list) else shown(value)
            message = f"{name} is {text}: {_in_our_words(detail['msg'])}"
            return source.breach(VALUE, path, message, found=text, advice=_quotes_advice(kind, value))


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
        if has_placeholder(value):
            return (
                "it looks like a placeholder of another tool: write {{ name }} without quotes, "
                "and define name in the input file"
            )
        return "write it without quotes"
    if kind == "string_type" and not isinstance(value, str):
        return "write it in quotes"
    return ""


def _tag(detail: ErrorDetails) -> str:
    """The member, as it is named in files, that tells which kind of settings an object is."""
    return str(detail.get("ctx", {}).get("discriminator", "")).rpartition("'")[0].rpartition("'")[2]


def _in_our_words(text: str) -> str:
    return text[:1].lower() + text[1:].replace("valid array", "list").replace("valid ", "")
