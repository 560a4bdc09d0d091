"""What a commit wants of a target: the rendered documents, and how they are stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitmoxi.domain.targets import EcsTarget, LambdaTarget, parse_target_id
from gitmoxi.errors import InvalidInputError, UnreadableBodyError
from gitmoxi.planning.documents import Document, canonical_bytes, without_blanks
from gitmoxi.planning.rules import normalise
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredEcs:
    """An ECS service as it is wanted.

    ``service`` is a native ``CreateService`` document and ``task_definition`` a native
    ``RegisterTaskDefinition`` one. With a task definition, ``service`` names none; without it,
    ``service["taskDefinition"]`` does. ``settings`` is the depdef as plain JSON.
    """

    target: EcsTarget
    service: Document
    task_definition: Document | None = None
    settings: Document = field(default_factory=dict)
    sensitive_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredLambda:
    """A Lambda function as it is wanted; ``function`` is a native ``CreateFunction`` document.

    ``settings`` is the depdef and ``event_sources`` the event source file, both as plain JSON.
    """

    target: LambdaTarget
    function: Document
    settings: Document = field(default_factory=dict)
    event_sources: Document | None = None
    sensitive_values: tuple[str, ...] = ()


Desired = DesiredEcs | DesiredLambda


def to_bytes(desired: Desired) -> bytes:
    """The canonical JSON of what is wanted, fit for a content-addressed body: equal wishes, equal bytes."""
    stored: dict[str, Any] = {
        "target": desired.target.id,
        "settings": desired.settings,
        "sensitive_values": list(desired.sensitive_values),
    }
    match desired:
        case DesiredEcs():
            stored |= {"service": desired.service, "task_definition": desired.task_definition}
        case DesiredLambda():
            stored |= {"function": desired.function, "event_sources": desired.event_sources}
    return canonical_bytes(stored)


def from_bytes(content: bytes) -> Desired:
    """The inverse of ``to_bytes``.

    Raises:
        UnreadableBodyError: the body was not written by the ``to_bytes`` of this release.
    """
    try:
        stored = json.loads(content)
        return _restored(stored)
    except (ValueError, KeyError, TypeError, InvalidInputError) as error:
        raise UnreadableBodyError("what the deployment wants", error) from error


def task_definition_hash(document: Document) -> str:
    """The SHA-256 of what a task definition means to AWS, in hexadecimal.

    Documents that differ only in defaults, in order-free lists, or in what AWS fills in have one hash.
    """
    comparable = without_blanks(normalise(document, TASK_DEFINITION_RULES, wanted=True))
    tags = sorted((str(tag.get("key")), str(tag.get("value", ""))) for tag in document.get("tags") or ())
    return hashlib.sha256(canonical_bytes([comparable, tags])).hexdigest()


def _restored(stored: Mapping[str, Any]) -> Desired:
    match parse_target_id(stored["target"]):
        case EcsTarget() as target:
            return DesiredEcs(
                target=target,
                service=stored["service"],
                task_definition=stored["task_definition"],
                settings=stored["settings"],
                sensitive_values=tuple(stored["sensitive_values"]),
            )
        case LambdaTarget() as target:
            return DesiredLambda(
                target=target,
                function=stored["function"],
                settings=stored["settings"],
                event_sources=stored["event_sources"],
                sensitive_values=tuple(stored["sensitive_values"]),
            )
