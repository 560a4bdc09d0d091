"""Dry runs: what deploying a branch would do now, asked for, found out and reported; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import ObjectChange, PlanRecord, Verb
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.targets import EcsTarget, Target, TargetKind


class DryRunState(StrEnum):
    """How far a dry run is."""

    RECEIVED = "RECEIVED"
    """Asked for: the ingestor is to find what differs."""
    INGESTED = "INGESTED"
    """Its changed files are stored: the planner is to look at the targets."""
    PLANNED = "PLANNED"
    """The report is there."""
    FAILED = "FAILED"
    """There will be no report; ``because`` says why."""

    @property
    def terminal(self) -> bool:
        return self in {DryRunState.PLANNED, DryRunState.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """One question: what would deploying ``branch`` do now?

    With ``head``: what would it do if it had the tree of that branch, which need not be registered.
    ``sha`` is the commit whose tree is looked at, ``previous_sha`` the one that was deployed last.
    ``pull_request`` is the number of the pull (or merge) request that the report is written to, as a comment.
    ``manifest`` and ``report`` are bodies; the record is forgotten some time after ``expires_at``.
    """

    id: str
    repository_id: str
    repository_url: str
    branch: str
    requested_at: datetime
    expires_at: datetime
    state: DryRunState
    because: str
    head: str | None = None
    force: bool = False
    sha: str | None = None
    previous_sha: str | None = None
    author: str = ""
    message: str = ""
    manifest: BodyRef | None = None
    report: BodyRef | None = None
    pull_request: int | None = None


class Outcome(StrEnum):
    """What deploying would do to one service object."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """Refused: AWS cannot change it in place."""
    DELETE = "delete"
    HELD = "held"
    """It would be deleted once a person has approved that."""
    NOTHING = "nothing"
    REFUSED = "refused"
    """It could not be deployed; the failure says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunObject:
    """One service object that would be deployed.

    ``plan`` is None where none could be made, or none is needed; ``failure`` says why the object would be
    refused, ``findings`` what its files have to do with it; ``held`` why its deletion would wait for
    approval. ``label`` is the name that the rendered definition file has for a target that is not known,
    because the files have mistakes. ``notes`` are what else people should know. ``rendered`` are its files
    after rendering, as JSON text by path, sensitive values masked.
    """

    prefix: str
    kind: TargetKind
    change: ObjectChange
    files: tuple[str, ...] = ()
    target: Target | None = None
    label: str | None = None
    plan: PlanRecord | None = None
    failure: str | None = None
    held: str | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    rendered: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        if self.plan is not None and self.plan.verb is Verb.REPLACE:
            return Outcome.REPLACE
        if self.failure is not None:
            return Outcome.REFUSED
        if self.held is not None:
            return Outcome.HELD
        return Outcome.NOTHING if self.plan is None else Outcome(self.plan.verb)

    @property
    def refused(self) -> bool:
        return self.failure is not None

    @property
    def name(self) -> str:
        """What people call the target: ``ecs service web in cluster prod``."""
        return called(self.kind, self.label if self.target is None else self.target.name, self._cluster)

    @property
    def place(self) -> str:
        """Where the target is: account and region."""
        return "" if self.target is None else f"{self.target.account} {self.target.region}"

    @property
    def _cluster(self) -> str | None:
        return self.target.cluster if isinstance(self.target, EcsTarget) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunReport:
    """The answer: by path-prefix what would be done; ``files`` are the changed ones that it comes from."""

    objects: tuple[DryRunObject, ...]
    files: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


SIGNS: Mapping[Outcome, str] = {
    Outcome.CREATE: "+",
    Outcome.UPDATE: "~",
    Outcome.REPLACE: "!",
    Outcome.DELETE: "-",
    Outcome.HELD: "?",
    Outcome.NOTHING: "=",
    Outcome.REFUSED: "!",
}

_KINDS: Mapping[TargetKind, str] = {TargetKind.ECS: "ecs service", TargetKind.LAMBDA: "lambda function"}

_WORDS = {
    Outcome.CREATE: "to create",
    Outcome.UPDATE: "to update",
    Outcome.REPLACE: "to replace (refused)",
    Outcome.DELETE: "to delete",
    Outcome.HELD: "held: needs approval",
    Outcome.NOTHING: "unchanged",
    Outcome.REFUSED: "refused",
}


def called(kind: TargetKind, name: str | None, cluster: str | None) -> str:
    """What people call a target, of which the name is not known where its files have mistakes."""
    if name is None:
        return f"{kind}, not known yet"
    return f"{_KINDS[kind]} {name} in cluster {cluster}" if cluster else f"{_KINDS[kind]} {name}"


def tally(outcomes: Iterable[Outcome]) -> str:
    """How many objects come to what: ``1 to create, 2 to update, 1 unchanged``."""
    found = Counter(outcomes)
    parts = [f"{found[outcome]} {words}" for outcome, words in _WORDS.items() if found[outcome]]
    return ", ".join(parts) or "no service object would be deployed"
