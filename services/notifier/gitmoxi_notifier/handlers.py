"""The messages that the notifier takes: commits, deployments' facts, the ends of dry runs."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from faststream_sqs import SQSMessage, detail_type
from gitmoxi.contracts.messages import (
    EVENT_SOURCE,
    FACT_OF_STATE,
    CommitFailed,
    CommitIngested,
    CommitMessage,
    DryRunEnded,
)
from gitmoxi.domain.records import AuditEntry
from gitmoxi.errors import RetryableError
from gitmoxi.runtime.logging import message_context
from gitmoxi.runtime.putting_off import attempt_of, put_off
from gitmoxi.runtime.service import Shell
from gitmoxi_notifier.commits import LOOK_SECONDS, CommitKey, CommitTeller
from gitmoxi_notifier.patience import delay, gives_up
from gitmoxi_notifier.pull_requests import PlanCommenter

GIVEN_UP = "feedback.given_up"
"""The kind of the audit entries about what could not be told for too long."""


class FactHeard(BaseModel):
    """Of a deployment's fact only its id: all else is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    deployment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Parse, call, note."""

    shell: Shell
    commits: CommitTeller
    plans: PlanCommenter

    def register(self) -> None:
        workers = self.shell.foundation.settings.workers
        queue, broker = self.shell.queue, self.shell.broker
        facts = detail_type(*sorted(set(FACT_OF_STATE.values())))
        broker.subscriber(queue, filter=facts, max_workers=workers)(self.on_fact)
        commits = detail_type(CommitIngested.DETAIL_TYPE, CommitFailed.DETAIL_TYPE)
        ended = detail_type(DryRunEnded.DETAIL_TYPE)
        broker.subscriber(queue, filter=commits, max_workers=workers)(self.on_commit)
        broker.subscriber(queue, filter=ended, max_workers=workers)(self.on_dry_run)

    async def on_fact(self, body: FactHeard, message: SQSMessage) -> None:
        await self._try(body, message, self._fact(body.deployment_id))

    async def on_commit(self, body: CommitMessage, message: SQSMessage) -> None:
        """A new commit, one that cannot be used, or our own call to look at one again."""
        key = CommitKey(repository_id=body.repository_id, branch=body.branch, seq=body.seq)
        await self._try(body, message, self.commits.commit(key))

    async def on_dry_run(self, body: DryRunEnded, message: SQSMessage) -> None:
        await self._try(body, message, self.plans.tell(body.dryrun_id))

    async def _fact(self, deployment_id: str) -> str:
        """The look is sent for first: a channel that does not answer holds up no status."""
        key = await self.commits.commit_of(deployment_id)
        if key is None:
            return "nobody asked"
        await self.commits.gather(key, lambda: self._send_for_look(key))
        return await self.commits.deployment(deployment_id)

    async def _send_for_look(self, key: CommitKey) -> None:
        look = CommitIngested(repository_id=key.repository_id, branch=key.branch, seq=key.seq)
        await self.shell.broker.publish(
            look,
            self.shell.queue,
            delay_seconds=LOOK_SECONDS,
            detail_type=CommitIngested.DETAIL_TYPE,
            source=EVENT_SOURCE,
            headers={},
        )

    async def _try(self, body: BaseModel, message: SQSMessage, telling: Awaitable[str]) -> None:
        """Outages elsewhere use up no receives, and end in an audit entry rather than among dead letters."""
        metrics = self.shell.foundation.metrics
        try:
            with message_context(message_id=message.message_id, correlation_id=message.correlation_id):
                outcome = await telling
        except RetryableError as error:
            attempt = attempt_of(message)
            if gives_up(attempt, self.shell.foundation.settings.notifier_give_up_hours):
                await self._give_up(message, error)
            else:
                wait, kind = delay(attempt, error), str(message.detail_type)
                await put_off(self.shell, body, message, error, detail_type=kind, delay_seconds=wait)
                metrics.count("Feedback", outcome="retry")
        else:
            self.shell.observer.note(message, outcome=outcome)
            metrics.count("Feedback", outcome=outcome)

    async def _give_up(self, message: SQSMessage, error: RetryableError) -> None:
        foundation = self.shell.foundation
        hours = foundation.settings.notifier_give_up_hours
        entry = AuditEntry(
            id=foundation.ids.ulid(),
            at=foundation.clock.now(),
            kind=GIVEN_UP,
            summary=f"{message.detail_type} was not told for {hours:g} hours, and is given up: {error}",
        )
        await foundation.ledger.put_audit(entry)
        self.shell.observer.note(message, outcome="given up", because=str(error))
        foundation.metrics.count("Feedback", outcome="given up")
