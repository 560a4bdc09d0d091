"""Exported deployment files: their documents as the text of templates that render to themselves."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from gitmoxi.domain.files import FileKind
from gitmoxi.planning.documents import Json

_TEMPLATE_TAG = re.compile(r"\{(?=[{%#])")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file; ``text`` ends with a newline and is to be written as UTF-8."""

    kind: FileKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFiles:
    """The files of one service object.

    Attributes:
        files: definition first, settings last.
        notes: what the files do not say as it lives, or what a person should look at before the commit.
        first_run: what the first dry run is going to show; empty: nothing differs from what lives.
    """

    files: tuple[ExportedFile, ...]
    notes: tuple[str, ...] = ()
    first_run: tuple[str, ...] = ()


def document_text(document: Json) -> str:
    """The document as people write it: members in their order, two spaces, and nothing that is a template.

    Every file is a Jinja template, so the brace that would begin a tag is written as JSON's own escape:
    the file stays plain JSON, and its rendering is the file itself. What cannot be seen in an editor is
    escaped too.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return _UNPRINTABLE.sub(_visible, _TEMPLATE_TAG.sub(r"\\u007b", text)) + "\n"


def has_template_tags(document: Json) -> bool:
    """Whether the document's own text would be taken for a template's tags."""
    return _TEMPLATE_TAG.search(json.dumps(document)) is not None


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    return char if char.isprintable() else json.dumps(char)[1:-1]
