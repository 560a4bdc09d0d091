"""Asking for a dry run: the record, and the message that sends the ingestor to work."""

from __future__ import annotations

from gitmoxi.contracts.messages import DryRunRequested
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import Worker
from gitmoxi.ports.ledger import PutDryRun
from gitmoxi.workflow.events import outbox
from gitmoxi_api.parts import ApiParts


async def ask_dry_run(
    parts: ApiParts,
    *,
    repository: str,
    branch: str,
    head: str | None = None,
    force: bool = False,
    pull_request: int | None = None,
) -> DryRun:
    """A new dry run of a registered repository's ``branch``, as it is stored.

    With ``pull_request``, its report is written there as a comment. What is wrong with the question is told
    by the dry run, which then ends FAILED.

    Raises:
        RepositoryUrlError: the repository's URL is none.
    """
    now = parts.clock.now()
    dry_run = DryRun(
        id=parts.ids.ulid(),
        repository_id=repository_id(repository),
        repository_url=repository,
        branch=branch,
        head=head,
        force=force,
        requested_at=now,
        expires_at=now + parts.dry_run_ttl,
        state=DryRunState.RECEIVED,
        because="It is on its way to the ingestor.",
        pull_request=pull_request,
    )
    message = DryRunRequested(dryrun_id=dry_run.id)
    await parts.courier.commit(
        [
            PutDryRun(dry_run=dry_run, expected_state=None),
            outbox(message, owner=Worker.INGESTOR, ids=parts.ids, at=now),
        ]
    )
    return dry_run
