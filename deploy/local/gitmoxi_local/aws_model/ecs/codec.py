"""Turns the remembered state into JSON values and back, for a stop and start of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from gitmoxi_local.aws_model.ecs import state

_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        state.Cluster,
        state.Container,
        state.Deployment,
        state.Region,
        state.Revision,
        state.RevisionCount,
        state.Rollback,
        state.Service,
        state.ServiceDeployment,
        state.Task,
        state.TaskDefinition,
        state.Token,
    )
}
_KIND = "!kind"
_TIME = "!time"
"""Marks that no member of an AWS document begins with."""


def encode(value: Any) -> Any:
    """JSON values for ``value``: state classes, documents, moments and plain values."""
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, dict):
        return {key: encode(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, type):
        members = {entry.name: encode(getattr(value, entry.name)) for entry in fields(value)}
        return {_KIND: type(value).__name__, **members}
    return value


def decode(value: Any) -> Any:
    """The value that ``encode`` was given.

    Raises:
        ValueError: the value names a class or a member that this version does not know.
    """
    if isinstance(value, list):
        return [decode(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if _TIME in value:
        return datetime.fromisoformat(value[_TIME])
    members = {key: decode(entry) for key, entry in value.items() if key != _KIND}
    if _KIND not in value:
        return members
    kind = value[_KIND]
    try:
        return _CLASSES[kind](**members)
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"the saved ECS state holds a {kind!r} that this version cannot read ({error}): "
            "start the local cloud with a fresh state folder"
        ) from error


def copied(document: Any) -> Any:
    """A copy of a document's lists and maps, so that callers and state share nothing."""
    if isinstance(document, Mapping):
        return {key: copied(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [copied(value) for value in document]
    return document
