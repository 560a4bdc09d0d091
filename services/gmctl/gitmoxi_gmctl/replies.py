"""What the API answers, as far as the command line looks into it; the rest is kept for ``--output json``."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from gitmoxi.domain.states import State, Status


class Reply(BaseModel):
    """A part of a response; fields of a newer API are passed through.

    How one is read is worked out when the first comes: a command gets a few kinds of all that are imported.
    """

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class PushAccepted(Reply):
    """A push is on its way."""

    delivery_id: str


class Push(Reply):
    """What became of a push."""

    repository: str
    branch: str
    outcome: str
    because: str
    seq: int | None
    sha: str | None


class Commit(Reply):
    """One processing of a commit."""

    repository: str
    branch: str
    seq: int
    sha: str
    status: str
    because: str
    author: str
    message: str
    received_at: datetime
    deployment_count: int
    held_count: int


class Commits(Reply):
    """Processings, newest first."""

    commits: tuple[Commit, ...]


class ChangedObject(Reply):
    """A service object that a commit changed."""

    prefix: str
    kind: str
    change: str
    deployment_id: str
    files: tuple[str, ...]
    problem: str | None
    held: str | None


class Processing(Reply):
    """What one processing of a commit found."""

    commit: Commit
    relevant_files: tuple[str, ...]
    objects: tuple[ChangedObject, ...]
    warnings: tuple[str, ...]


class CommitFiles(Reply):
    """All processings of a commit."""

    processings: tuple[Processing, ...]


class Target(Reply):
    """What is deployed to."""

    id: str
    kind: str
    account: str
    region: str
    cluster: str | None
    name: str


class Deployment(Reply):
    """Where a deployment stands."""

    id: str
    status: Status
    state: State
    because: str
    cause: str | None
    kind: str
    verb: str | None
    version: int
    repository: str
    branch: str
    commit: str
    seq: int
    prefix: str
    target: Target | None
    restores: str | None
    requested_by: str | None
    created_at: datetime
    updated_at: datetime


class Deployments(Reply):
    """Deployments in the API's order."""

    deployments: tuple[Deployment, ...]


class PlannedDifference(Reply):
    """One place that changes; None on the side that has nothing there."""

    document: str
    path: str
    before: str | None
    after: str | None


class PlannedCall(Reply):
    """A mutating AWS call that a plan makes."""

    api: str
    summary: str


class PlannedWarning(Reply):
    """What to know before a plan is carried out."""

    text: str
    risk: str | None


class Plan(Reply):
    """What a deployment is going to do."""

    verb: str
    strategy: str
    differences: tuple[PlannedDifference, ...]
    steps: tuple[str, ...]
    calls: tuple[PlannedCall, ...]
    warnings: tuple[PlannedWarning, ...]


class Explanation(Reply):
    """One cause of a failure."""

    id: str
    cause: str
    evidence: tuple[str, ...]
    advice: str
    source: str
    count: int


class Step(Reply):
    """One thing that happened to a deployment."""

    version: int
    at: datetime
    by: str
    name: str
    state: State
    because: str
    actions: tuple[str, ...]


class Command(Reply):
    """Something that was asked of a deployment."""

    id: str
    kind: str
    by: str
    at: datetime


class ApprovedDeletion(Reply):
    """A deletion that was approved."""

    deployment_id: str
    prefix: str
    target: Target | None
    state: State
    by: str
    at: datetime


class Approval(Reply):
    """What an approval covers."""

    commit: str
    repository: str
    branch: str
    deletions: tuple[ApprovedDeletion, ...]


class DeploymentDetails(Reply):
    """A deployment with its plan and history."""

    deployment: Deployment
    explanations: tuple[Explanation, ...]
    plan: Plan | None
    steps: tuple[Step, ...]
    commands: tuple[Command, ...]


class Event(Reply):
    """An entry of the audit trail."""

    at: datetime
    kind: str
    summary: str


class Events(Reply):
    """The audit trail, newest first."""

    events: tuple[Event, ...]
