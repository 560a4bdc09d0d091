"""Messages about dry runs, handled alike by the services that a dry run passes through."""

from __future__ import annotations

from dataclasses import dataclass

from faststream_sqs import SQSMessage, detail_type
from gitmoxi.contracts.messages import DryRunMessage
from gitmoxi.domain.dryruns import DryRun
from gitmoxi.errors import RetryableError
from gitmoxi.runtime.putting_off import attempt_of, put_off
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.dry_run_step import DryRunStep

DELAYS_SECONDS = (1, 2, 4)
"""Somebody sits and waits: what is still out of reach after these is told instead of tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunHandler:
    """Takes one kind of message, and does one step of the dry run that it names."""

    shell: Shell
    kind: type[DryRunMessage]
    step: DryRunStep

    def register(self) -> None:
        """Take the messages."""
        workers = self.shell.foundation.settings.workers

        async def handle(body: DryRunMessage, message: SQSMessage) -> None:
            await self._handle(body, message)

        handle.__annotations__["body"] = self.kind
        wanted = detail_type(self.kind.DETAIL_TYPE)
        self.shell.broker.subscriber(self.shell.queue, filter=wanted, max_workers=workers)(handle)

    async def _handle(self, body: DryRunMessage, message: SQSMessage) -> None:
        attempt = attempt_of(message)
        patient = attempt < len(DELAYS_SECONDS)
        try:
            found = await self.step.take(body.dryrun_id, patient=patient)
        except RetryableError as error:
            if patient:
                delay, kind = DELAYS_SECONDS[attempt], self.kind.DETAIL_TYPE
                await put_off(self.shell, body, message, error, detail_type=kind, delay_seconds=delay)
                return
            found = await self.step.give_up(body.dryrun_id, f"{error}. Ask again later.")
        self._note(body, found, message)

    def _note(self, body: DryRunMessage, found: DryRun | None, message: SQSMessage) -> None:
        outcome = found.state.value if found is not None else "forgotten"
        self.shell.observer.note(
            message,
            dry_run=body.dryrun_id,
            outcome=outcome,
            because=found.because if found is not None else "There is no such dry run (any more).",
            commit=found.sha if found is not None else None,
        )
        self.shell.foundation.metrics.count("DryRuns", outcome=outcome)
