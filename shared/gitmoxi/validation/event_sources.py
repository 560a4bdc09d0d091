"""``_lambdaeventsourcedef.json``: what invokes a function, pushing to it or polled for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.validation.document_rules import DESCRIBED
from gitmoxi.validation.event_source_rules import (
    LISTED_SOURCES_RULES,
    MISSPELT,
    NOT_WRAPPED,
    PULL_SOURCE_RULES,
    ListedSources,
    PullSource,
)
from gitmoxi.validation.native import EVENT_SOURCE_MAPPING, Checked, check_native
from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.settings_base import Settings, TargetGroupArn, read_settings
from gitmoxi.validation.shape_rules import WRONG_TYPE
from gitmoxi.validation.sources import Source, shown, type_name

_MISSPELT = "AlaisStageVariableName"
_WELL_SPELT = "AliasStageVariableName"
_PUSH, _PULL = "PushEventSources", "PullEventSources"
_DESCRIBED = "EventSourceMappings"
_WRAPPERS = frozenset({"EventSourceMapping", _DESCRIBED})
_SIGNS_OF_A_MAPPING = frozenset({"EventSourceArn", "SelfManagedEventSource", "UUID"})


class _EventSourceSettings(Settings):
    model_config = ConfigDict(alias_generator=to_pascal)


class TargetGroupSource(_EventSourceSettings):
    """A target group that the alias is registered with."""

    service: Literal["elasticloadbalancing.amazonaws.com"]
    target_group_arn: TargetGroupArn


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


def read_event_sources(
    document: JsonValue, source: Source, *, function_name: JsonValue = None, region: JsonValue = None
) -> tuple[EventSources, tuple[Finding, ...]]:
    """The event sources in a document, and what is wrong or odd about them.

    Args:
        document: the document as committed; what is not known of it is not checked.
        source: where it stands.
        function_name: the name of the function that they invoke; None where it is not known.
        region: the region that the function is deployed to; None where the settings do not say it.
    """
    if is_unknown(document):
        return EventSources(), ()
    if not isinstance(document, dict):
        return EventSources(), (_no_object(document, source),)
    found = _found_mappings(document, source)
    members, misspelt = _with_names_mended(found.members, source)
    push, complaints = read_settings(_PushSources, {**members, _PULL: "checked apart"}, source)
    pull = [_checked(mapping, source.below(*path), function_name, region) for mapping, path in found.mappings]
    listed = ListedSources(
        pull=tuple((checked.document, checked.source) for checked in pull), push=tuple(_pushed(members))
    )
    findings = (
        *found.findings,
        *misspelt,
        *complaints,
        *(finding for checked in pull for finding in checked.findings),
        *run_rules(LISTED_SOURCES_RULES, listed, source),
    )
    sources = EventSources(
        push=push.push_event_sources if push else (), pull=tuple(checked.document for checked in pull)
    )
    return sources, findings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The mappings of a document with their paths, and the other members, which are our settings."""

    mappings: tuple[tuple[JsonValue, JsonPath], ...]
    members: dict[str, JsonValue]
    findings: tuple[Finding, ...] = ()


def _found_mappings(document: dict[str, JsonValue], source: Source) -> _Found:
    if _DESCRIBED in document:
        rest = {name: value for name, value in document.items() if name in {_PUSH, _PULL}}
        described = source.breach(
            DESCRIBED,
            (_DESCRIBED,),
            f"this is what AWS describes; {_DESCRIBED} is taken for {_PULL}",
            advice=f'write "{_PULL}" instead',
        )
        inner = _mappings(document[_DESCRIBED], (_DESCRIBED,))
        outer = _mappings(rest.get(_PULL), (_PULL,))
        return _Found(mappings=(*outer, *inner), members=rest, findings=(described,))
    if not _SIGNS_OF_A_MAPPING.isdisjoint(document) and not {_PUSH, _PULL} & document.keys():
        bare = source.breach(NOT_WRAPPED, (), "the file is a mapping by itself; it is taken for the only one")
        return _Found(mappings=((document, ()),), members={}, findings=(bare,))
    return _Found(mappings=tuple(_mappings(document.get(_PULL), (_PULL,))), members=document)


def _mappings(value: JsonValue, path: JsonPath) -> Iterator[tuple[JsonValue, JsonPath]]:
    """One mapping or a list, with or without ``EventSourceMapping`` around each."""
    if value is None or is_unknown(value) or value == {}:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _mappings(item, (*path, index))
    elif isinstance(value, dict) and len(value) == 1 and _WRAPPERS & value.keys():
        (wrapper,) = value
        yield from _mappings_in_wrapper(value[wrapper], (*path, wrapper))
    else:
        yield value, path


def _mappings_in_wrapper(value: JsonValue, path: JsonPath) -> Iterator[tuple[JsonValue, JsonPath]]:
    """As ``_mappings``, where an empty object is a mapping in which all is missing."""
    if isinstance(value, dict) and not value:
        yield value, path
    else:
        yield from _mappings(value, path)


def _checked(mapping: JsonValue, source: Source, function_name: JsonValue, region: JsonValue) -> Checked:
    checked = check_native(EVENT_SOURCE_MAPPING, mapping, source, not_required=("FunctionName",))
    if not isinstance(mapping, dict):
        return checked
    subject = PullSource(
        document=checked.document,
        function_name=function_name,
        described_function=mapping.get("FunctionArn"),
        region=region,
    )
    return replace(
        checked, findings=(*checked.findings, *run_rules(PULL_SOURCE_RULES, subject, checked.source))
    )


def _pushed(members: dict[str, JsonValue]) -> Iterator[tuple[JsonValue, JsonPath]]:
    sources = members.get(_PUSH)
    if isinstance(sources, list):
        yield from ((push, (_PUSH, index)) for index, push in enumerate(sources))


def _no_object(document: JsonValue, source: Source) -> Finding:
    return source.breach(
        WRONG_TYPE,
        (),
        f"the file holds no object, but {type_name(document)}",
        found=shown(document),
        expected='{"PushEventSources": [...], "PullEventSources": {"EventSourceMapping": {...}}}',
        advice="write an object with PushEventSources, PullEventSources, or both",
    )


def _with_names_mended(
    document: dict[str, JsonValue], source: Source
) -> tuple[dict[str, JsonValue], list[Finding]]:
    """Published samples have a misspelt key, so it is accepted."""
    sources = document.get(_PUSH)
    if not isinstance(sources, list):
        return document, []
    findings: list[Finding] = []
    mended: list[JsonValue] = []
    for index, push in enumerate(sources):
        if isinstance(push, dict) and _MISSPELT in push and _WELL_SPELT not in push:
            message = f"{_MISSPELT} is misspelt; it is taken for {_WELL_SPELT}"
            place = (_PUSH, index, _MISSPELT)
            findings.append(source.breach(MISSPELT, place, message, advice=f"write {_WELL_SPELT}"))
            mended.append({_WELL_SPELT if name == _MISSPELT else name: v for name, v in push.items()})
        else:
            mended.append(push)
    return {**document, _PUSH: mended}, findings
