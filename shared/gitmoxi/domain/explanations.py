"""What a person is told about a failure, and how much of it is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

UNKNOWN = "unknown"
"""The id of the explanation of words that Gitmoxi does not know."""

MOST_WORDS = 10
"""Different words of AWS's that one explanation keeps when it stands for many failures."""

MOST_KEPT = 6
"""Explanations that one step keeps: the causes come first, and whoever reads needs the first."""

EVIDENCE_KEPT = 4_000
"""Characters of evidence that a kept explanation has; with six of them a step stays far below 400 KB."""


LOG = "log: "
"""What the evidence begins with that is a line of a container's log."""

_PASSING = re.compile(
    r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{17,40}|i-[0-9a-f]{8,17}|ecs-svc/\d{1,20}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]{0,12}Z?|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"
    r"|retried \d{1,3} times?)\b",
    re.ASCII,
)
"""Ids of tasks, instances, deployments and requests, moments and addresses: other ones each time."""


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
        """Equal for failures of one cause; unknown ones are told apart by AWS's words, ids left aside."""
        return (self.id, self.cause, *(map(lasting, self.words) if self.id == UNKNOWN else ()))

    @property
    def words(self) -> tuple[str, ...]:
        """The evidence that AWS gave."""
        return tuple(text for text in self.evidence if not text.startswith(LOG))

    @property
    def log(self) -> tuple[str, ...]:
        """The evidence that the container gave, the newest line last."""
        return tuple(text for text in self.evidence if text.startswith(LOG))

    @property
    def mark(self) -> str:
        """The key in eight characters, to be carried along."""
        return hashlib.sha256("\n".join(self.key).encode(errors="surrogatepass")).hexdigest()[:8]


def kept(explanations: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """The first few explanations, each with as much of its evidence as a record holds."""
    return tuple(_shortened(one) for one in list(explanations)[:MOST_KEPT])


def together(one: Explanation, other: Explanation) -> Explanation:
    """Two failures of one cause as one; of two logs, one is enough."""
    words = {lasting(text): text for text in reversed((*one.words, *other.words))}
    evidence = (*list(reversed(words.values()))[:MOST_WORDS], *(one.log or other.log))
    return replace(one, evidence=evidence, count=one.count + other.count)


def lasting(text: str) -> str:
    """``text`` without what is another one each time, such as the ids of tasks and requests."""
    return _PASSING.sub("*", text)


def _shortened(explanation: Explanation) -> Explanation:
    """What ends a log tells the most, so its oldest lines are left out first."""
    newest = tuple(reversed(explanation.log))
    words = _fitting(explanation.words, EVIDENCE_KEPT // 2 if newest else EVIDENCE_KEPT)
    log = _fitting(newest, EVIDENCE_KEPT - sum(map(len, words)))
    return replace(explanation, evidence=(*words, *reversed(log)))


def _fitting(texts: tuple[str, ...], room: int) -> tuple[str, ...]:
    ends = accumulate(map(len, texts))
    return tuple(text for text, end in zip(texts, ends, strict=True) if end <= room)
