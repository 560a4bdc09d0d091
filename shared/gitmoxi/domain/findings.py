"""Findings: what is wrong, or odd, in what a user wrote; where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.errors import PermanentError


class Severity(StrEnum):
    """Whether a finding stops the deployment."""

    ERROR = "error"
    WARNING = "warning"


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


def _order(finding: Finding) -> tuple[bool, str, int, int]:
    warning = finding.severity is Severity.WARNING
    return (warning, finding.file, finding.line or 0, finding.column or 0)
