"""The rules on what is taken out of documents, or taken for something else, before they are checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue, show_path
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.validation.sources import Source

DESCRIBED: Final = RuleInfo(
    id="document.describe-output",
    severity=Severity.WARNING,
    summary="A definition holds what AWS takes; what AWS only describes is left out.",
    advice="remove them",
)
TAKEN_FOR: Final = RuleInfo(
    id="document.taken-for",
    severity=Severity.WARNING,
    summary="What AWS describes under another name than it takes is taken for what it stands for.",
)
NULL: Final = RuleInfo(
    id="document.null",
    severity=Severity.WARNING,
    summary="No value is null: AWS takes none, so it counts as left out.",
    advice="remove them",
)
EMPTY_LIST: Final = RuleInfo(
    id="document.empty-list",
    severity=Severity.WARNING,
    summary="No list is empty where AWS takes no empty one: it counts as left out.",
    advice="remove them",
)
SEVERAL: Final = RuleInfo(
    id="document.several",
    severity=Severity.ERROR,
    summary="A file defines one thing.",
    advice="write each into a file of its own",
)
EMPTY_SKELETON: Final = RuleInfo(
    id="document.empty-skeleton",
    severity=Severity.WARNING,
    summary="A definition holds what was decided on, not the empty skeleton that the AWS CLI writes.",
    advice="keep only the attributes that you use, and fill them in",
    source="https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-skeleton.html",
)

_MANY_VALUES: Final = 10
"""Fewer of them say nothing about how a document came to be."""

_LISTED: Final = 20
"""Places that one finding names; a message has room for no more."""

DOCUMENT_RULES: Final = (DESCRIBED, TAKEN_FOR, NULL, EMPTY_LIST, SEVERAL, EMPTY_SKELETON)


def skeleton_found(document: JsonValue, source: Source) -> Iterator[Finding]:
    """The finding on what ``--generate-cli-skeleton`` wrote: empty texts and numbers, even at the top."""
    if not isinstance(document, dict) or not any(_is_empty_text(value) for value in document.values()):
        return
    values = list(_scalars(document))
    empty = sum(value in ("", 0) and value is not False for value in values)
    if len(values) >= _MANY_VALUES and empty * 2 > len(values):
        message = f"{empty} of {len(values)} values are empty: this looks like a skeleton of the AWS CLI"
        yield source.breach(EMPTY_SKELETON, (), message)


def _is_empty_text(value: JsonValue) -> bool:
    return not is_unknown(value) and value == ""


def _scalars(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _scalars(inner)
    elif not is_unknown(value):
        yield value


def together(
    info: RuleInfo, paths: Sequence[JsonPath], source: Source, *, one: str, several: str
) -> Iterator[Finding]:
    """One finding on all these places, at the first of them; none without any.

    ``one`` and ``several`` are what is true of one place, and of more.
    """
    if not paths:
        return
    names = [show_path(path).removeprefix("$.") for path in paths[:_LISTED]]
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    yield source.breach(
        info,
        paths[0],
        f"{', '.join(names)}{more} {several if len(paths) > 1 else one}",
        advice="remove it" if len(paths) == 1 else "",
    )


def ignored_found(paths: Sequence[JsonPath], source: Source) -> Iterator[Finding]:
    """The finding on attributes that AWS describes and never takes."""
    return together(
        DESCRIBED,
        paths,
        source,
        one="is only described by AWS and never sent; it is ignored",
        several="are only described by AWS and never sent; they are ignored",
    )


def nulls_found(paths: Sequence[JsonPath], source: Source) -> Iterator[Finding]:
    """The finding on members that are null, which count as left out."""
    return together(
        NULL,
        paths,
        source,
        one="is null; it is taken as left out",
        several="are null; they are taken as left out",
    )


def empty_lists_found(paths: Sequence[JsonPath], source: Source) -> Iterator[Finding]:
    """The finding on empty lists where AWS takes none, which count as left out."""
    return together(
        EMPTY_LIST,
        paths,
        source,
        one="is empty, which AWS does not take; it is taken as left out",
        several="are empty, which AWS does not take; they are taken as left out",
    )
