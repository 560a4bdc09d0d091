"""The messages that the planner takes: commits, what people ask for, wakes, the schedule."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from faststream_sqs import SQSMessage, detail_type
from gitmoxi.contracts.messages import (
    CommandGiven,
    CommitIngested,
    DeploymentRequested,
    Message,
    Sweep,
    Tick,
)
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.drift import Drift
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import CorruptRecordError, RetryableError
from gitmoxi.ports.ledger import Ledger
from gitmoxi.runtime.logging import get_logger, message_context
from gitmoxi.runtime.putting_off import attempt_of, put_off
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.quarantine import set_aside
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi_planner.drifting import DriftRounds
from gitmoxi_planner.plan import CommitPlanned, Planner

_DELAYS_SECONDS = (5, 5, 10, 20, 40, 60)
"""A throttle passes soon, a service that is still being deleted takes minutes."""


_WARNED = frozenset({State.FAILED, State.HELD})
"""What somebody should look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Parse, call, note."""

    shell: Shell
    planner: Planner
    sweeper: Sweeper
    drift: DriftRounds
    ledger: Ledger

    def register(self) -> None:
        workers = self.shell.foundation.settings.workers
        queue, broker = self.shell.queue, self.shell.broker
        broker.subscriber(queue, filter=detail_type(CommitIngested.DETAIL_TYPE), max_workers=workers)(
            self.on_commit
        )
        broker.subscriber(queue, filter=detail_type(CommandGiven.DETAIL_TYPE), max_workers=workers)(
            self.on_command
        )
        broker.subscriber(queue, filter=detail_type(DeploymentRequested.DETAIL_TYPE), max_workers=workers)(
            self.on_request
        )
        broker.subscriber(queue, filter=detail_type(Tick.DETAIL_TYPE), max_workers=workers)(self.on_tick)
        broker.subscriber(queue, filter=detail_type(Sweep.DETAIL_TYPE), max_workers=workers)(self.on_sweep)

    async def on_commit(self, body: CommitIngested, message: SQSMessage) -> None:
        """A commit that cannot be planned now is sent to ourselves again, however often it takes."""
        try:
            with _bound(message):
                planned = await self.planner.commit(body.repository_id, body.branch, body.seq, self._told)
        except RetryableError as error:
            await self._put_off(body, message, error)
        else:
            self._note(message, planned)

    async def on_command(self, body: CommandGiven, message: SQSMessage) -> None:
        """Somebody answered a held deletion."""
        try:
            with _bound(message):
                planned = await self._deployment(body.deployment_id)
        except RetryableError as error:
            await self._put_off(body, message, error)
        else:
            self._note(message, planned)

    async def on_request(self, body: DeploymentRequested, message: SQSMessage) -> None:
        """Somebody asked for a rollback, a retry or an undeletion."""
        try:
            with _bound(message):
                planned = await self.planner.requested(body, self._told)
        except RetryableError as error:
            await self._put_off(body, message, error)
        else:
            self._note(message, planned)

    async def on_tick(self, body: Tick, message: SQSMessage) -> None:
        """A wake of the sweeper, which wakes again a minute later what could not be planned."""
        try:
            with _bound(message):
                planned = await self._deployment(body.deployment_id)
            self._note(message, planned)
        except RetryableError as error:
            self.shell.observer.note(message, outcome="retry", because=str(error))

    async def on_sweep(self, body: Sweep, message: SQSMessage) -> None:  # noqa: ARG002 - FastStream binds by it
        try:
            self.shell.observer.note(message, **await self.sweep())
        except RetryableError as error:
            self.shell.observer.note(message, outcome="retry", because=str(error))

    async def sweep(self) -> dict[str, int]:
        """Wake what is due, then look for drift; how many deployments, events and targets that was."""
        report = await self.sweeper.sweep(self.shell.foundation.clock.now())
        looked = await self.drift.sweep(_note_drift)
        found = {"woken": report.woken, "published": report.published}
        if looked is None:
            return found
        self.shell.foundation.metrics.count("DriftedTargets", looked.drifted, outcome="found")
        return found | {"looked_at": looked.looks, "looks_put_off": looked.put_off}

    async def _deployment(self, deployment_id: str) -> CommitPlanned:
        """Plan a deployment; one whose records cannot be read is set aside."""
        try:
            return await self.planner.deployment(deployment_id, self._told)
        except CorruptRecordError as error:
            now = self.shell.foundation.clock.now()
            because = await set_aside(self.ledger, deployment_id, error, now)
            return CommitPlanned(commit=None, outcome="quarantined", because=because)

    async def _put_off(self, body: Message, message: SQSMessage, error: RetryableError) -> None:
        delay = _DELAYS_SECONDS[min(attempt_of(message), len(_DELAYS_SECONDS) - 1)]
        await put_off(self.shell, body, message, error, detail_type=body.DETAIL_TYPE, delay_seconds=delay)
        self.shell.foundation.metrics.count("Commits", outcome="retry")

    def _told(self, head: Deployment) -> None:
        log = get_logger()
        (log.warning if head.state in _WARNED else log.info)(
            "deployment.held" if head.state is State.HELD else "deployment.ended",
            deployment=head.id,
            prefix=head.origin.prefix,
            state=head.state.value,
            because=head.because,
        )
        self.shell.foundation.metrics.count("Deployments", outcome=head.state.value, deployment=head.id)

    def _note(self, message: SQSMessage, planned: CommitPlanned) -> None:
        commit = planned.commit
        self.shell.observer.note(
            message,
            outcome=planned.outcome,
            because=planned.because,
            worker=Worker.PLANNER.value,
            commit=commit.sha if commit else None,
            seq=commit.seq if commit else None,
        )
        self.shell.foundation.metrics.count("Commits", outcome=planned.outcome)


def _note_drift(drift: Drift) -> None:
    log = get_logger()
    (log.warning if drift.verdict.drifted else log.info)(
        "target.drifted" if drift.verdict.drifted else "target.settled",
        target=drift.target.id,
        verdict=drift.verdict.value,
        places=list(drift.where),
        because=drift.because,
    )


def _bound(message: SQSMessage) -> AbstractContextManager[None]:
    return message_context(message_id=message.message_id, correlation_id=message.correlation_id)
