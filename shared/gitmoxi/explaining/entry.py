"""The entries of the table of failures: what AWS says, and what is told about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gitmoxi.domain.explanations import Explanation
from gitmoxi.explaining.evidence import as_evidence
from gitmoxi.explaining.names import LONGEST_READ, in_sentence
from gitmoxi.explaining.statements import statement

Phrases = tuple[str, ...]
"""Parts of a text, in lower case, that must all be in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kind of failure.

    Attributes:
        id: as in ``Explanation``.
        cause: with names in braces, such as ``{image}``.
        advice: likewise; ``{statement}`` is the missing IAM statement.
        source: the address of the AWS page with the text or code.
        says: alternatives of what AWS says. Plain parts of texts, not patterns: their search is linear.
        codes: AWS's codes, when a code tells the failure; with ``says`` too, both must fit.
        allow: the actions of the missing statement; empty for those that AWS's words name.
        on: the kind of name that is the statement's resource, or ``*``; empty for the one that AWS names.
        symptom: whether it only follows from another failure, which is then told first.
    """

    id: str
    cause: str
    advice: str
    source: str
    says: tuple[Phrases, ...] = ()
    codes: frozenset[str] = frozenset()
    allow: tuple[str, ...] = ()
    on: str = ""
    symptom: bool = False

    def fits(self, text: str, code: str = "") -> bool:
        """Whether the entry is about ``text``, as ``readable`` gives it, and ``code``."""
        if self.codes and code not in self.codes:
            return False
        said = any(all(part in text for part in parts) for parts in self.says)
        return said or (bool(self.codes) and not self.says)

    def explain(self, evidence: Iterable[str], names: Mapping[str, str]) -> Explanation:
        """The explanation of a failure that the entry fits."""
        words = in_sentence(names)
        missing = statement(self.allow, self.on, names)
        return Explanation(
            id=self.id,
            cause=self.cause.format_map(words),
            evidence=as_evidence(evidence),
            advice=self.advice.format_map({**words, "statement": missing}),
            source=self.source,
        )


def readable(text: str) -> str:
    """``text`` as the entries compare it: its beginning, in lower case, with plain apostrophes."""
    plain = text[:LONGEST_READ].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(plain.lower().split())


def first_fit(entries: Iterable[Entry], texts: Iterable[str], code: str = "") -> Entry | None:
    """The first entry that fits any of the texts: the table's order says what is nearest to the root."""
    read = tuple(readable(text) for text in texts) or ("",)
    return next((entry for entry in entries if any(entry.fits(text, code) for text in read)), None)
