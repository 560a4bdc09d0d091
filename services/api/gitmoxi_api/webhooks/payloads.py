"""A webhook's body as JSON, and its fields with the types that they must have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from gitmoxi.errors import InvalidInputError

_SHOWN = 60
"""Characters that are shown of a name that a stranger chose."""


class PayloadError(InvalidInputError):
    """The body is not what the sender's documentation says; the message names the place."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A JSON object; ``place`` is where it stands in the body, in words."""

    values: Mapping[str, Any]
    place: str = "the body"

    def text(self, name: str) -> str:
        """The text ``name``.

        Raises:
            PayloadError: there is none, or it is no text.
        """
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise PayloadError(f"{self.place} has no text {name!r}, which every such event has")
        return value

    def optional_text(self, name: str) -> str:
        """The text ``name``; empty if there is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def part(self, name: str) -> Payload:
        """The object ``name``.

        Raises:
            PayloadError: there is none, or it is no object.
        """
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise PayloadError(f"{self.place} has no object {name!r}, which every such event has")
        return Payload(value, f"{name!r}")


def parse_payload(body: bytes) -> Payload:
    """The object in a body.

    Raises:
        PayloadError: no UTF-8, no JSON, no object; a key that stands twice; NaN; too deep.
    """
    try:
        found = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise PayloadError("the body is nested too deep to be a webhook") from None
    except ValueError as error:
        raise PayloadError(f"the body is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise PayloadError("the body is not a JSON object")
    return Payload(found)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What stands twice is read in two ways by two readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise PayloadError(f"the key {twice[:_SHOWN]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise PayloadError(f"{name} is not JSON")
