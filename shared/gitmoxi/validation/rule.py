"""A rule: one small named thing that AWS, or what users meant, forbids; and how rules are run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import JsonPath
from gitmoxi.domain.unknown import UnknownValueError
from gitmoxi.validation.sources import Source

Subject = TypeVar("Subject")
"""What a rule looks at: one document, or the documents of a service object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One place that breaks a rule.

    Attributes:
        at: the path of the value from its document's root, or of what should stand there.
        message: what is wrong, with the values that show it.
        advice: what to do, if it is more than the rule's own advice.
        source: the document of the place; None: the one that the rules are run on.
    """

    at: JsonPath
    message: str
    found: str = ""
    expected: str = ""
    advice: str = ""
    source: Source | None = None


_MOST: Final = 50
"""Findings of one rule in one file: nobody reads more, and a generated file could make thousands."""

Check = Callable[[Subject], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Subject]):
    """A check with what there is to know about it."""

    info: RuleInfo
    check: Check[Subject]


def rule(
    id: str,  # noqa: A002 - named as the attribute that it becomes
    *,
    summary: str,
    source: str,
    advice: str = "",
    severity: Severity = Severity.ERROR,
) -> Callable[[Check[Subject]], Rule[Subject]]:
    """Makes a check a rule; see ``RuleInfo`` for the arguments."""
    info = RuleInfo(id=id, severity=severity, summary=summary, advice=advice, source=source)

    def made(check: Check[Subject]) -> Rule[Subject]:
        return Rule(info=info, check=check)

    return made


def run_rules(rules: Iterable[Rule[Subject]], subject: Subject, source: Source) -> Iterator[Finding]:
    """What the rules find; a rule that needs a value that is not known here finds no more from there on.

    Of each rule the first 50 findings in a file are told, and then how many more there are.
    """
    for each in rules:
        counts: Counter[str] = Counter()
        first_left_out: dict[str, Problem] = {}
        for problem in _known_problems(each, subject):
            file = (problem.source or source).file
            counts[file] += 1
            if counts[file] <= _MOST:
                yield _finding(each.info, problem, source)
            else:
                first_left_out.setdefault(file, problem)
        for file, problem in first_left_out.items():
            others = counts[file] - _MOST - 1
            more = problem.message + (
                f"; and {others} more like this, which are not listed" if others else ""
            )
            yield _finding(each.info, replace(problem, message=more), source)


def _known_problems(each: Rule[Subject], subject: Subject) -> Iterator[Problem]:
    with suppress(UnknownValueError):
        yield from each.check(subject)


def _finding(info: RuleInfo, problem: Problem, source: Source) -> Finding:
    return (problem.source or source).finding(
        problem.at,
        rule=info.id,
        severity=info.severity,
        message=problem.message,
        found=problem.found,
        expected=problem.expected,
        advice=problem.advice or info.advice,
    )
