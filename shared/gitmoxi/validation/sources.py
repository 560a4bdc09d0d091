"""Findings with their place: a document's file, its positions, and the part of it that is looked at."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue, Positions, RenderedDocument, locate, show_path

_LONGEST_NAME: Final = 64
"""Characters: no name of ours or AWS's comes near, and likeness costs time by the square of the length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a document comes from; ``root`` is the path of the looked-at part within the file."""

    file: str
    positions: Positions
    root: JsonPath = ()

    @classmethod
    def of(cls, rendered: RenderedDocument) -> Source:
        """The whole of a rendered file."""
        return cls(file=rendered.path, positions=rendered.positions)

    def below(self, *path: str | int) -> Source:
        """The part of this document at ``path``."""
        return Source(file=self.file, positions=self.positions, root=(*self.root, *path))

    def with_members_of(self, outer: Source, names: Collection[str]) -> Source:
        """This part, as if these members of ``outer``'s part stood in it as well."""
        depth = len(outer.root)
        moved = {
            (*self.root, *path[depth:]): place
            for path, place in self.positions.items()
            if len(path) > depth and path[:depth] == outer.root and path[depth] in names
        }
        return Source(file=self.file, positions={**self.positions, **moved}, root=self.root)

    def also_at(self, path: JsonPath, written_at: JsonPath) -> Source:
        """This part, as if what is written at ``written_at`` stood at ``path`` as well."""
        old, new = (*self.root, *written_at), (*self.root, *path)
        moved = {
            (*new, *where[len(old) :]): place
            for where, place in self.positions.items()
            if where[: len(old)] == old
        }
        return Source(file=self.file, positions={**self.positions, **moved}, root=self.root)

    def finding(
        self,
        path: JsonPath,
        *,
        rule: str,
        message: str,
        severity: Severity = Severity.ERROR,
        found: str = "",
        expected: str = "",
        advice: str = "",
    ) -> Finding:
        """A finding on the value at ``path``, or on what should stand there."""
        full = (*self.root, *path)
        place = locate(self.positions, full)
        return Finding(
            file=self.file,
            rule=rule,
            severity=severity,
            message=message,
            line=place.line if place else None,
            column=place.column if place else None,
            json_path=show_path(full),
            found=found,
            expected=expected,
            advice=advice,
        )

    def breach(
        self,
        info: RuleInfo,
        path: JsonPath,
        message: str,
        *,
        found: str = "",
        expected: str = "",
        advice: str = "",
    ) -> Finding:
        """As ``finding``, on what breaks a rule; without ``advice`` the rule's own."""
        return self.finding(
            path,
            rule=info.id,
            severity=info.severity,
            message=message,
            found=found,
            expected=expected,
            advice=advice or info.advice,
        )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that ``name`` was probably meant to be: in another spelling, or the most alike."""
    return _nearest(name, tuple(known)) if len(name) <= _LONGEST_NAME else None


@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    spelt = _spelling(name)
    for candidate in known:
        if _spelling(candidate) == spelt:
            return candidate
    close = get_close_matches(name, known, n=1)
    return close[0] if close else None


def _spelling(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def shown(value: JsonValue, longest: int = 80) -> str:
    """A value as JSON, for a message; at most ``longest`` characters of it."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def nearest_advice(name: str, known: Iterable[str], *, otherwise: str = "remove it") -> str:
    """What to do about an unknown name; ``otherwise`` when no known one resembles it."""
    close = nearest(name, known)
    if close is None:
        return otherwise
    if close.casefold() == name.casefold():
        return f"the case of letters counts: write {close}"
    return f"did you mean {close}?"


def type_name(value: JsonValue) -> str:
    """What JSON calls the type of a value, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case dict():
            return "an object"
