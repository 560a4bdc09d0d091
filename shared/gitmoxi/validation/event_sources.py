"""``_lambdaeventsourcedef.json``: what invokes a function, pushing to it or polled for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.native import EVENT_SOURCE_MAPPING, check_native
from gitmoxi.validation.settings_base import Settings, read_settings
from gitmoxi.validation.sources import Source

_MISSPELT = "AlaisStageVariableName"
_WELL_SPELT = "AliasStageVariableName"


class _EventSourceSettings(Settings):
    model_config = ConfigDict(alias_generator=to_pascal)


class TargetGroupSource(_EventSourceSettings):
    """A target group that the alias is registered with."""

    service: Literal["elasticloadbalancing.amazonaws.com"]
    target_group_arn: Annotated[
        str, Field(pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:.+:targetgroup/.+$")
    ]


class ApiRouteSource(_EventSourceSettings):
    """A route of an API whose integration invokes the alias; the stage variable holds the alias's name."""

    service: Literal["apigateway.amazonaws.com"]
    api_id: Annotated[str, Field(min_length=1)]
    route_id: Annotated[str, Field(min_length=1)]
    alias_stage_variable_name: Annotated[str, Field(min_length=1)] | None = None


PushSource = TargetGroupSource | ApiRouteSource


class _PushSources(_EventSourceSettings):
    push_event_sources: tuple[Annotated[PushSource, Field(discriminator="service")], ...] = ()
    pull_event_sources: Literal["checked apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSources:
    """Everything in the file; ``pull`` are ``CreateEventSourceMapping`` requests, function name aside."""

    push: tuple[PushSource, ...] = ()
    pull: tuple[dict[str, JsonValue], ...] = ()


def read_event_sources(document: JsonValue, source: Source) -> tuple[EventSources, tuple[Finding, ...]]:
    """The event sources in a document, and what is wrong or odd about them."""
    if not isinstance(document, dict):
        return EventSources(), (_no_object(source),)
    findings: list[Finding] = []
    members, misspelt = _with_names_mended(document, source)
    findings += misspelt
    push, complaints = read_settings(_PushSources, {**members, "PullEventSources": "checked apart"}, source)
    findings += complaints
    pull: list[dict[str, JsonValue]] = []
    for mapping, path in _mappings(members.get("PullEventSources"), ("PullEventSources",)):
        checked = check_native(
            EVENT_SOURCE_MAPPING, mapping, source.below(*path), not_required=("FunctionName",)
        )
        findings += checked.findings
        pull.append(checked.document)
    return EventSources(push=push.push_event_sources if push else (), pull=tuple(pull)), tuple(findings)


def _no_object(source: Source) -> Finding:
    return source.finding(
        (),
        rule="event-sources.shape",
        message="the file holds no object",
        expected='{"PushEventSources": [...], "PullEventSources": {"EventSourceMapping": {...}}}',
    )


def _with_names_mended(
    document: dict[str, JsonValue], source: Source
) -> tuple[dict[str, JsonValue], list[Finding]]:
    """Published samples have a misspelt key, so it is accepted."""
    sources = document.get("PushEventSources")
    if not isinstance(sources, list):
        return document, []
    findings: list[Finding] = []
    mended: list[JsonValue] = []
    for index, push in enumerate(sources):
        if isinstance(push, dict) and _MISSPELT in push and _WELL_SPELT not in push:
            findings.append(
                source.finding(
                    ("PushEventSources", index, _MISSPELT),
                    rule="event-sources.misspelt",
                    severity=Severity.WARNING,
                    message=f"{_MISSPELT} is misspelt; it is taken for {_WELL_SPELT}",
                    advice=f"write {_WELL_SPELT}",
                )
            )
            mended.append({_WELL_SPELT if name == _MISSPELT else name: v for name, v in push.items()})
        else:
            mended.append(push)
    return {**document, "PushEventSources": mended}, findings


def _mappings(value: JsonValue, path: JsonPath) -> Iterator[tuple[JsonValue, JsonPath]]:
    """One mapping or a list, with or without ``EventSourceMapping`` around each."""
    match value:
        case None:
            return
        case list():
            for index, item in enumerate(value):
                yield from _mappings(item, (*path, index))
        case {"EventSourceMapping": mapping, **others} if not others:
            yield from _mappings(mapping, (*path, "EventSourceMapping"))
        case _:
            yield value, path
