"""What the API answers about all targets, as far as the command line looks into it."""

from __future__ import annotations

from datetime import datetime

from gitmoxi_gmctl.replies import PlannedDifference, Reply, Target


class CurrentRevision(Reply):
    """The last revision that ran well; ``name`` is ``family:revision`` or a version."""

    deployment_id: str
    commit: str
    name: str | None


class LastOutcome(Reply):
    """How the last deployment ended."""

    deployment_id: str
    commit: str
    state: str
    at: datetime
    because: str


class Standing(Reply):
    """A deployment that stands in a target's line: ``place`` is active, waiting or held."""

    deployment_id: str
    place: str
    state: str | None
    because: str


class Drift(Reply):
    """Whether a target lives as it was deployed; ``drifted`` None: ``because`` says why nobody knows."""

    drifted: bool | None
    verdict: str
    because: str
    since: datetime | None
    checked_at: datetime | None
    places: tuple[str, ...]
    count: int


class TargetStatus(Reply):
    """One target."""

    target: Target
    repository: str
    branch: str
    prefix: str
    condition: str
    orphaned: str | None
    revision: CurrentRevision | None
    last: LastOutcome | None
    under_way: tuple[Standing, ...]
    drift: Drift


class StatusPage(Reply):
    """The targets that match; ``counts`` and ``total`` are of all of them, whatever the page holds."""

    targets: tuple[TargetStatus, ...]
    total: int
    counts: dict[str, int]
    cursor: str | None


class TargetDetails(Reply):
    """One target and how it differs."""

    status: TargetStatus
    differences: tuple[PlannedDifference, ...]
