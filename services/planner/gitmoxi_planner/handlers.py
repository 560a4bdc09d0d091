"""The messages that the planner takes: ingested commits, its own wakes, the schedule."""

from __future__ import annotations

from dataclasses import dataclass

from faststream_sqs import SQSMessage, detail_type
from gitmoxi.contracts.messages import CommitIngested, Sweep, Tick
from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi_planner.plan import CommitPlanned, Planner


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Parse, call, note."""

    shell: Shell
    planner: Planner
    sweeper: Sweeper

    def register(self) -> None:
        workers = self.shell.foundation.settings.workers
        queue, broker = self.shell.queue, self.shell.broker
        broker.subscriber(queue, filter=detail_type(CommitIngested.DETAIL_TYPE), max_workers=workers)(
            self.on_commit
        )
        broker.subscriber(queue, filter=detail_type(Tick.DETAIL_TYPE), max_workers=workers)(self.on_tick)
        broker.subscriber(queue, filter=detail_type(Sweep.DETAIL_TYPE), max_workers=workers)(self.on_sweep)

    async def on_commit(self, body: CommitIngested, message: SQSMessage) -> None:
        self._note(message, await self.planner.commit(body.repository_id, body.branch, body.seq))

    async def on_tick(self, body: Tick, message: SQSMessage) -> None:
        self._note(message, await self.planner.deployment(body.deployment_id))

    async def on_sweep(self, body: Sweep, message: SQSMessage) -> None:  # noqa: ARG002 - FastStream binds by it
        self.shell.observer.note(message, **await self.sweep())

    async def sweep(self) -> dict[str, int]:
        """Wake what is due; how many deployments and events that was."""
        report = await self.sweeper.sweep(self.shell.foundation.clock.now())
        return {"woken": report.woken, "published": report.published}

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
