"""What a person is told about a failure, and how much of it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

UNKNOWN = "unknown"
"""The id of the explanation of words that Gitmoxi does not know."""

MOST_KEPT = 6
"""Explanations that one step keeps: the causes come first, and whoever reads needs the first."""

EVIDENCE_KEPT = 4_000
"""Characters of evidence that a kept explanation has; with six of them a step stays far below 400 KB."""


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

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for failures of one cause; unknown ones are told apart by AWS's words."""
        return (self.id, self.cause, *(self.evidence if self.id == UNKNOWN else ()))

    @property
    def mark(self) -> str:
        """The key in eight characters, to be carried along."""
        return hashlib.sha256("\n".join(self.key).encode(errors="surrogatepass")).hexdigest()[:8]


def kept(explanations: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """The first few explanations, each with as much of its evidence as a record holds."""
    return tuple(_shortened(one) for one in list(explanations)[:MOST_KEPT])


def _shortened(explanation: Explanation) -> Explanation:
    lengths = accumulate(map(len, explanation.evidence))
    fits = [text for text, end in zip(explanation.evidence, lengths, strict=True) if end <= EVIDENCE_KEPT]
    return replace(explanation, evidence=tuple(fits))
