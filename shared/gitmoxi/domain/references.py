"""References: the files that an input file takes values from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from gitmoxi.domain.files import repository_path
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue, Positions, locate, show_path
from gitmoxi.errors import InvalidInputError

REFERENCE_KEY = "ref"
"""The one name in an input file that is no value of its own."""


class ReferenceType(StrEnum):
    """Who wrote the referenced files, and so what they look like."""

    TERRAFORM = "TERRAFORM"
    """``terraform output -json``: each name maps to an object whose ``value`` counts."""
    CDK = "CDK"
    """``cdk deploy --outputs-file``: stack name, output name, value."""
    JSON = "JSON"
    """Names and values as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """``ref`` of an input file; of ``paths``, a later file wins over an earlier one."""

    type: ReferenceType
    paths: tuple[str, ...]


def read_reference(
    document: Mapping[str, JsonValue], *, file: str, positions: Positions
) -> tuple[Reference | None, tuple[Finding, ...]]:
    """The reference in an input file's document, None if it has none, and what is wrong with it.

    Args:
        document: the input file's JSON object.
        file: its path, for the findings.
        positions: where its values stand.
    """
    if REFERENCE_KEY not in document:
        return None, ()
    reader = _Reader(file, positions)
    reference = reader.read(document[REFERENCE_KEY])
    return (None if reader.findings else reference), tuple(reader.findings)


class _Reader:
    def __init__(self, file: str, positions: Positions) -> None:
        self._file = file
        self._positions = positions
        self.findings: list[Finding] = []

    def read(self, ref: JsonValue) -> Reference | None:
        if not isinstance(ref, dict):
            self._add((), '"ref" is no object', expected='{"file": ["path", ...], "type": "TERRAFORM"}')
            return None
        for name in sorted(ref.keys() - {"file", "type"}):
            self._add((name,), f'"ref" has no setting {name!r}', expected='"file" and "type"')
        kind = self._type(ref.get("type"))
        paths = self._paths(ref.get("file"))
        return Reference(type=kind, paths=paths) if kind is not None else None

    def _type(self, kind: JsonValue) -> ReferenceType | None:
        if isinstance(kind, str) and kind in ReferenceType.__members__:
            return ReferenceType(kind)
        expected = ", ".join(ReferenceType)
        close = get_close_matches(str(kind).upper(), ReferenceType.__members__, n=1)
        advice = f"did you mean {close[0]}?" if close else ""
        missing = kind is None
        message = '"ref" lacks its "type"' if missing else f'"type" is {kind!r} and may be {expected}'
        self._add(("type",), message, expected=expected, advice=advice)
        return None

    def _paths(self, listed: JsonValue) -> tuple[str, ...]:
        if not isinstance(listed, list) or not listed:
            self._add(("file",), '"file" is no list of paths', expected='["infra/terraform_output.json"]')
            return ()
        paths: list[str] = []
        for index, path in enumerate(listed):
            if not isinstance(path, str):
                self._add(("file", index), f"{path!r} is no path", expected="a path in double quotes")
                continue
            try:
                paths.append(repository_path(path))
            except InvalidInputError as error:
                self._add(("file", index), str(error), rule="ref.path")
        return tuple(paths)

    def _add(
        self, path: JsonPath, message: str, *, rule: str = "ref.shape", expected: str = "", advice: str = ""
    ) -> None:
        full = (REFERENCE_KEY, *path)
        place = locate(self._positions, full)
        self.findings.append(
            Finding(
                file=self._file,
                rule=rule,
                severity=Severity.ERROR,
                message=message,
                line=place.line if place else None,
                column=place.column if place else None,
                json_path=show_path(full),
                expected=expected,
                advice=advice,
            )
        )
