"""What clients get of a dry run: how far it is, and then what deploying would do."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.dryruns import DryRun, DryRunObject, DryRunReport, DryRunState, Outcome
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.targets import TargetKind
from gitmoxi_api.replies import PlanReply, Reply, TargetReply
from gitmoxi_api.views import plan_view, target_view


class FindingReply(Reply):
    """A remark on a place of a file, in the file as it was committed."""

    file: str
    line: int | None
    column: int | None
    json_path: str = Field(examples=["$.containerDefinitions[0].image"])
    rule: str = Field(examples=["shape.unknown-key"])
    severity: Severity
    message: str
    found: str
    expected: str
    advice: str


class DryRunObjectReply(Reply):
    """What deploying would do to one service object."""

    prefix: str = Field(description="directory and file name less the suffix", examples=["prod/web"])
    kind: TargetKind
    change: ObjectChange
    files: tuple[str, ...] = Field(description="the files that made it change")
    outcome: Outcome
    target: TargetReply | None = Field(description="null where its files do not tell, or it never had one")
    label: str | None = Field(description="without target: the name that its definition file has for it")
    plan: PlanReply | None = Field(description="also shown where AWS cannot change it in place, to tell what")
    failure: str | None = Field(description="why it would be refused")
    held: str | None = Field(description="why its deletion would wait for a person's approval")
    findings: tuple[FindingReply, ...] = Field(description="on its files, errors first")
    notes: tuple[str, ...]
    rendered: dict[str, str] | None = Field(
        description="with ?rendered=true: JSON text by file, after rendering, sensitive values masked"
    )


class DryRunReportReply(Reply):
    """What deploying would do, by path-prefix."""

    objects: tuple[DryRunObjectReply, ...]
    files: tuple[str, ...] = Field(description="changed files that it comes from")
    warnings: tuple[str, ...]


class DryRunReply(Reply):
    """A dry run; nothing is deployed, claimed or numbered by it."""

    id: str = Field(examples=["01K9Z5B8QH7Z6V3S2N1M0K4J5G"])
    repository_id: str
    repository: str
    branch: str
    head: str | None = Field(description="the branch whose tree is looked at; null: the branch's own")
    force: bool
    state: DryRunState = Field(description="PLANNED and FAILED are its ends")
    because: str
    sha: str | None = Field(description="the commit that is looked at")
    previous_sha: str | None = Field(description="the last processed commit, with which it is compared")
    author: str
    message: str
    requested_at: datetime
    expires_at: datetime = Field(description="from then on it is forgotten")
    report: DryRunReportReply | None


def dry_run_view(dry_run: DryRun, report: DryRunReport | None, *, rendered: bool) -> DryRunReply:
    """A dry run and, once it is planned, what was found."""
    return DryRunReply(
        id=dry_run.id,
        repository_id=dry_run.repository_id,
        repository=dry_run.repository_url,
        branch=dry_run.branch,
        head=dry_run.head,
        force=dry_run.force,
        state=dry_run.state,
        because=dry_run.because,
        sha=dry_run.sha,
        previous_sha=dry_run.previous_sha,
        author=dry_run.author,
        message=dry_run.message,
        requested_at=dry_run.requested_at,
        expires_at=dry_run.expires_at,
        report=None if report is None else _report_view(report, rendered=rendered),
    )


def _report_view(report: DryRunReport, *, rendered: bool) -> DryRunReportReply:
    return DryRunReportReply(
        objects=tuple(_object_view(item, rendered=rendered) for item in report.objects),
        files=report.files,
        warnings=report.warnings,
    )


def _object_view(item: DryRunObject, *, rendered: bool) -> DryRunObjectReply:
    return DryRunObjectReply(
        prefix=item.prefix,
        kind=item.kind,
        change=item.change,
        files=item.files,
        outcome=item.outcome,
        target=None if item.target is None else target_view(item.target),
        label=item.label,
        plan=None if item.plan is None else plan_view(item.plan),
        failure=item.failure,
        held=item.held,
        findings=tuple(map(_finding_view, item.findings)),
        notes=item.notes,
        rendered=dict(item.rendered) if rendered else None,
    )


def _finding_view(finding: Finding) -> FindingReply:
    return FindingReply(
        file=finding.file,
        line=finding.line,
        column=finding.column,
        json_path=finding.json_path,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        found=finding.found,
        expected=finding.expected,
        advice=finding.advice,
    )
