"""Turns a model's remembered state into JSON values and back, for a stop and start of the local cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

_KIND = "!kind"
_TIME = "!time"
"""Marks that no member of an AWS document begins with."""


class Codec:
    """Encodes and decodes the state of one service, which is made of ``classes`` and plain values."""

    def __init__(self, service: str, classes: Iterable[type[Any]]) -> None:
        self._service = service
        self._classes = {kind.__name__: kind for kind in classes}

    def encode(self, value: Any) -> Any:
        """JSON values for ``value``: state classes, documents, moments and plain values."""
        if isinstance(value, datetime):
            return {_TIME: value.isoformat()}
        if isinstance(value, dict):
            return {key: self.encode(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.encode(entry) for entry in value]
        if is_dataclass(value) and not isinstance(value, type):
            members = {entry.name: self.encode(getattr(value, entry.name)) for entry in fields(value)}
            return {_KIND: type(value).__name__, **members}
        return value

    def decode(self, value: Any) -> Any:
        """The value that ``encode`` was given.

        Raises:
            ValueError: the value names a class or a member that this version does not know.
        """
        if isinstance(value, list):
            return [self.decode(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        if _TIME in value:
            return datetime.fromisoformat(value[_TIME])
        members = {key: self.decode(entry) for key, entry in value.items() if key != _KIND}
        if _KIND not in value:
            return members
        kind = value[_KIND]
        try:
            return self._classes[kind](**members)
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"the saved {self._service} state holds a {kind!r} that this version cannot read ({error}): "
                "start the local cloud with a fresh state folder"
            ) from error


def copied(document: Any) -> Any:
    """A copy of a document's lists and maps, so that callers and state share nothing."""
    if isinstance(document, Mapping):
        return {key: copied(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [copied(value) for value in document]
    return document
