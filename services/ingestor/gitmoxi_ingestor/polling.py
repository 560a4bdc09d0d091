"""Polling the registered branches, for pushes of which no event came."""

from __future__ import annotations

from gitmoxi.contracts.messages import Push
from gitmoxi.domain.records import CommitStatus, PushOutcome, Repository
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import Ledger
from gitmoxi_ingestor.ingest import Ingestor


class Poller:
    """Asks for branch tips, each interval once for the whole process."""

    def __init__(
        self, *, ingestor: Ingestor, ledger: Ledger, git: GitMirror, clock: Clock, interval_seconds: float
    ) -> None:
        self._ingestor = ingestor
        self._ledger = ledger
        self._git = git
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._polled_at: float | None = None

    async def poll(self) -> list[str]:
        """Process what is new, if the interval is over; the branches that had something.

        One repository that cannot be read does not keep the others from being polled.
        """
        now = self._clock.monotonic()
        too_soon = self._polled_at is not None and now - self._polled_at < self._interval_seconds
        if not self._interval_seconds or too_soon:
            return []
        self._polled_at = now
        return [
            f"{repository.url} ({branch})"
            for repository in await self._ledger.repositories()
            for branch in repository.branches
            if await self._branch(repository, branch)
        ]

    async def _branch(self, repository: Repository, name: str) -> bool:
        try:
            tip = await self._git.resolve_tip(repository.url, name)
            branch = await self._ledger.branch(repository.id, name)
            if branch.seq == 0 or branch.last_processed == tip:
                return False  # the first commit of a branch is deployed only when somebody pushes
            newest = await self._ledger.commit(repository.id, name, branch.seq)
            if newest is not None and newest.sha == tip and newest.status is CommitStatus.FAILED:
                return False  # it would fail again: a person's push, or a newer tip, has it tried again
            result = await self._ingestor.push(Push(repository=repository.url, branch=name, commit=tip))
        except (PermanentError, RetryableError):
            return False  # a push of the branch tells its people; the poll just tries again
        return result.outcome is PushOutcome.INGESTED
