"""What a person is told about a failure, and how AWS's words are kept as its evidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_EVIDENCE = 1_000
"""Characters of one piece of evidence; what is longer is cut, and says so."""

MOST_EVIDENCE = 20
"""Pieces of evidence that one explanation keeps when it stands for many failures."""

UNKNOWN = "unknown"
"""The id of the explanation of words that no entry of the table knows."""

_CUT = " …"
_BLANKS = frozenset("\t\n\r\v\f\x85\u2028\u2029")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One cause of a failure.

    Attributes:
        id: stable, ``<subject>.<what is wrong>`` such as ``image.not-found``; ``unknown`` for new words.
        cause: one plain sentence.
        evidence: AWS's own words, unchanged but for unseen characters and what is beyond 1,000 characters;
            the container's last log lines, if there are any, follow and begin with ``log: ``.
        advice: what to do now; a missing permission is given as an IAM statement.
        source: the address of the AWS page about it, empty when unknown.
        count: how many tasks, events or targets failed for this cause.
    """

    id: str
    cause: str
    evidence: tuple[str, ...]
    advice: str
    source: str
    count: int = 1


def as_evidence(texts: Iterable[str]) -> tuple[str, ...]:
    """Each distinct text once, in order, fit for one line of a terminal; empty ones are left out."""
    return tuple(line for line in dict.fromkeys(map(seen, texts)) if line)


def seen(text: str) -> str:
    """``text`` as a person may see it: line breaks are blanks, control and direction characters go."""
    looked_at = text[: LONGEST_EVIDENCE * 2]
    shown = "".join(map(_shown, looked_at))
    if len(shown) <= LONGEST_EVIDENCE and len(looked_at) == len(text):
        return shown
    return shown[: LONGEST_EVIDENCE - len(_CUT)] + _CUT


def _shown(character: str) -> str:
    if character in _BLANKS:
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character
