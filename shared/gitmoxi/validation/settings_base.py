"""The base of all settings models, and how their complaints become findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import MARK, is_unknown
from gitmoxi.validation.arns import TARGET_GROUP, target_group_fault
from gitmoxi.validation.document_rules import nulls_found
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.settings_words import must_be
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


def _target_group_arn(text: str) -> str:
    if TARGET_GROUP.fullmatch(text) is None:
        raise ValueError(f"{shown(text, 200)} is not the ARN of a target group{target_group_fault(text)}")
    return text


TargetGroupArn = Annotated[
    str,
    AfterValidator(_target_group_arn),
    Field(json_schema_extra={"pattern": f"^{TARGET_GROUP.pattern}$"}),
]


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
            advice = placeholder_advice(value) if isinstance(value, str) else ""
            return source.breach(VALUE, path, str(context["error"]), found=shown(value), advice=advice)
        case _:
            text = type_name(value) if isinstance(value, dict | list) else shown(value)
            expected, advice = must_be(detail, path)
            message = f"{name} is {text}: it must be {expected}"
            return source.breach(VALUE, path, message, found=text, expected=expected, advice=advice)


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


def _tag(detail: ErrorDetails) -> str:
    """The member, as it is named in files, that tells which kind of settings an object is."""
    return str(detail.get("ctx", {}).get("discriminator", "")).rpartition("'")[0].rpartition("'")[2]
