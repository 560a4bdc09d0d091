"""What the API answers about targets, as far as the command line looks into it."""

from __future__ import annotations

from datetime import datetime

from gitmoxi_gmctl.replies import PlannedDifference, Reply, Target


class KnownTarget(Reply):
    """A target, and the service object that it was last deployed from."""

    target: Target
    repository: str
    branch: str
    prefix: str
    owned: bool


class Targets(Reply):
    """Those that a name stands for; where there is none, names that look alike."""

    targets: tuple[KnownTarget, ...]
    similar: tuple[str, ...]


class AtWork(Reply):
    """A deployment that stands in a target's line."""

    deployment_id: str
    state: str
    because: str


class Revision(Reply):
    """A revision that one can go back to."""

    deployment_id: str
    commit: str
    branch: str
    prefix: str
    at: datetime
    artifacts: tuple[str, ...]
    running: bool
    restores: str | None
    requested_by: str | None


class Revisions(Reply):
    """A target's revisions, newest first."""

    target: Target
    active: AtWork | None
    waiting: AtWork | None
    deleted_by: str | None
    suggested: str | None
    because: str
    revisions: tuple[Revision, ...]


class RevisionDetails(Reply):
    """One revision, and how it differs from what ran well last, as recorded."""

    revision: Revision
    differences: tuple[PlannedDifference, ...]


class Requested(Reply):
    """A request is on its way to the planner."""

    deployment_id: str
    restores: str
    behind: str | None
