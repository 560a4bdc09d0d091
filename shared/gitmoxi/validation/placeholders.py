"""Placeholders that other tools would have filled in, and that AWS would get as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.validation.rule import Problem, Rule

Subject = TypeVar("Subject")

PLACEHOLDER_IN_TEXT: Final = RuleInfo(
    id="placeholder.in-text",
    severity=Severity.WARNING,
    summary="Texts hold no placeholders of other tools, such as ${NAME}, <NAME> or REPLACE_ME.",
    advice="write {{ name }} here and put name with its value into the input file beside this one",
)

_UNMISTAKABLE: Final = re.compile(
    r"""
      (?<!\$)\${3,5}\w{1,100}\${3,5}            # $$$NAME$$$
    | \b(?:REPLACE|CHANGE|FILL)[_-]ME\w*        # REPLACE_ME, REPLACE_ME_WITH_...
    | \A<(?:[A-Z][A-Z0-9_ -]+|(?i:your)\b[\w .:/-]*|[a-z0-9]+(?:[_-][a-z0-9]+)+|[A-Za-z]\w*(?:[ ]\w+)+)>\Z
                                              # <your-key>, <KEY>, <aws_key>, <the key>, and nothing else;
                                              # <html> and <none> are no placeholders
    """,
    re.VERBOSE,
)
_ANYWHERE: Final = re.compile(
    r"""
      \{\{[^{}]*\}\} | \{%[^%]*%\}                  # what the input file would have filled in
    | \$\{[^{}]*\}                              # ${NAME}
    | \$(?!LATEST\b)[A-Za-z_]\w*                # $NAME; $LATEST is Lambda's own
    | <[A-Za-z][\w .:/-]*(?:>|\Z)               # <name>, or its end was forgotten
    | (?<!%)%[A-Z][A-Z0-9_]{2,}%(?!%)           # %NAME%
    | (?<![A-Za-z0-9])(?:X{6,}|x{6,})(?![A-Za-z0-9])
    | (?<=^arn:)[A-Z][A-Z_]+(?=:)               # arn:PARTITION:
    | (?<![^:/.])(?:AWS_)?(?:ACCOUNT|REGION)(?:_ID|_NAME)?(?=[:/.])
    | (?<=:)(?:aws[_-])?account(?:[_-]id)?(?=:) | (?<=:)region(?=:)
    """,
    re.VERBOSE,
)
_TOKEN: Final = re.compile(
    r"(?:PLACEHOLDER|TO[_-]?DO|TBD|FIX[_-]?ME|(?:CHANGE|REPLACE|FILL)[_-]?(?:ME|THIS|IN)|YOUR_\w+|X{3,})",
    re.IGNORECASE,
)
_UPPER_TOKEN: Final = re.compile(r"[A-Z]{2,}(?:_[A-Z0-9]+)+(?::[A-Z_]+)?")
_IDENTIFIERS: Final = ("arn", "id", "image", "uri", "role", "bucket")
"""How the names of members end whose values AWS makes up, or that are never written in capitals."""


def has_placeholder(text: str) -> bool:
    """Whether something in ``text`` looks as if another tool would have replaced it."""
    return any((_UNMISTAKABLE.search(text), _ANYWHERE.search(text), _UPPER_TOKEN.fullmatch(text)))


def is_stand_in(text: str) -> bool:
    """Whether ``text`` is surely no value of AWS: it has a placeholder's characters, or is a known token."""
    return any((_UNMISTAKABLE.search(text), _ANYWHERE.search(text), _TOKEN.fullmatch(text)))


def placeholder_advice(text: str) -> str:
    """What to do about a text of the wrong form that is a placeholder; empty where it is none."""
    return PLACEHOLDER_IN_TEXT.advice if has_placeholder(text) else ""


def without_echoes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without those on placeholders in texts that are refused already: one is enough."""
    every = tuple(findings)
    refused = {(f.file, f.json_path) for f in every if f.severity is Severity.ERROR}
    return tuple(f for f in every if f.rule != PLACEHOLDER_IN_TEXT.id or (f.file, f.json_path) not in refused)


def placeholder_problems(
    document: JsonValue, *, skip: Callable[[JsonPath], bool] = lambda _path: False
) -> Iterator[Problem]:
    """What looks like a placeholder in the texts of ``document``.

    Args:
        document: a whole document, cleaned.
        skip: whether the text at a path is for a shell or a program, which may fill it in by itself;
            there only what nothing else is written like is found, such as ``$$$NAME$$$``.
    """
    for path, text in _texts(document, ()):
        found = _placeholder_in(text, path, program_text=skip(path))
        if found is not None:
            yield Problem(
                at=path,
                message=f"{found} looks like a placeholder and is sent to AWS as it stands",
                found=found,
            )


def placeholder_rule(
    document_of: Callable[[Subject], JsonValue], *, skip: Callable[[JsonPath], bool] = lambda _path: False
) -> Rule[Subject]:
    """``placeholder.in-text`` for the document that ``document_of`` takes from a rule's subject."""

    def check(subject: Subject) -> Iterator[Problem]:
        return placeholder_problems(document_of(subject), skip=skip)

    return Rule(info=PLACEHOLDER_IN_TEXT, check=check)


def _texts(value: JsonValue, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    match value:
        case str() if not is_unknown(value):
            yield path, value
        case list():
            for index, item in enumerate(value):
                yield from _texts(item, (*path, index))
        case dict():
            for name, member in value.items():
                yield from _texts(member, (*path, name))
        case _:
            return


def _placeholder_in(text: str, path: JsonPath, *, program_text: bool) -> str | None:
    found = _UNMISTAKABLE.search(text)
    if found is None and not program_text:
        found = _ANYWHERE.search(text)
        if found is None and _names_identifier(path):
            found = _UPPER_TOKEN.fullmatch(text)
    return found.group() if found is not None else None


def _names_identifier(path: JsonPath) -> bool:
    names = [part for part in path if isinstance(part, str)]
    return bool(names) and names[-1].casefold().endswith(_IDENTIFIERS)
