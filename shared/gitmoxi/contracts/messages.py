"""The messages that travel between the services: ids only, the truth is in DynamoDB."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from gitmoxi.domain.states import State, Worker

EVENT_SOURCE = "gitmoxi"
"""The ``source`` of every event that our services publish."""


class Message(BaseModel):
    """A versioned message; ``DETAIL_TYPE`` is its EventBridge detail-type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    DETAIL_TYPE: ClassVar[str]


class Push(Message):
    """The public contract: somebody pushed to a branch. Unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    DETAIL_TYPE: ClassVar[str] = "gitmoxi.push.v1"

    repository: str = Field(
        min_length=1, description="URL as registered; .git, a last slash and case are ignored"
    )
    branch: str = Field(min_length=1)
    commit: str | None = Field(
        default=None, description="said by the sender; the branch's tip is what counts"
    )
    delivery_id: str | None = None
    force: bool = Field(default=False, description="plan every object of the last processed commit again")


class CommitMessage(Message):
    """What all messages about one processing of a commit carry."""

    repository_id: str
    branch: str
    seq: int


class CommitIngested(CommitMessage):
    """A commit's changed objects are stored and wait for their plans."""

    DETAIL_TYPE: ClassVar[str] = "commit.ingested.v1"


class CommitFailed(CommitMessage):
    """A commit cannot be used as a whole, and has no deployments; its record says why."""

    DETAIL_TYPE: ClassVar[str] = "commit.failed.v1"


class DryRunMessage(Message):
    """What all messages about one dry run carry."""

    dryrun_id: str


class DryRunRequested(DryRunMessage):
    """Somebody wants to know what deploying a branch would do; the record says which."""

    DETAIL_TYPE: ClassVar[str] = "gitmoxi.dryrun.requested.v1"


class DryRunIngested(DryRunMessage):
    """What a dry run would deploy is stored and waits for its plans."""

    DETAIL_TYPE: ClassVar[str] = "dryrun.ingested.v1"


class DryRunEnded(DryRunMessage):
    """The report of a dry run is there, or there will be none."""

    DETAIL_TYPE: ClassVar[str] = "dryrun.ended.v1"


class RequestKind(StrEnum):
    """What a person may ask of a target, beside a commit."""

    ROLLBACK = "rollback"
    """Bring a recorded revision back."""
    RETRY = "retry"
    """Try a deployment that failed once more."""
    UNDELETE = "undelete"
    """Create a deleted target again from its last recorded revision."""
    DELETE = "delete"
    """Delete a target that no definition file stands for any more."""


class DeploymentRequested(Message):
    """A person asks for a recorded revision of a target, or for its deletion; the deployment is named by us.

    ``deployment_id`` is the one whose revision is wanted; None: the last good one before what runs now. For a
    deletion it is any deployment of the target.
    ``new_deployment_id`` is the id of the deployment to be made: the same message again makes no second one.
    """

    DETAIL_TYPE: ClassVar[str] = "deployment.requested.v1"

    kind: RequestKind
    target: str = Field(description="the target's id; empty for a retry of what never had one")
    deployment_id: str | None = None
    new_deployment_id: str
    by: str


class DeploymentMessage(Message):
    """What all messages about one deployment carry; ``worker`` is the one that shall act."""

    deployment_id: str
    version: int
    worker: Worker


class DeploymentPlanned(DeploymentMessage):
    """A deployment stands in its target's line."""

    DETAIL_TYPE: ClassVar[str] = "deployment.planned.v1"


class SlotFreed(DeploymentMessage):
    """The target's slot is free: the deployment that waits may take it."""

    DETAIL_TYPE: ClassVar[str] = "deployment.slot.freed.v1"


class RollbackRequested(DeploymentMessage):
    """A deployer handed a deployment over."""

    DETAIL_TYPE: ClassVar[str] = "deployment.rollback.requested.v1"


class CommandGiven(DeploymentMessage):
    """A command was appended to a deployment."""

    DETAIL_TYPE: ClassVar[str] = "deployment.command.v1"

    command_id: str


class Tick(Message):
    """A wake that a worker sends to its own queue.

    A ``version`` below the record's is stale; None asks for a look whatever the version is.
    """

    DETAIL_TYPE: ClassVar[str] = "deployment.tick.v1"

    deployment_id: str
    version: int | None
    worker: Worker


class Sweep(Message):
    """The schedule's call to look for what is due."""

    DETAIL_TYPE: ClassVar[str] = "gitmoxi.sweep.v1"


class ExplainedFact(BaseModel):
    """One cause of a failure; AWS's own words, the evidence, are with the deployment in the API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="stable, such as image.not-found; unknown for words nobody knew")
    cause: str
    advice: str
    source: str = Field(description="AWS's page about it, or empty")
    count: int = Field(description="how many tasks, events or targets failed for it")


class DeploymentFact(Message):
    """Something that happened to a deployment, for anyone who listens on the bus.

    Its detail-type is ``deployment.step.completed.v1`` or, at the end and where a person has to approve,
    ``deployment.<state>.v1``.
    """

    DETAIL_TYPE: ClassVar[str] = "deployment.step.completed.v1"

    deployment_id: str
    version: int
    target: str | None
    repository: str
    branch: str
    commit: str
    prefix: str
    state: State
    status: str
    step: str
    because: str
    cause: str | None = Field(default=None, description="why the deployment failed, in one sentence")
    explanations: tuple[ExplainedFact, ...] = Field(
        default=(), description="of the failures that the step met; at the end of all, causes first"
    )


FACT_OF_STATE: dict[State, str] = {
    State.HELD: "deployment.held.v1",
    State.SUCCEEDED: "deployment.succeeded.v1",
    State.NO_CHANGE: "deployment.succeeded.v1",
    State.BASELINED: "deployment.baselined.v1",
    State.FAILED: "deployment.failed.v1",
    State.ROLLED_BACK: "deployment.rolled_back.v1",
    State.ROLLBACK_FAILED: "deployment.rollback_failed.v1",
    State.SUPERSEDED: "deployment.superseded.v1",
    State.CANCELLED: "deployment.cancelled.v1",
}
"""The detail-type of the fact that a deployment ended in a state, or is held until a person approves it."""


class TargetFact(Message):
    """What all facts about a target at rest carry."""

    target: str
    repository: str
    branch: str
    prefix: str
    commit: str = Field(description="of the last good deployment, which the target was compared with")
    deployment_id: str = Field(description="the last good deployment")
    because: str


class TargetDrifted(TargetFact):
    """Nobody deploys it, and it differs from its last good deployment: somebody changed it elsewhere."""

    DETAIL_TYPE: ClassVar[str] = "target.drifted.v1"

    gone: bool = Field(description="it does not exist any more")
    places: tuple[str, ...] = Field(description="the first places that differ; values stay in the API")
    count: int = Field(description="how many places differ")


class TargetSettled(TargetFact):
    """A target that had drifted is as its last good deployment left it."""

    DETAIL_TYPE: ClassVar[str] = "target.settled.v1"


MESSAGES: tuple[type[Message], ...] = (
    Push,
    CommitIngested,
    CommitFailed,
    DryRunRequested,
    DryRunIngested,
    DryRunEnded,
    DeploymentRequested,
    DeploymentPlanned,
    SlotFreed,
    RollbackRequested,
    CommandGiven,
    Tick,
    Sweep,
    DeploymentFact,
    TargetDrifted,
    TargetSettled,
)
