"""Taking in a push: the branch's tip becomes a processed commit with its changed objects."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError

from gitmoxi.contracts.messages import CommitFailed, CommitIngested, Push
from gitmoxi.domain.records import Branch, Commit, CommitStatus, PushOutcome, PushRecord, Repository
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import Worker
from gitmoxi.errors import (
    ContentionError,
    InvalidInputError,
    PermanentError,
    RetryableError,
)
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import Ledger, PutBranch, PutCommit, Write
from gitmoxi.workflow.courier import Courier, Edge, no_edge
from gitmoxi.workflow.events import outbox
from gitmoxi_ingestor.answering import DONE, Answers, Ingested
from gitmoxi_ingestor.coalescing import SharedLooks
from gitmoxi_ingestor.comparing import compare
from gitmoxi_ingestor.registered import registered
from gitmoxi_ingestor.storing import Storing
from gitmoxi_ingestor.wording import baselined, summary

_ATTEMPTS = 5
"""How often a push is taken in while other ingestors write the same branch."""

_PAUSE_SECONDS = 0.2
"""The pause after the first lost write, and how much longer each further one is."""


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
        self._answers = Answers(ledger=ledger, clock=clock, ids=ids)
        self._looks: SharedLooks[Ingested] = SharedLooks()

    async def push(self, push: Push) -> Ingested:
        """Process a push; one that was refused leaves a record that says why.

        Pushes of a branch that wait at the same time are answered by one look at it, which begins after the
        last of them came.

        Raises:
            RetryableError: the repository or a store is out of reach; nothing is lost by trying again.
        """
        before = await self._answers.before(push)
        if before is not None and before.outcome in DONE:
            return await self._answers.again(push, before)
        try:
            result = await self._looked(push, before)
        except PermanentError as error:
            result = Ingested(outcome=PushOutcome.REFUSED, because=str(error))
        except RetryableError as error:
            await self._answers.give(push, Ingested(outcome=PushOutcome.RETRYING, because=str(error)))
            raise
        await self._answers.give(push, result)
        return result

    async def refuse(self, body: object, error: ValidationError) -> str:
        """Leave a record of an event that is no push; the reason.

        Raises:
            RetryableError: a store is out of reach.
        """
        return await self._answers.refuse(body, error)

    async def _looked(self, push: Push, before: PushRecord | None) -> Ingested:
        """What this push asks for beyond a look, it asks for alone: to force, or to hear a refusal again."""
        apart = push.force or (before is not None and before.outcome is PushOutcome.REFUSED)
        look = self._looks.alone if apart else self._looks.join
        return await look(_branch_of(push), lambda: self._in_company(push))

    async def _in_company(self, push: Push) -> Ingested:
        """Others write the same branch: who loses a write looks again, and finds it done or begun."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return await self._take_in(push)
            except ContentionError:
                await self._clock.sleep(_PAUSE_SECONDS * attempt)
        return await self._take_in(push)

    async def _take_in(self, push: Push) -> Ingested:
        repository = await self._registered(push)
        # A branch that moves on meanwhile is noticed by its number when it is written.
        tip, branch = await asyncio.gather(
            self._git.fetch(repository.url, push.branch), self._ledger.branch(repository.id, push.branch)
        )
        newest = await self._ledger.commit(repository.id, branch.name, branch.seq) if branch.seq else None
        if (answer := await self._answered(branch, newest, tip, push)) is not None:
            return answer
        if newest is not None and newest.status is CommitStatus.INGESTING and newest.sha == tip:
            commit = newest
        else:
            commit = await self._begun(repository, branch, newest, tip, push)
        self._edge("ingest.after_reserve")
        result = await self._process(repository, commit)
        if push.force and not commit.forced and result.outcome is PushOutcome.INGESTED:
            return await self._take_in(push)  # what was under way was somebody else's plain push
        return result

    async def _answered(self, branch: Branch, newest: Commit | None, tip: str, push: Push) -> Ingested | None:
        """The answer to a push that there is nothing to do for."""
        if newest is None or newest.sha != tip:
            return None
        if newest.status is CommitStatus.FAILED and _is_repeat(newest, push):
            return Ingested(outcome=PushOutcome.REFUSED, because=newest.because, commit=newest)
        if newest.status is not CommitStatus.INGESTED:
            return None
        if push.force and not await self._repeated(newest, push):
            return None
        because = f"Commit {tip[:12]} is the tip of {branch.name} and was processed before."
        return Ingested(outcome=PushOutcome.NOTHING_NEW, because=because, commit=newest)

    async def _repeated(self, newest: Commit, push: Push) -> bool:
        """Whether a forced push was delivered before; without a delivery's id nobody can tell."""
        if push.delivery_id is None or _is_repeat(newest, push):
            return push.delivery_id is not None
        answer = await self._ledger.push(push.delivery_id)
        return answer is not None and answer.outcome in {PushOutcome.INGESTED, PushOutcome.NOTHING_NEW}

    async def _registered(self, push: Push) -> Repository:
        try:
            return await registered(self._ledger, push.repository, push.branch)
        except InvalidInputError as error:
            raise InvalidInputError(f"The push names no usable repository or branch: {error}") from error

    async def _begun(
        self, repository: Repository, branch: Branch, newest: Commit | None, tip: str, push: Push
    ) -> Commit:
        """A commit with the branch's next number; an unfinished one with another tip is given up."""
        writes: list[Write] = []
        if newest is not None and newest.status is CommitStatus.INGESTING:
            because = f"A newer tip {tip[:12]} took its place before it was processed."
            writes.append(PutCommit(commit=replace(newest, status=CommitStatus.ABANDONED, because=because)))
        commit = await self._new_commit(repository, branch, newest, tip, push)
        advanced = replace(branch, seq=commit.seq)
        await self._ledger.transact(
            [
                *writes,
                PutBranch(branch=advanced, expected_seq=branch.seq),
                PutCommit(commit=commit, create=True),
            ]
        )
        return commit

    async def _new_commit(
        self, repository: Repository, branch: Branch, newest: Commit | None, tip: str, push: Push
    ) -> Commit:
        info = await self._git.commit_info(repository.url, tip)
        return Commit(
            repository_id=repository.id,
            repository_url=repository.url,
            branch=branch.name,
            seq=branch.seq + 1,
            sha=tip,
            status=CommitStatus.INGESTING,
            because="Its changed files are being stored.",
            received_at=self._clock.now(),
            previous_sha=branch.last_processed,
            author=info.author,
            message=info.subject,
            delivery_id=push.delivery_id,
            forced=push.force,
            baseline=repository.baseline and _untouched(branch, newest),
        )

    async def _process(self, repository: Repository, commit: Commit) -> Ingested:
        now = self._clock.now()
        try:
            done = await self._stored(repository, commit, now)
        except PermanentError as error:
            failed = replace(commit, status=CommitStatus.FAILED, because=str(error))
            await self._give_up(failed)
            return Ingested(outcome=PushOutcome.REFUSED, because=failed.because, commit=failed)
        await self._finish(done, now)
        return Ingested(outcome=PushOutcome.INGESTED, because=done.because, commit=done)

    async def _stored(self, repository: Repository, commit: Commit, now: datetime) -> Commit:
        """The commit as it is announced: its changed objects and their files are stored."""
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
        return replace(
            commit,
            status=CommitStatus.INGESTED,
            because=(
                baselined(count) if commit.baseline else summary(count, comparison, repository.path_globs)
            ),
            manifest=manifest,
            deployment_count=count,
        )

    async def _give_up(self, failed: Commit) -> None:
        """The branch stays at what was processed before, and a newer push is compared with that."""
        stored = await self._ledger.commit(failed.repository_id, failed.branch, failed.seq)
        if stored is None or stored.status is not CommitStatus.INGESTING:
            raise ContentionError(f"commit {failed.seq} of {failed.branch} was ended by another ingestor")
        branch = Branch(
            repository_id=failed.repository_id,
            name=failed.branch,
            seq=failed.seq,
            last_processed=failed.previous_sha,
        )
        message = CommitFailed(repository_id=failed.repository_id, branch=failed.branch, seq=failed.seq)
        await self._courier.commit(
            [
                PutBranch(branch=branch, expected_seq=failed.seq),
                PutCommit(commit=failed),
                outbox(message, owner=Worker.INGESTOR, ids=self._ids, at=self._clock.now()),
            ]
        )

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


def _branch_of(push: Push) -> str:
    """The branch that a push is of, whatever the spelling of its URL; what is no URL stands for itself."""
    try:
        return f"{repository_id(push.repository)} {push.branch}"
    except InvalidInputError:
        return f"{push.repository} {push.branch}"


def _is_repeat(newest: Commit | None, push: Push) -> bool:
    """Whether this push is a second delivery of the one that made the newest commit record."""
    return newest is not None and push.delivery_id is not None and newest.delivery_id == push.delivery_id


def _untouched(branch: Branch, newest: Commit | None) -> bool:
    """Whether no service object of the branch was ever looked at: a baseline of nothing is still to come."""
    if branch.last_processed is None:
        return True
    done = newest is not None and newest.status is CommitStatus.INGESTED and newest.deployment_count > 0
    return newest is not None and newest.baseline and not done
