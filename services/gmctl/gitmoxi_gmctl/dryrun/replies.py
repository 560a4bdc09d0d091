"""What the API answers about dry runs, as far as the command line looks into it."""

from __future__ import annotations

from gitmoxi.domain.dryruns import DryRunState, Outcome, called
from gitmoxi.domain.findings import Severity
from gitmoxi.domain.targets import TargetKind
from gitmoxi_gmctl.replies import Plan, Reply, Target


class Finding(Reply):
    """A remark on a place of a file."""

    file: str
    line: int | None
    column: int | None
    rule: str
    severity: Severity
    message: str
    advice: str

    @property
    def place(self) -> str:
        """``file:line:column``, as editors and terminals link it."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    @property
    def told(self) -> str:
        """What is wrong, and what to do."""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.message}{advice} ({self.rule})"


class DryRunObject(Reply):
    """What deploying would do to one service object."""

    prefix: str
    kind: TargetKind
    outcome: Outcome
    target: Target | None
    label: str | None = None
    plan: Plan | None
    failure: str | None
    held: str | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    rendered: dict[str, str] | None

    @property
    def refused(self) -> bool:
        return self.failure is not None

    @property
    def name(self) -> str:
        """What people call the target: ``ecs service web in cluster prod``."""
        if self.target is None:
            return called(self.kind, self.label, None)
        return called(self.kind, self.target.name, self.target.cluster)

    @property
    def place(self) -> str:
        """Where the target is: account and region."""
        return "" if self.target is None else f"{self.target.account} {self.target.region}"


class Report(Reply):
    """What deploying would do, by path-prefix."""

    objects: tuple[DryRunObject, ...]
    warnings: tuple[str, ...]


class DryRun(Reply):
    """A dry run, and what was found once it is PLANNED."""

    id: str
    repository: str
    branch: str
    head: str | None
    state: DryRunState
    because: str
    sha: str | None
    previous_sha: str | None
    author: str
    message: str
    report: Report | None
