"""How AWS's words are kept as the evidence of an explanation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

LONGEST_EVIDENCE = 1_000
"""Characters of one piece of evidence; what is longer is cut, and says so."""

_CUT = " …"
_BLANKS = frozenset("\t\n\r\v\f\x85\u2028\u2029")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


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
