"""Taking in a dry run: what its tree changes is stored as for a commit, and nothing else is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitmoxi.contracts.messages import DryRunIngested
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.records import Manifest, Repository
from gitmoxi.domain.repositories import check_branch
from gitmoxi.domain.states import Worker
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import Ledger, Write
from gitmoxi.workflow.events import outbox
from gitmoxi_ingestor.comparing import compare
from gitmoxi_ingestor.manifests import ManifestWriter
from gitmoxi_ingestor.registered import registered


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunIngestor:
    """Finds what a dry run would deploy: the same way as for a push, without number, commit or deployment."""

    ledger: Ledger
    bodies: BodyStore
    git: GitMirror
    clock: Clock
    ids: Ids

    async def __call__(self, dry_run: DryRun, *, patient: bool) -> tuple[DryRun, Sequence[Write]]:  # noqa: ARG002 - Work
        """The dry run INGESTED, and the message that tells the planner.

        Raises:
            PermanentError: it cannot be read: not registered, not there, no access, too large.
            RetryableError: the repository or a store is out of reach.
        """
        repository = await registered(self.ledger, dry_run.repository_url, dry_run.branch)
        sha = await self._tip(repository, dry_run)
        info = await self.git.commit_info(repository.url, sha)
        branch = await self.ledger.branch(repository.id, dry_run.branch)
        found = replace(
            dry_run, sha=sha, previous_sha=branch.last_processed, author=info.author, message=info.subject
        )
        manifest, stored = await self._manifest(repository, found)
        objects = len(manifest.objects) + len(manifest.settings_only)
        ingested = replace(
            found,
            state=DryRunState.INGESTED,
            because=f"{objects} service object{'' if objects == 1 else 's'} to be looked at.",
            manifest=stored,
        )
        message = DryRunIngested(dryrun_id=dry_run.id)
        return ingested, [outbox(message, owner=Worker.INGESTOR, ids=self.ids, at=self.clock.now())]

    async def _tip(self, repository: Repository, dry_run: DryRun) -> str:
        """The branch is fetched even where the head's tree counts: what was processed last lies on it."""
        tip = await self.git.fetch(repository.url, dry_run.branch)
        if dry_run.head is None:
            return tip
        return await self.git.fetch(repository.url, check_branch(dry_run.head))

    async def _manifest(self, repository: Repository, dry_run: DryRun) -> tuple[Manifest, BodyRef]:
        assert dry_run.sha is not None
        comparison = await compare(
            git=self.git,
            ledger=self.ledger,
            repository=repository,
            branch=dry_run.branch,
            old_sha=dry_run.previous_sha,
            new_sha=dry_run.sha,
            forced=dry_run.force,
        )
        writer = ManifestWriter(
            bodies=self.bodies,
            git=self.git,
            repository=repository,
            sha=dry_run.sha,
            id_of=lambda path: f"{dry_run.id}/{path}",
            settings_too=True,
        )
        if dry_run.head is not None:  # another branch lacks commits of this one until it is merged
            comparison = replace(comparison, rewritten=False)
        return await writer.store(comparison)
