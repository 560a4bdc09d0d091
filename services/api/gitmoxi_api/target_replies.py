"""What clients get about targets: what there is, what they can go back to, and what they asked for."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi.contracts.messages import RequestKind
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi_api.replies import PlannedDifferenceReply, Reply, TargetReply


class KnownTargetReply(Reply):
    """A target, and the service object that it was last deployed from."""

    target: TargetReply
    repository: str
    branch: str
    prefix: str
    owned: bool = Field(description="false: it was deleted, or no file wants it any more")


class TargetsReply(Reply):
    """The targets that a name stands for; without a name all that are owned."""

    targets: tuple[KnownTargetReply, ...]
    similar: tuple[str, ...] = Field(description="where there is none: names of targets that look alike")


class AtWorkReply(Reply):
    """A deployment that stands in a target's line."""

    deployment_id: str
    state: State
    verb: Verb | None
    because: str


class RevisionReply(Reply):
    """A revision that one can go back to: what a deployment that ended well wanted."""

    deployment_id: str
    commit: str
    repository: str
    branch: str
    prefix: str
    at: datetime = Field(description="when its deployment ended")
    artifacts: tuple[str, ...] = Field(description="images of the containers, or the function's code")
    running: bool = Field(description="it runs now, as far as we know")
    restores: str | None = Field(description="the deployment that a requested one brought back")
    requested_by: str | None


class RevisionsReply(Reply):
    """A target's revisions, newest first, and which of them a rollback takes of itself."""

    target: TargetReply
    active: AtWorkReply | None = Field(description="what is changing the target now; it is not interrupted")
    waiting: AtWorkReply | None = Field(description="what comes next; a request takes its place")
    deleted_by: str | None = Field(description="the deployment that deleted the target, if it is gone")
    suggested: str | None = Field(description="the revision that a rollback goes back to of itself")
    because: str = Field(description="why that one, or why none")
    revisions: tuple[RevisionReply, ...]


class RevisionDetailsReply(Reply):
    """One revision, and how its recorded documents differ from those that ran well last."""

    target: TargetReply
    revision: RevisionReply
    differences: tuple[PlannedDifferenceReply, ...] = Field(
        description="as recorded; the deployment's own plan is made of what lives"
    )


class RequestedReply(Reply):
    """A request is on its way to the planner, which makes the deployment of this id."""

    deployment_id: str = Field(description="of the deployment to be made: /v1/deployments/{deployment_id}")
    kind: RequestKind
    target: TargetReply | None
    restores: str = Field(description="the deployment whose revision is brought back, or tried again")
    behind: str | None = Field(description="the deployment whose end it waits for")
