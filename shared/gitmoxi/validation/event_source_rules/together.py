"""Rules on a file of event sources as a whole, and on the function that they invoke."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import UnknownValueError
from gitmoxi.validation.event_source_rules.subject import PullSource, SourceKind
from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.reading import known, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.sources import Source, shown

_CREATE: Final = api("CreateEventSourceMapping")
_REGION: Final = 3
"""Its place among the parts of an ARN."""

_TELLS_APART: Final = (
    "EventSourceArn",
    "SelfManagedEventSource",
    "Topics",
    "Queues",
    "DocumentDBEventSourceConfig",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSources:
    """All sources of a file: the mappings with where each stands, and the push sources as they stand."""

    pull: tuple[tuple[dict[str, JsonValue], Source], ...] = field(repr=False)
    push: tuple[tuple[JsonValue, JsonPath], ...] = field(repr=False)


@rule(
    "event-source.other-function",
    summary="A mapping's FunctionName is the function of this path-prefix, or is left out.",
    source=_CREATE,
    advice="remove FunctionName: mappings point at the alias of the function beside this file",
)
def _invokes_this_function(pull: PullSource) -> Iterator[Problem]:
    wanted = known(pull.function_name)
    said = {"FunctionName": pull.document.get("FunctionName"), "FunctionArn": pull.described_function}
    place, named = next(
        ((place, known(name)) for place, name in said.items() if name is not None), ("", None)
    )
    if isinstance(named, str) and isinstance(wanted, str) and _bare_name(named) != _bare_name(wanted):
        yield Problem(
            at=(place,),
            message=f"the mapping invokes {shown(named)}, and the function here is {shown(wanted)}",
            found=named,
            expected=wanted,
        )


@rule(
    "event-source.elsewhere",
    summary="A queue lies in the region of the function that it invokes.",
    source=guide("services-sqs-configure"),
    advice="name a queue there, or change environment in the deployment settings",
)
def _queue_is_in_the_region(pull: PullSource) -> Iterator[Problem]:
    wanted = known(pull.region)
    region = "".join(pull.arn.split(":")[_REGION : _REGION + 1])
    if pull.kind is SourceKind.SQS and region and isinstance(wanted, str) and region != wanted:
        yield Problem(
            at=("EventSourceArn",),
            message=(
                f"the queue is in the region {region}, and environment.region of the deployment settings "
                f"says {wanted}"
            ),
            found=region,
            expected=wanted,
        )


def _bare_name(name: str) -> str:
    """The name in an ARN, in a partial ARN, or before a version or alias."""
    parts = name.split(":")
    if "function" in parts[:-1]:
        return parts[parts.index("function") + 1]
    return parts[1] if len(parts) > 1 and parts[0].isdigit() else parts[0]


@rule(
    "event-source.twice",
    summary="No source is there twice.",
    source=_CREATE,
    advice="keep one of them: AWS takes one mapping of a source and a function",
)
def _sources_differ(listed: ListedSources) -> Iterator[Problem]:
    seen: set[str] = set()
    for document, place in listed.pull:
        key = _identity({name: document.get(name) for name in _TELLS_APART})
        if key in seen:
            yield Problem(
                at=(), message="this source is there twice", found=_shown_source(document), source=place
            )
        seen |= {key} if key else set()


@rule(
    "event-source.push-twice",
    summary="No target group and no route is there twice.",
    source=api("AddPermission"),
    advice="keep one of them",
)
def _push_sources_differ(listed: ListedSources) -> Iterator[Problem]:
    seen: set[str] = set()
    for push, path in listed.push:
        members = ("Service", "TargetGroupArn", "ApiId", "RouteId")
        key = _identity({name: value_at(push, name) for name in members} if isinstance(push, dict) else {})
        if key in seen:
            yield Problem(at=path, message="this source is there twice")
        seen |= {key} if key else set()


def _identity(members: dict[str, JsonValue]) -> str:
    """The same text for the same source; empty if nothing, or not everything, is known of it."""
    said = {name: value for name, value in members.items() if value is not None}
    for value in said.values():
        known(value)
    return json.dumps(said, sort_keys=True) if said else ""


def _shown_source(document: dict[str, JsonValue]) -> str:
    try:
        return text_at(document, "EventSourceArn") or ""
    except UnknownValueError:
        return ""


MAPPING_RULES = (_invokes_this_function, _queue_is_in_the_region)
FILE_RULES = (_sources_differ, _push_sources_differ)
