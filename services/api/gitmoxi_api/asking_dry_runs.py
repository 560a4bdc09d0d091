"""Asking for a dry run: the record, and the message that sends the ingestor to work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gitmoxi.contracts.messages import DryRunRequested
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import Worker
from gitmoxi.errors import ContentionError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger, PutDryRun
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunDesk:
    """Takes questions; ``ttl`` is how long a dry run and its report can be asked for."""

    ledger: Ledger
    courier: Courier
    clock: Clock
    ids: Ids
    ttl: timedelta

    async def ask(
        self,
        *,
        repository: str,
        branch: str,
        head: str | None = None,
        force: bool = False,
        pull_request: int | None = None,
        dry_run_id: str | None = None,
    ) -> DryRun:
        """A new dry run of a registered repository's ``branch``, as it is stored.

        With ``pull_request``, its report is written there as a comment. With ``dry_run_id``, the question is
        asked once, however often it comes, until its answer is forgotten. What is wrong with the question is
        told by the dry run, which then ends FAILED.

        Raises:
            RepositoryUrlError: the repository's URL is none.
            RetryableError: a store is out of reach.
        """
        now = self.clock.now()
        dry_run = DryRun(
            id=dry_run_id or self.ids.ulid(),
            repository_id=repository_id(repository),
            repository_url=repository,
            branch=branch,
            head=head,
            force=force,
            requested_at=now,
            expires_at=now + self.ttl,
            state=DryRunState.RECEIVED,
            because="It is on its way to the ingestor.",
            pull_request=pull_request,
        )
        message = DryRunRequested(dryrun_id=dry_run.id)
        try:
            await self.courier.commit(
                [
                    PutDryRun(dry_run=dry_run, expected_state=None),
                    outbox(message, owner=Worker.INGESTOR, ids=self.ids, at=now),
                ]
            )
        except ContentionError:
            asked_before = await self.ledger.dry_run(dry_run.id)
            if asked_before is None:
                raise
            return asked_before
        return dry_run
