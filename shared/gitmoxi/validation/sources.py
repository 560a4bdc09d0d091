"""Findings with their place: a document's file, its positions, and the part of it that is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue, Positions, RenderedDocument, locate, show_path


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


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that ``name`` was probably meant to be."""
    names = list(known)
    for candidate in names:
        if candidate.casefold() == name.casefold():
            return candidate
    close = get_close_matches(name, names, n=1)
    return close[0] if close else None


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
