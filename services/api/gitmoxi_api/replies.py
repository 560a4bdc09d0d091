"""What clients get: the records as people need them, without a field that could hold a secret."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from gitmoxi.domain.deployments import CommandKind, ObjectChange, Risk, Verb
from gitmoxi.domain.records import CommitStatus, PushOutcome
from gitmoxi.domain.states import State, Status, Worker
from gitmoxi.domain.targets import TargetKind


class Reply(BaseModel):
    """A part of a response."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PushAccepted(Reply):
    """A push is on its way to the ingestor."""

    delivery_id: str = Field(
        description="ask for /v1/pushes/{delivery_id} with it", examples=["01K9Z5B8QH7Z6V3S2N1M0K4J5G"]
    )


class PushReply(Reply):
    """What became of a push."""

    delivery_id: str
    repository: str
    branch: str
    at: datetime
    outcome: PushOutcome
    because: str
    seq: int | None = Field(description="the number of the processed commit on its branch")
    sha: str | None


class CommitReply(Reply):
    """One processing of a commit; a forced deployment processes a commit again, under a new ``seq``."""

    repository_id: str
    repository: str
    branch: str
    seq: int = Field(description="orders the processed commits of a branch")
    sha: str
    previous_sha: str | None = Field(description="the commit that it was compared with")
    status: CommitStatus
    because: str
    author: str
    message: str
    received_at: datetime
    forced: bool
    baseline: bool = Field(description="it was compared with what lives, and deployed nothing")
    deployment_count: int
    held_count: int = Field(description="its deletions that wait for approval now")


class CommitsReply(Reply):
    """The processed commits of a branch, newest first."""

    commits: tuple[CommitReply, ...]


class ObjectReply(Reply):
    """A service object that a commit changed."""

    prefix: str = Field(description="directory and file name less the suffix", examples=["prod/web"])
    kind: TargetKind
    change: ObjectChange
    deployment_id: str
    files: tuple[str, ...] = Field(description="the files that made it change")
    problem: str | None
    held: str | None = Field(description="why its deletion waits for approval; null if it does not")


class ProcessingReply(Reply):
    """What one processing of a commit found."""

    commit: CommitReply
    relevant_files: tuple[str, ...] = Field(description="changed files that deployments come from")
    objects: tuple[ObjectReply, ...]
    warnings: tuple[str, ...]
    all_deleted: bool = Field(description="no definition file is left, which deletes nothing")


class CommitFilesReply(Reply):
    """Every processing of the commits that a hash stands for."""

    processings: tuple[ProcessingReply, ...]


class TargetReply(Reply):
    """An ECS service or a Lambda function."""

    id: str = Field(examples=["ecs/111122223333/eu-west-1/prod/web"])
    kind: TargetKind
    account: str
    region: str
    cluster: str | None = Field(description="of an ECS service")
    name: str


class DeploymentReply(Reply):
    """Where a deployment stands."""

    id: str = Field(examples=["d-0f9b1c2d3e4f5a6b7c8d"])
    status: Status = Field(description="PROCESSING until it ends, then how it ended")
    state: State = Field(description="the same, finer")
    because: str = Field(description="the reason of the last decision")
    cause: str | None = Field(description="why it failed")
    kind: TargetKind
    change: ObjectChange
    verb: Verb | None = Field(description="what it does to its target; null until it is planned")
    phase: str = Field(description="how far its strategy is")
    owner: Worker = Field(description="the service that moves it")
    version: int
    repository_id: str
    repository: str
    branch: str
    commit: str
    seq: int
    prefix: str
    target: TargetReply | None = Field(description="null until its files could be read")
    restores: str | None = Field(
        description="of one that a person asked for: the deployment that it brings back or tries again"
    )
    requested_by: str | None = Field(description="who asked for it; null for a commit's")
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class DeploymentsReply(Reply):
    """Deployments, newest first."""

    deployments: tuple[DeploymentReply, ...]


class PlannedDifferenceReply(Reply):
    """One place that changes; null on the side that has nothing there."""

    document: str = Field(
        description="where the place lies: service, task definition, function, code, alias or tags"
    )
    path: str
    before: str | None
    after: str | None


class PlannedCallReply(Reply):
    """A mutating AWS call that the plan makes."""

    api: str = Field(description="as IAM names it, such as ecs:UpdateService")
    summary: str


class PlannedWarningReply(Reply):
    """What to know before the plan is carried out."""

    text: str
    risk: Risk | None


class PlanReply(Reply):
    """What a deployment is going to do; sensitive values give way to masks."""

    verb: Verb
    strategy: str
    differences: tuple[PlannedDifferenceReply, ...]
    steps: tuple[str, ...]
    calls: tuple[PlannedCallReply, ...] = Field(description="the mutating AWS calls, in their order")
    warnings: tuple[PlannedWarningReply, ...]


class ExplanationReply(Reply):
    """One cause of a failure."""

    id: str = Field(
        description="stable; docs/reference/failures.md lists all", examples=["image.not-found", "unknown"]
    )
    cause: str
    evidence: tuple[str, ...] = Field(description="AWS's own words")
    advice: str = Field(description="what to do now; a missing permission as an IAM statement")
    source: str = Field(description="AWS's page about it, or empty")
    count: int = Field(description="how many tasks, events or targets failed for it")


class StepReply(Reply):
    """One thing that happened to a deployment."""

    version: int
    at: datetime
    by: Worker
    name: str
    state: State
    because: str
    actions: tuple[str, ...] = Field(description="the AWS calls that were decided upon")
    explanations: tuple[ExplanationReply, ...] = Field(description="of the failures that the step met")


class CommandReply(Reply):
    """Something that was asked of a deployment; its owner decides."""

    id: str
    kind: CommandKind
    by: str
    at: datetime


class ApprovedDeletionReply(Reply):
    """A deletion that was approved; the planner carries it on."""

    deployment_id: str
    prefix: str
    target: TargetReply | None
    state: State = Field(description="HELD until the planner, who is woken, has carried it on")
    by: str = Field(description="who approved it first")
    at: datetime


class ApprovalReply(Reply):
    """What an approval covers: exactly these deletions, whatever comes later."""

    commit: str
    repository: str
    branch: str
    deletions: tuple[ApprovedDeletionReply, ...]


class DeploymentDetails(Reply):
    """A deployment with its plan and its history, oldest first."""

    deployment: DeploymentReply
    explanations: tuple[ExplanationReply, ...] = Field(
        description="of all failures that it met, causes first; empty where nothing that AWS did failed"
    )
    plan: PlanReply | None
    steps: tuple[StepReply, ...]
    commands: tuple[CommandReply, ...]


class EventReply(Reply):
    """Something that people should be able to find again."""

    id: str
    at: datetime
    kind: str = Field(examples=["push.refused"])
    summary: str
    details: dict[str, str]


class EventsReply(Reply):
    """The audit trail, newest first."""

    events: tuple[EventReply, ...]


class HealthReply(Reply):
    """The answer to a probe."""

    status: str = Field(examples=["ok"])
