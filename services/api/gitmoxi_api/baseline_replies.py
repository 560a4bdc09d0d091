"""What clients get about the baseline of a branch."""

from __future__ import annotations

from pydantic import Field

from gitmoxi.domain.baselines import Comparison
from gitmoxi.domain.targets import TargetKind
from gitmoxi_api.replies import CommitReply, PlanReply, Reply, TargetReply


class BaselineObjectReply(Reply):
    """How a service object compared with what lived."""

    prefix: str
    kind: TargetKind
    target: TargetReply | None = Field(description="null: its files do not tell, or not yet")
    comparison: Comparison
    because: str
    deployment_id: str
    plan: PlanReply | None = Field(description="what would make it equal; nobody carries it out")


class BaselineReply(Reply):
    """The first commit with service objects of a branch, compared with what lived then."""

    commit: CommitReply
    finished: bool = Field(description="every object is compared")
    objects: tuple[BaselineObjectReply, ...] = Field(description="by prefix")
