"""Findings: what is wrong, or odd, in what a user wrote; where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.errors import PermanentError


class Severity(StrEnum):
    """How much a finding matters, the worst first: errors stop the deployment."""

    ERROR = "error"
    """What was committed cannot be used as it is."""
    WARNING = "warning"
    """It can be used, and is probably not what was meant, or was mended on the way."""
    NOTE = "note"
    """Something could not be checked, or is worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInfo:
    """What a rule is about, as the reference lists it; every finding's ``rule`` is the ``id`` of one.

    Attributes:
        id: stable, ``<area>.<what is wrong>``, such as ``task.fargate-size``.
        severity: of its findings; a rule has one severity only.
        summary: one sentence: what is looked at, and what must hold.
        advice: what to do about a finding, where the finding itself has no better word.
        source: the address of the AWS page, or a standard, that the rule stands on; empty if it is ours.
    """

    id: str
    severity: Severity
    summary: str
    advice: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark on one place of one file, in the file as the user wrote it.

    ``line`` and ``column`` count from 1 and are None when the remark is on the file as a whole;
    ``json_path`` looks like ``$.containerDefinitions[0].image``; ``rule`` is a stable id such as
    ``shape.unknown-key``; ``found``, ``expected`` and ``advice`` may be empty.
    """

    file: str
    rule: str
    severity: Severity
    message: str
    line: int | None = None
    column: int | None = None
    json_path: str = ""
    found: str = ""
    expected: str = ""
    advice: str = ""

    @property
    def place(self) -> str:
        """``file:line:column``, as editors and terminals link it."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    @property
    def told(self) -> str:
        """What is wrong, and what to do."""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.message}{advice} ({self.rule})"

    def __str__(self) -> str:
        path = f" at {self.json_path}" if self.json_path else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.place}: {self.severity}: {self.message}{path}{advice} ({self.rule})"


class FindingsError(PermanentError):
    """What a user committed cannot be used; ``findings`` say why, errors first, in order of place."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=_order))
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


def _order(finding: Finding) -> tuple[int, str, int, int]:
    rank = tuple(Severity).index(finding.severity)
    return (rank, finding.file, finding.line or 0, finding.column or 0)
