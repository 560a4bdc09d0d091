"""Deployments: the record of one change of one target, and its steps."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import Target, TargetKind
from gitmoxi.errors import AwsRejectedError, PermanentError

SHARDS = 4
"""Due deployments and outbox items are spread over so many partitions for each owner."""


class ObjectChange(StrEnum):
    """What a commit did to a service object."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    FORCED = "forced"
    """Not changed: a person asked to deploy it again."""
    REQUESTED = "requested"
    """Not changed: a person asked for a recorded revision of it."""


class Verb(StrEnum):
    """What a deployment does to its target."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """Only ever shown: AWS cannot change it in place, so the deployment is refused with what would help."""
    DELETE = "delete"
    ROLLBACK = "rollback"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in Git a deployment comes from; ``seq`` orders the processed commits of a branch."""

    repository_id: str
    repository_url: str
    branch: str
    commit_sha: str
    seq: int
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionError:
    """Why an action was refused, for good: by AWS, whose words ``message`` holds, or by ourselves.

    ``operation`` is the refused call as IAM names it, such as ``ecs:CreateService``; empty if AWS was not
    asked.
    """

    code: str
    message: str
    operation: str = ""

    @classmethod
    def of(cls, error: PermanentError) -> ActionError:
        """What is kept of an error that a call raised."""
        if isinstance(error, AwsRejectedError):
            return cls(code=error.code, message=error.reason, operation=error.operation)
        return cls(code=type(error).__name__, message=str(error))

    def __str__(self) -> str:
        if not self.operation:
            return self.message
        return str(AwsRejectedError(operation=self.operation, code=self.code, reason=self.message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An action that was committed before it was carried out.

    ``arguments`` are the few values that, with the plan, give the call's parameters; ``result`` holds the
    few values of AWS's answer that later steps need. Neither is set until the effect is recorded.
    """

    action_id: str
    call: str
    arguments: dict[str, str] = field(default_factory=dict)
    result: dict[str, str] | None = None
    error: ActionError | None = None

    @property
    def recorded(self) -> bool:
        return self.result is not None or self.error is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the strategy stands: a phase, when it began, and the values that it carries along."""

    phase: str = "start"
    since: datetime | None = None
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The HEAD record. ``next_at`` is set exactly while the state is not terminal.

    ``desired`` is the body with the rendered documents; ``before`` the one with the live state that was
    found when the deployment started. ``because`` explains the last decision, ``cause`` the failure.
    ``ending`` is the state in which a rollback ends when it succeeds. A deployment that a person asked for
    (``verb`` ROLLBACK: a rollback; else a retry, or an undeletion) names in ``restores`` the deployment whose
    revision it brings back, and in ``requested_by`` who asked. The deletion of an orphan (``verb`` DELETE)
    names there the target's last deployment. A ``baseline`` is compared with what lives and changes nothing.
    """

    id: str
    version: int
    state: State
    owner: Worker
    kind: TargetKind
    change: ObjectChange
    origin: Origin
    created_at: datetime
    updated_at: datetime
    because: str
    snapshot: BodyRef | None = None
    target: Target | None = None
    verb: Verb | None = None
    desired: BodyRef | None = None
    before: BodyRef | None = None
    progress: Progress = field(default_factory=Progress)
    intents: tuple[Intent, ...] = ()
    cause: str | None = None
    ending: State | None = None
    restores: str | None = None
    requested_by: str | None = None
    baseline: bool = False
    command_cursor: str = ""
    next_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_requested_rollback(self) -> bool:
        """A person asked for a recorded revision; any other rollback undoes its own deployment."""
        return self.verb is Verb.ROLLBACK

    @property
    def unrecorded(self) -> tuple[Intent, ...]:
        """Intents whose effect is unknown: the process died or AWS did not answer."""
        return tuple(intent for intent in self.intents if not intent.recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a deployment; its key is the version that it led to.

    ``explanations`` are those of the failures that it met; HEAD, which every tick rewrites, has none.
    """

    deployment_id: str
    version: int
    at: datetime
    by: Worker
    name: str
    state: State
    because: str
    actions: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()


class CommandKind(StrEnum):
    """What a person, or a newer commit, may ask of a deployment."""

    ABORT = "abort"
    PAUSE = "pause"
    RESUME = "resume"
    PROMOTE = "promote"
    SUPERSEDE = "supersede"
    APPROVE = "approve"
    """Let a held deletion go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A request, appended for the owner to decide upon; ids sort by time."""

    id: str
    deployment_id: str
    kind: CommandKind
    by: str
    at: datetime


class Risk(StrEnum):
    """What a planned change may cost while it happens; None of these is the usual case."""

    DATA_PATH = "data path"
    """How requests reach the tasks, or the function, changes: load balancers, networks, aliases."""
    DOWNTIME = "downtime"
    """There may be a time in which nothing serves."""
    DELETION = "deletion"
    """Something goes away that this commit does not bring back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDifference:
    """One place that changes; ``before`` and ``after`` are None on the side that has nothing there.

    ``document`` says where the place lies: ``service``, ``task definition``, ``function``, ``code``,
    ``alias`` or ``tags``. Both sides are shown as people read them, sensitive values masked.
    """

    document: str
    path: str
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        before, after = (side if side is not None else "(none)" for side in (self.before, self.after))
        return f"{self.path}: {before} → {after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A mutating AWS call that the plan makes: ``api`` as IAM names it, ``ecs:UpdateService``."""

    api: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWarning:
    """What people should know before the plan is carried out."""

    text: str
    risk: Risk | None = None

    def __str__(self) -> str:
        return f"{self.text} (risk: {self.risk})" if self.risk else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """What a plan says to people: written once, free of sensitive values."""

    deployment_id: str
    verb: Verb
    strategy: str
    differences: tuple[PlannedDifference, ...]
    steps: tuple[str, ...]
    calls: tuple[PlannedCall, ...]
    warnings: tuple[PlannedWarning, ...]


def deployment_id(origin: Origin) -> str:
    """The id that this change has however often it is ingested."""
    parts = (origin.repository_id, origin.branch, str(origin.seq), origin.commit_sha, origin.prefix)
    return "d-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def action_id(deployment: str, version: int, index: int) -> str:
    """The id of an action: 32 hexadecimal characters, fit for ECS's ``clientToken`` (at most 36)."""
    return hashlib.sha256(f"{deployment}\n{version}\n{index}".encode()).hexdigest()[:32]


def shard_of(key: str) -> int:
    """The partition, below ``SHARDS``, of a deployment or an outbox item."""
    return zlib.crc32(key.encode()) % SHARDS


def deployer_of(kind: TargetKind) -> Worker:
    """The worker that carries out plans for this kind of target."""
    return Worker.ECS_DEPLOYER if kind is TargetKind.ECS else Worker.LAMBDA_DEPLOYER
