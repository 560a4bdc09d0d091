"""The other records that Gitmoxi keeps: repositories, branches, commits, targets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.feedback import GitProvider, NotificationTarget
from gitmoxi.domain.targets import Target, TargetKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A registered repository; ``path_globs`` empty means the whole tree.

    ``max_deletes`` are the deletions of one commit that need no approval; None: the installation's limits.
    ``baseline``: the first commit of a branch that holds service objects is compared and reported; nothing
    is deployed or deleted. ``revision`` counts the writes of the registration, for conditional ones.
    ``token_arn`` and ``webhook_secret_arn`` are spelt as :mod:`gitmoxi.domain.secret_refs` says.
    ``provider`` is the kind of the host, None if neither its URL nor a person told. ``feedback``: commits and
    pull requests of the host get statuses and comments.
    """

    id: str
    url: str
    branches: tuple[str, ...]
    registered_at: datetime
    token_arn: str | None = None
    path_globs: tuple[str, ...] = ()
    max_deletes: int | None = None
    baseline: bool = False
    webhook_secret_arn: str | None = None
    provider: GitProvider | None = None
    feedback: bool = False
    notifications: tuple[NotificationTarget, ...] = ()
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """How far a branch is processed: ``seq`` is the last number given, ``last_processed`` a commit."""

    repository_id: str
    name: str
    seq: int = 0
    last_processed: str | None = None


class PushOutcome(StrEnum):
    """What became of a push event."""

    INGESTED = "INGESTED"
    """Its commit was processed by this push."""
    NOTHING_NEW = "NOTHING_NEW"
    """The branch's tip was processed before."""
    REFUSED = "REFUSED"
    """It cannot be used; ``because`` says why."""
    RETRYING = "RETRYING"
    """The repository could not be reached; it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRecord:
    """The answer to one delivery: ``seq`` and ``sha`` lead to the processed commit."""

    delivery_id: str
    repository: str
    branch: str
    at: datetime
    outcome: PushOutcome
    because: str
    seq: int | None = None
    sha: str | None = None


class CommitStatus(StrEnum):
    """How far a commit is taken in."""

    INGESTING = "INGESTING"
    INGESTED = "INGESTED"
    ABANDONED = "ABANDONED"
    """A newer tip replaced it before it was ingested."""
    FAILED = "FAILED"
    """It could not be used as a whole; ``because`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One processing of one commit; ``manifest`` is the body that lists its changed objects.

    ``baseline``: it is compared with what lives and reported; nothing of it is deployed.
    """

    repository_id: str
    repository_url: str
    branch: str
    seq: int
    sha: str
    status: CommitStatus
    because: str
    received_at: datetime
    previous_sha: str | None = None
    author: str = ""
    message: str = ""
    manifest: BodyRef | None = None
    deployment_count: int = 0
    delivery_id: str | None = None
    forced: bool = False
    baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestObject:
    """One changed service object of a commit; ``kind`` None stands for a conflict, named in ``problem``.

    ``snapshot`` is the body with the object's files; None when the object is deleted.
    """

    prefix: str
    kind: TargetKind
    change: ObjectChange
    deployment_id: str
    files: tuple[str, ...]
    snapshot: BodyRef | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a commit changed.

    ``all_deleted`` says that no definition file is left in the tree, ``rewritten`` that the commit that was
    processed before is not among the commit's ancestors. ``settings_only`` are the objects of which nothing
    but our settings changed: listed for a dry run, which checks them, and never deployed.
    """

    objects: tuple[ManifestObject, ...]
    settings_only: tuple[ManifestObject, ...] = ()
    relevant_files: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    all_deleted: bool = False
    rewritten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The files of a service object and of its references at a commit: repository path to text, base64."""

    prefix: str
    kind: TargetKind
    files: dict[str, str]
    references: dict[str, str]
    missing_references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The path-prefix of a repository's branch that a target belongs to."""

    repository_id: str
    repository_url: str
    branch: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.prefix} in {self.repository_url} ({self.branch})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGood:
    """The last revision that succeeded: what a rollback goes back to.

    ``values`` are the few live values that the strategy needs: the task definition's ARN, or the
    function's version and the SHA-256 of its code.
    """

    deployment_id: str
    commit_sha: str
    desired: BodyRef
    at: datetime
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """Slot, line and claim of a target. ``revision`` counts its writes, for conditional ones.

    ``active_id`` may mutate the target, ``waiting_id`` comes next; ``last_seq`` is the highest ``seq``
    that ever stood in the line. ``held_id`` is the deletion that stands beside the line until it is approved.
    ``unsettled`` says that a deployment was superseded in flight: the next one answers for what it left.
    The lease lies on the same item and is written apart.
    """

    target: Target
    revision: int = 0
    claim: Claim | None = None
    active_id: str | None = None
    waiting_id: str | None = None
    held_id: str | None = None
    last_seq: int = 0
    last_good: LastGood | None = None
    task_definitions: dict[str, str] = field(default_factory=dict)
    unsettled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Which target a path-prefix was last deployed to."""

    repository_id: str
    branch: str
    prefix: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A target of ours that keeps running though no definition file stands for it any more.

    ``claim`` is where it came from, ``deployment_id`` the deployment that left it behind, if one did.
    ``unregistered`` says that its repository was forgotten: registering it again takes it out.
    """

    target: Target
    claim: Claim
    since: datetime
    because: str
    deployment_id: str | None = None
    unregistered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that people should be able to find again: an ignored push, a refused request."""

    id: str
    at: datetime
    kind: str
    summary: str
    details: dict[str, str] = field(default_factory=dict)
