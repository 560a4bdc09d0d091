"""What is told to a team's channels: failures at once, success once for a whole commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gitmoxi.domain.commit_reports import CommitReport, CommitState
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.records import Commit
from gitmoxi.domain.states import State


class NoticeKind(StrEnum):
    """The kinds of notices; the values stand in what is sent, and never change their meaning."""

    HELD = "deployment.held"
    FAILED = "deployment.failed"
    ROLLED_BACK = "deployment.rolled_back"
    ROLLBACK_FAILED = "deployment.rollback_failed"
    COMMIT_DEPLOYED = "commit.deployed"


_KINDS: Mapping[State, NoticeKind] = {
    State.HELD: NoticeKind.HELD,
    State.FAILED: NoticeKind.FAILED,
    State.ROLLED_BACK: NoticeKind.ROLLED_BACK,
    State.ROLLBACK_FAILED: NoticeKind.ROLLBACK_FAILED,
}
"""Superseded and cancelled ones are left out: a newer commit, or a person, decided that and knows."""

_TITLES: Mapping[NoticeKind, str] = {
    NoticeKind.HELD: "waits for approval",
    NoticeKind.FAILED: "failed",
    NoticeKind.ROLLED_BACK: "failed and was rolled back",
    NoticeKind.ROLLBACK_FAILED: "failed, and so did its rollback",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that a channel is told.

    ``id`` is the same however often it is sent. ``title`` is one line, ``because`` one or more sentences,
    ``command`` what to type next. ``prefix`` and what follows it are None for a commit as a whole.
    """

    id: str
    kind: NoticeKind
    at: datetime
    title: str
    because: str
    command: str
    repository_url: str
    branch: str
    commit_sha: str
    prefix: str | None = None
    target: str | None = None
    deployment_id: str | None = None

    @property
    def failure(self) -> bool:
        """Whether something went wrong: neither a success nor a question."""
        return self.kind not in {NoticeKind.COMMIT_DEPLOYED, NoticeKind.HELD}


def deployment_notice(head: Deployment, explanations: tuple[Explanation, ...] = ()) -> Notice | None:
    """What channels are told of a deployment as it stands now, if anything.

    ``explanations`` are those of its failures, causes first: the first one's advice is told.
    """
    kind = _KINDS.get(head.state)
    if kind is None:
        return None
    name = str(head.target) if head.target is not None else head.origin.prefix
    return Notice(
        id=f"{head.id}.{head.state.lower()}",
        kind=kind,
        at=head.updated_at,
        title=f"{name} {_TITLES[kind]}",
        because=_because(head, explanations),
        command=_command(head, kind),
        repository_url=head.origin.repository_url,
        branch=head.origin.branch,
        commit_sha=head.origin.commit_sha,
        prefix=head.origin.prefix,
        target=head.target.id if head.target is not None else None,
        deployment_id=head.id,
    )


def commit_notice(commit: Commit, report: CommitReport, at: datetime) -> Notice | None:
    """What channels are told of a commit whose deployments ended well; nothing if none changed anything."""
    if report.state is not CommitState.SUCCESS or not report.deployed:
        return None
    return Notice(
        id=f"{commit.repository_id}.{commit.branch}.{commit.seq}.deployed",
        kind=NoticeKind.COMMIT_DEPLOYED,
        at=at,
        title=f"{commit.branch} is deployed",
        because=f"{report.sentence} {commit.message}".strip(),
        command=f"gmctl deployment get -c {commit.sha}",
        repository_url=commit.repository_url,
        branch=commit.branch,
        commit_sha=commit.sha,
    )


def _because(head: Deployment, explanations: tuple[Explanation, ...]) -> str:
    told = head.cause or head.because
    advice = explanations[0].advice if explanations else ""
    return f"{told} {advice}".strip() if advice not in told else told


def _command(head: Deployment, kind: NoticeKind) -> str:
    if kind is NoticeKind.HELD:
        return f"gmctl commit approve-deletes -c {head.origin.commit_sha}"
    return f"gmctl deployment get {head.id}"
