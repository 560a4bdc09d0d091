"""What clients get about all targets at once."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.drift import DriftVerdict
from gitmoxi.domain.states import State, Status
from gitmoxi_api.fleet import Condition
from gitmoxi_api.replies import PlannedDifferenceReply, Reply, TargetReply


class CurrentRevisionReply(Reply):
    """What runs, as far as we know: the last revision that ran well."""

    deployment_id: str
    commit: str
    at: datetime
    name: str | None = Field(description="family:revision of a task definition, or a function's version")


class LastOutcomeReply(Reply):
    """How the last deployment ended that was not superseded."""

    deployment_id: str
    commit: str
    state: State
    status: Status
    at: datetime
    because: str
    verb: Verb | None


class StandingReply(Reply):
    """A deployment that stands in the target's line, or beside it until a person approves it."""

    deployment_id: str
    place: str = Field(description="active, waiting or held")
    state: State | None = Field(description="null: it cannot be read")
    commit: str | None
    because: str


class DriftReply(Reply):
    """Whether the target lives as its last good deployment left it."""

    drifted: bool | None = Field(description="null: unknown, `because` says why")
    verdict: DriftVerdict
    because: str
    since: datetime | None = Field(description="when this was found first")
    checked_at: datetime | None = Field(description="renewed about once an hour while nothing changes")
    places: tuple[str, ...] = Field(description="the first places that differ")
    count: int = Field(description="how many places differ")


class TargetStatusReply(Reply):
    """One target: where it comes from, what runs, how its last deployment ended, whether it has drifted."""

    target: TargetReply
    repository: str
    branch: str
    prefix: str
    condition: Condition = Field(description="all of it in one word")
    orphaned: str | None = Field(description="why no file stands for it any more; null: one does")
    revision: CurrentRevisionReply | None
    last: LastOutcomeReply | None
    under_way: tuple[StandingReply, ...]
    drift: DriftReply


class StatusReply(Reply):
    """The targets that match, one page of them; ``counts`` and ``total`` are of all that match."""

    targets: tuple[TargetStatusReply, ...]
    total: int
    counts: dict[Condition, int]
    cursor: str | None = Field(description="give it back for the next page; null: there is none")


class TargetStatusDetails(Reply):
    """One target, and how it differs."""

    status: TargetStatusReply
    differences: tuple[PlannedDifferenceReply, ...] = Field(
        description="the first of `drift.count`: `before` lives, `after` is wanted; sensitive values masked"
    )
