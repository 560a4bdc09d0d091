"""Rendered documents and objects for the tests of validation, without rendering."""

from __future__ import annotations

import json

from gitmoxi.domain.files import classify
from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import RenderedDocument, RenderedObject
from gitmoxi.rendering.strict_json import parse_text


def rendered_document(path, value):
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    parsed = parse_text(text, path=path)
    return RenderedDocument(path=path, document=parsed.value, text=text, positions=parsed.positions)


def rendered_object(files, sensitive=()):
    """``files`` by suffix."""
    documents = {}
    for suffix, value in files.items():
        document = rendered_document(f"a/n{suffix}", value)
        file = classify(document.path)
        documents[file.kind] = document
        kind = file.kind.target_kind
    return RenderedObject(
        prefix="a/n", kind=kind, documents=documents, sensitive_values=frozenset(sensitive), warnings=()
    )


def errors(findings):
    return [finding for finding in findings if finding.severity is Severity.ERROR]
