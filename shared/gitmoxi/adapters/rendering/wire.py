"""What the pool and its children say to each other: JSON behind a length, never pickle."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import (
    JsonPath,
    JsonValue,
    Position,
    RenderedDocument,
    RenderedObject,
    RenderRequest,
    UnknownPart,
    UnknownRole,
)
from gitmoxi.domain.targets import TargetKind
from gitmoxi.domain.unknown import Unknown

LENGTH_BYTES = 4
"""Big-endian, before every message."""

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""Four documents of at most 1 MiB as text and as values, with places, stay far below."""


def frame(message: Mapping[str, Any]) -> bytes:
    """A message as it goes through the pipe."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def request_message(request: RenderRequest) -> dict[str, Any]:
    """A request as plain JSON."""
    return {
        "prefix": request.prefix,
        "kind": request.kind.value,
        "files": _encoded(request.files),
        "references": _encoded(request.references),
        "partial": request.partial,
    }


def read_request(message: Mapping[str, Any]) -> RenderRequest:
    """The inverse of ``request_message``."""
    return RenderRequest(
        prefix=message["prefix"],
        kind=TargetKind(message["kind"]),
        files=_decoded(message["files"]),
        references=_decoded(message["references"]),
        partial=message["partial"],
    )


def rendered_message(rendered: RenderedObject) -> dict[str, Any]:
    """A result as plain JSON: positions travel as bare numbers, in the order of the document's values."""
    return {
        "prefix": rendered.prefix,
        "kind": rendered.kind.value,
        "documents": {
            kind.value: {
                "path": document.path,
                "document": document.document,
                "text": document.text,
                "positions": _flat_positions(document),
                "unknowns": [asdict(part) for part in document.unknowns],
            }
            for kind, document in rendered.documents.items()
        },
        "sensitive_values": sorted(rendered.sensitive_values),
        "warnings": findings_message(rendered.warnings),
    }


def read_rendered(message: Mapping[str, Any]) -> RenderedObject:
    """The inverse of ``rendered_message``."""
    return RenderedObject(
        prefix=message["prefix"],
        kind=TargetKind(message["kind"]),
        documents={FileKind(kind): _document(content) for kind, content in message["documents"].items()},
        sensitive_values=frozenset(message["sensitive_values"]),
        warnings=read_findings(message["warnings"]),
    )


def findings_message(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Findings as plain JSON."""
    return [asdict(finding) for finding in findings]


def read_findings(listed: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """The inverse of ``findings_message``."""
    return tuple(Finding(**{**fields, "severity": Severity(fields["severity"])}) for fields in listed)


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: b64encode(data).decode() for path, data in files.items()}


def _decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: b64decode(data) for path, data in files.items()}


def _flat_positions(document: RenderedDocument) -> list[int]:
    flat: list[int] = []
    for path in _paths(document.document, ()):
        position = document.positions[path]
        flat += (position.line, position.column)
    return flat


def _document(content: Mapping[str, Any]) -> RenderedDocument:
    numbers = iter(content["positions"])
    positions = {
        path: Position(line=next(numbers), column=next(numbers)) for path in _paths(content["document"], ())
    }
    unknowns = tuple(_unknown_part(fields) for fields in content["unknowns"])
    return RenderedDocument(
        path=content["path"],
        document=_with_unknowns(content["document"], unknowns),
        text=content["text"],
        positions=positions,
        unknowns=unknowns,
    )


def _unknown_part(fields: Mapping[str, Any]) -> UnknownPart:
    return UnknownPart(
        role=UnknownRole(fields["role"]),
        path=tuple(fields["path"]),
        position=Position(**fields["position"]),
        expression=fields["expression"],
    )


def _with_unknowns(document: JsonValue, unknowns: tuple[UnknownPart, ...]) -> JsonValue:
    """An unknown value travels as its text, and becomes unknown again."""
    for part in unknowns:
        if part.role is not UnknownRole.VALUE:
            continue
        if not part.path:
            return Unknown(part.expression)
        holder: Any = document
        for step in part.path[:-1]:
            holder = holder[step]
        holder[part.path[-1]] = Unknown(part.expression)
    return document


def _paths(value: JsonValue, path: JsonPath) -> Iterator[JsonPath]:
    yield path
    match value:
        case dict():
            for name, member in value.items():
                yield from _paths(member, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from _paths(item, (*path, index))
