"""Records as replies: what is not named here is not shown."""

from __future__ import annotations

from collections.abc import Mapping

from gitmoxi.domain.deployments import Command, Deployment, PlannedDifference, PlanRecord, Step
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.records import (
    AuditEntry,
    Commit,
    Manifest,
    ManifestObject,
    PushRecord,
)
from gitmoxi.domain.targets import EcsTarget, Target
from gitmoxi_api.replies import (
    ApprovedDeletionReply,
    CommandReply,
    CommitReply,
    DeploymentReply,
    EventReply,
    ExplanationReply,
    ObjectReply,
    PlannedCallReply,
    PlannedDifferenceReply,
    PlannedWarningReply,
    PlanReply,
    ProcessingReply,
    PushReply,
    StepReply,
    TargetReply,
)


def push_view(push: PushRecord) -> PushReply:
    """The ingestor's answer to a push."""
    return PushReply(
        delivery_id=push.delivery_id,
        repository=push.repository,
        branch=push.branch,
        at=push.at,
        outcome=push.outcome,
        because=push.because,
        seq=push.seq,
        sha=push.sha,
    )


def commit_view(commit: Commit, held_count: int) -> CommitReply:
    """One processing of a commit, ``held_count`` of whose deletions wait for approval."""
    return CommitReply(
        repository_id=commit.repository_id,
        repository=commit.repository_url,
        branch=commit.branch,
        seq=commit.seq,
        sha=commit.sha,
        previous_sha=commit.previous_sha,
        status=commit.status,
        because=commit.because,
        author=commit.author,
        message=commit.message,
        received_at=commit.received_at,
        forced=commit.forced,
        baseline=commit.baseline,
        deployment_count=commit.deployment_count,
        held_count=held_count,
    )


def processing_view(commit: Commit, manifest: Manifest, held: Mapping[str, str]) -> ProcessingReply:
    """One processing of a commit with what it found; ``held`` says of which deployments why they wait."""
    return ProcessingReply(
        commit=commit_view(commit, sum(item.deployment_id in held for item in manifest.objects)),
        relevant_files=manifest.relevant_files,
        objects=tuple(_object_view(item, held) for item in manifest.objects),
        warnings=manifest.warnings,
        all_deleted=manifest.all_deleted,
    )


def _object_view(item: ManifestObject, held: Mapping[str, str]) -> ObjectReply:
    return ObjectReply(
        prefix=item.prefix,
        kind=item.kind,
        change=item.change,
        deployment_id=item.deployment_id,
        files=item.files,
        problem=item.problem,
        held=held.get(item.deployment_id),
    )


def deployment_view(deployment: Deployment) -> DeploymentReply:
    """Where a deployment stands; never the bodies with its documents, nor the values that it carries."""
    origin = deployment.origin
    return DeploymentReply(
        id=deployment.id,
        status=deployment.state.status,
        state=deployment.state,
        because=deployment.because,
        cause=deployment.cause,
        kind=deployment.kind,
        change=deployment.change,
        verb=deployment.verb,
        phase=deployment.progress.phase,
        owner=deployment.owner,
        version=deployment.version,
        repository_id=origin.repository_id,
        repository=origin.repository_url,
        branch=origin.branch,
        commit=origin.commit_sha,
        seq=origin.seq,
        prefix=origin.prefix,
        target=None if deployment.target is None else target_view(deployment.target),
        restores=deployment.restores,
        requested_by=deployment.requested_by,
        created_at=deployment.created_at,
        updated_at=deployment.updated_at,
        started_at=deployment.started_at,
        ended_at=deployment.ended_at,
    )


def target_view(target: Target) -> TargetReply:
    """What is deployed to."""
    return TargetReply(
        id=target.id,
        kind=target.kind,
        account=target.account,
        region=target.region,
        cluster=target.cluster if isinstance(target, EcsTarget) else None,
        name=target.name,
    )


def plan_view(plan: PlanRecord) -> PlanReply:
    """What a plan says to people."""
    return PlanReply(
        verb=plan.verb,
        strategy=plan.strategy,
        differences=tuple(difference_view(difference) for difference in plan.differences),
        steps=plan.steps,
        calls=tuple(PlannedCallReply(api=call.api, summary=call.summary) for call in plan.calls),
        warnings=tuple(PlannedWarningReply(text=item.text, risk=item.risk) for item in plan.warnings),
    )


def difference_view(difference: PlannedDifference) -> PlannedDifferenceReply:
    """One place that changes."""
    return PlannedDifferenceReply(
        document=difference.document,
        path=difference.path,
        before=difference.before,
        after=difference.after,
    )


def explanation_view(explanation: Explanation) -> ExplanationReply:
    """One cause of a failure."""
    return ExplanationReply(
        id=explanation.id,
        cause=explanation.cause,
        evidence=explanation.evidence,
        advice=explanation.advice,
        source=explanation.source,
        count=explanation.count,
    )


def step_view(step: Step) -> StepReply:
    """One entry of a deployment's history."""
    return StepReply(
        version=step.version,
        at=step.at,
        by=step.by,
        name=step.name,
        state=step.state,
        because=step.because,
        actions=step.actions,
        explanations=tuple(map(explanation_view, step.explanations)),
    )


def command_view(command: Command) -> CommandReply:
    """A command as it was appended."""
    return CommandReply(id=command.id, kind=command.kind, by=command.by, at=command.at)


def approved_view(deployment: Deployment, approval: Command) -> ApprovedDeletionReply:
    """A deletion and its approval."""
    return ApprovedDeletionReply(
        deployment_id=deployment.id,
        prefix=deployment.origin.prefix,
        target=None if deployment.target is None else target_view(deployment.target),
        state=deployment.state,
        by=approval.by,
        at=approval.at,
    )


def event_view(entry: AuditEntry) -> EventReply:
    """One entry of the audit trail."""
    return EventReply(id=entry.id, at=entry.at, kind=entry.kind, summary=entry.summary, details=entry.details)
