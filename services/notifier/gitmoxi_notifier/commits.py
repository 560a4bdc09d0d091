"""What is told of a commit, and of each of its deployments, as the records say it now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gitmoxi.adapters.codec import decode
from gitmoxi.domain.commit_reports import CommitReport, CommitState, report_of
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.history import told_in
from gitmoxi.domain.notices import commit_notice, deployment_notice
from gitmoxi.domain.records import Commit, CommitStatus, Manifest, Repository
from gitmoxi.errors import ContentionError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.ledger import DeploymentFilter, Ledger
from gitmoxi.ports.telling import ToldStore
from gitmoxi_notifier.notices import NoticeTeller
from gitmoxi_notifier.statuses import StatusTeller
from gitmoxi_notifier.together import all_of

GATHERING = timedelta(seconds=3)
"""Facts of one commit within this time are answered by one look: hosts limit how often they are told."""

LOOK_SECONDS = 5
"""When that look is taken: later than ``GATHERING`` by more than the clocks of two hosts differ."""

_MOST_RETRIES = 200
"""Deployments of one commit that people asked for, looked for by the commit's hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitKey:
    """Which processing of a commit."""

    repository_id: str
    branch: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitTeller:
    """Reads what is to be told: messages only say where to look."""

    ledger: Ledger
    bodies: BodyStore
    memory: ToldStore
    clock: Clock
    statuses: StatusTeller
    notices: NoticeTeller

    async def commit(self, key: CommitKey) -> str:
        """Tell how far a commit is; what became of it, for the log.

        Raises:
            RetryableError: something is out of reach, or is being told by another worker.
        """
        repository = await self.ledger.repository(key.repository_id)
        if repository is None or not wants_feedback(repository):
            return "nobody asked"
        commit = await self.ledger.commit(key.repository_id, key.branch, key.seq)
        if commit is None:
            return "forgotten"
        report = await self._report(commit)
        notice = commit_notice(commit, report, self.clock.now())
        told = await all_of(self._status(repository, commit, report), self.notices.tell(repository, notice))
        return ", ".join(filter(None, told)) or report.state.value

    async def commit_of(self, deployment_id: str) -> CommitKey | None:
        """The commit of a deployment that somebody outside wants to hear of; None if nobody does."""
        head = await self.ledger.deployment(deployment_id)
        if head is None:
            return None
        origin = head.origin
        repository = await self.ledger.repository(origin.repository_id)
        if repository is None or not wants_feedback(repository):
            return None
        return CommitKey(repository_id=origin.repository_id, branch=origin.branch, seq=origin.seq)

    async def deployment(self, deployment_id: str) -> str:
        """Tell channels what they are told of a deployment at once; what became of it, for the log.

        Raises:
            RetryableError: something is out of reach.
        """
        head = await self.ledger.deployment(deployment_id)
        repository = await self.ledger.repository(head.origin.repository_id) if head is not None else None
        if head is None or repository is None or not repository.notifications:
            return "heard"
        notice = deployment_notice(head, told_in(await self.ledger.steps(head.id)))
        return await self.notices.tell(repository, notice) or "heard"

    async def gather(self, key: CommitKey, send: Callable[[], Awaitable[object]]) -> None:
        """Send for a look at a commit, unless one is on its way.

        It is remembered after it was sent for, so that a crash in between costs one look more, not one less.
        """
        told = await self.memory.told(key.repository_id, f"look/{key.branch}/{key.seq}")
        now = self.clock.now()
        if told.look_at is not None and now < told.look_at:
            return
        await send()
        try:
            await self.memory.put(replace(told, look_at=now + GATHERING, revision=told.revision + 1))
        except ContentionError:  # another worker sent for a look too: one more does no harm
            return

    async def _status(self, repository: Repository, commit: Commit, report: CommitReport) -> str | None:
        return await self.statuses.tell(repository, commit, report) if repository.feedback else None

    async def _report(self, commit: Commit) -> CommitReport:
        if commit.status is CommitStatus.FAILED:
            return CommitReport(state=CommitState.FAILURE, sentence=commit.because)
        return report_of(await self._deployments(commit))

    async def _deployments(self, commit: Commit) -> Sequence[Deployment]:
        """Those that the commit made, and their retries, which an index may tell of a little later."""
        made: list[str] = []
        if commit.manifest is not None:
            content = await self.bodies.get(commit.manifest)
            manifest = decode(Manifest, content, key=f"body {commit.manifest.sha256}")
            made = [item.deployment_id for item in manifest.objects]
        wanted = DeploymentFilter(
            repository_id=commit.repository_id, branch=commit.branch, commit_sha=commit.sha
        )
        retries = [
            head.id
            for head in await self.ledger.search(wanted, len(made) + _MOST_RETRIES)
            if head.restores is not None and head.origin.seq == commit.seq
        ]
        return await self.ledger.deployments([*made, *retries])


def wants_feedback(repository: Repository) -> bool:
    """Whether anybody outside is told of this repository at all."""
    return repository.feedback or bool(repository.notifications)
