"""Taking in a push: the branch's tip becomes a processed commit with its changed objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from gitmoxi.contracts.messages import CommitIngested, Push
from gitmoxi.domain.deployments import Mode
from gitmoxi.domain.records import (
    AuditEntry,
    Branch,
    Commit,
    CommitStatus,
    PushOutcome,
    PushRecord,
    Repository,
)
from gitmoxi.domain.repositories import check_branch, repository_id
from gitmoxi.domain.states import Worker
from gitmoxi.errors import InvalidInputError, NotFoundError, PermanentError, RetryableError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import Ledger, PutBranch, PutCommit
from gitmoxi.workflow.courier import Courier, Edge, no_edge
from gitmoxi.workflow.events import outbox
from gitmoxi_ingestor.comparing import compare
from gitmoxi_ingestor.storing import Storing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of a push."""

    outcome: PushOutcome
    because: str
    commit: Commit | None = None


class Ingestor:
    """Processes the tips of registered branches, one commit after the other."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        bodies: BodyStore,
        git: GitMirror,
        courier: Courier,
        clock: Clock,
        ids: Ids,
        edge: Edge = no_edge,
    ) -> None:
        self._ledger = ledger
        self._bodies = bodies
        self._git = git
        self._courier = courier
        self._clock = clock
        self._ids = ids
        self._edge = edge

    async def push(self, push: Push) -> Ingested:
        """Process a push; a delivery that was refused leaves a record that says why.

        Raises:
            RetryableError: the repository or a store is out of reach; nothing is lost by trying again.
        """
        try:
            result = await self._take_in(push)
        except PermanentError as error:
            result = Ingested(outcome=PushOutcome.REFUSED, because=str(error))
            await self._audit(push, result)
        except RetryableError as error:
            await self._answer(push, Ingested(outcome=PushOutcome.RETRYING, because=str(error)))
            raise
        await self._answer(push, result)
        return result

    async def _take_in(self, push: Push) -> Ingested:
        repository = await self._registered(push)
        tip = await self._git.fetch(repository.url, push.branch)
        branch = await self._ledger.branch(repository.id, push.branch)
        commit = await self._begun(repository, branch, tip, push)
        if commit is None:
            done = await self._ledger.commit(repository.id, branch.name, branch.seq)
            because = f"Commit {tip[:12]} is the tip of {branch.name} and was processed before."
            return Ingested(outcome=PushOutcome.NOTHING_NEW, because=because, commit=done)
        self._edge("ingest.after_reserve")
        return await self._process(repository, commit)

    async def _registered(self, push: Push) -> Repository:
        try:
            repository = await self._ledger.repository(repository_id(push.repository))
        except InvalidInputError as error:
            raise InvalidInputError(f"The push names no usable repository: {error}") from error
        if repository is None:
            raise NotFoundError(
                f"Repository {push.repository} is not registered: gmctl repo add -r {push.repository} "
                f"-b {push.branch}"
            )
        if check_branch(push.branch) not in repository.branches:
            raise NotFoundError(
                f"Branch {push.branch} of {repository.url} is not registered; registered are: "
                f"{', '.join(repository.branches)}"
            )
        return repository

    async def _begun(self, repository: Repository, branch: Branch, tip: str, push: Push) -> Commit | None:
        """The commit under way: resumed, or begun with the next number; None when there is nothing to do."""
        newest = await self._ledger.commit(repository.id, branch.name, branch.seq) if branch.seq else None
        unfinished = newest is not None and newest.status is CommitStatus.INGESTING
        if newest is not None and unfinished and newest.sha == tip:
            return newest
        if branch.last_processed == tip and not unfinished and (not push.force or _is_repeat(newest, push)):
            return None
        writes = []
        if newest is not None and unfinished:
            because = f"A newer tip {tip[:12]} took its place before it was processed."
            abandoned = replace(newest, status=CommitStatus.ABANDONED, because=because)
            writes.append(PutCommit(commit=abandoned))
        commit = await self._new_commit(repository, branch, tip, push)
        advanced = replace(branch, seq=commit.seq)
        await self._ledger.transact(
            [
                *writes,
                PutBranch(branch=advanced, expected_seq=branch.seq),
                PutCommit(commit=commit, create=True),
            ]
        )
        return commit

    async def _new_commit(self, repository: Repository, branch: Branch, tip: str, push: Push) -> Commit:
        info = await self._git.commit_info(repository.url, tip)
        return Commit(
            repository_id=repository.id,
            repository_url=repository.url,
            branch=branch.name,
            seq=branch.seq + 1,
            sha=tip,
            mode=Mode.DEPLOY,
            status=CommitStatus.INGESTING,
            because="Its changed files are being stored.",
            received_at=self._clock.now(),
            previous_sha=branch.last_processed,
            author=info.author,
            message=info.subject,
            delivery_id=push.delivery_id,
            forced=push.force,
        )

    async def _process(self, repository: Repository, commit: Commit) -> Ingested:
        now = self._clock.now()
        comparison = await compare(
            git=self._git,
            ledger=self._ledger,
            repository=repository,
            branch=commit.branch,
            old_sha=commit.previous_sha,
            new_sha=commit.sha,
            forced=commit.forced,
        )
        storing = Storing(
            ledger=self._ledger,
            bodies=self._bodies,
            git=self._git,
            repository=repository,
            commit=commit,
            now=now,
        )
        manifest, count = await storing.store(comparison)
        because = _summary(count, len(comparison.relevant_files))
        done = replace(
            commit,
            status=CommitStatus.INGESTED,
            because=because,
            manifest=manifest,
            deployment_count=count,
        )
        await self._finish(done, now)
        return Ingested(outcome=PushOutcome.INGESTED, because=because, commit=done)

    async def _finish(self, commit: Commit, now: datetime) -> None:
        branch = Branch(
            repository_id=commit.repository_id,
            name=commit.branch,
            seq=commit.seq,
            last_processed=commit.sha,
        )
        message = CommitIngested(repository_id=commit.repository_id, branch=commit.branch, seq=commit.seq)
        await self._courier.commit(
            [
                PutBranch(branch=branch, expected_seq=commit.seq),
                PutCommit(commit=commit),
                outbox(message, owner=Worker.INGESTOR, ids=self._ids, at=now),
            ]
        )
        self._edge("ingest.after_commit")

    async def _answer(self, push: Push, result: Ingested) -> None:
        if push.delivery_id is None:
            return
        await self._ledger.put_push(
            PushRecord(
                delivery_id=push.delivery_id,
                repository=push.repository,
                branch=push.branch,
                at=self._clock.now(),
                outcome=result.outcome,
                because=result.because,
                seq=result.commit.seq if result.commit else None,
                sha=result.commit.sha if result.commit else None,
            )
        )

    async def _audit(self, push: Push, result: Ingested) -> None:
        entry = AuditEntry(
            id=self._ids.ulid(),
            at=self._clock.now(),
            kind="push.refused",
            summary=result.because,
            details={"repository": push.repository, "branch": push.branch},
        )
        await self._ledger.put_audit(entry)


def _is_repeat(newest: Commit | None, push: Push) -> bool:
    """Whether this forced push is a second delivery of the one that made the newest commit record."""
    return newest is not None and push.delivery_id is not None and newest.delivery_id == push.delivery_id


def _summary(objects: int, files: int) -> str:
    if objects == 0:
        return "No relevant file changed." if files == 0 else "Nothing that changed is deployed."
    return f"{objects} service object{'s' if objects > 1 else ''} changed, by {files} relevant files."
