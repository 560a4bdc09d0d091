"""One step of a dry run: out of one state by the work of one service, and to an end in any case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from gitmoxi.contracts.messages import DryRunEnded
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.states import Worker
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger, PutDryRun, PutOutbox, Write
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.events import outbox


class Work(Protocol):
    """What a service does to a dry run."""

    async def __call__(self, dry_run: DryRun, *, patient: bool) -> tuple[DryRun, Sequence[Write]]:
        """The dry run as it is then, and what is to be written with it.

        Args:
            dry_run: as it is stored.
            patient: there will be another attempt, so what is out of reach now may be raised; if not, as
                much as possible is to be told.

        Raises:
            RetryableError: something is out of reach.
            PermanentError: it cannot be done; the message is for people.
        """
        ...


class DryRunStep:
    """Takes dry runs that are in the state ``begins_in``; each is written once, whoever else takes it too.

    The end of one, by ``worker``, is told on the bus.
    """

    def __init__(
        self,
        *,
        worker: Worker,
        ledger: Ledger,
        courier: Courier,
        clock: Clock,
        ids: Ids,
        begins_in: DryRunState,
        work: Work,
    ) -> None:
        self._worker = worker
        self._clock = clock
        self._ids = ids
        self._ledger = ledger
        self._courier = courier
        self._begins_in = begins_in
        self._work = work

    async def take(self, dry_run_id: str, *, patient: bool) -> DryRun | None:
        """The record as it is then; None if there is none (any more).

        What cannot be done for good ends FAILED, so that nobody waits in vain.

        Raises:
            RetryableError: something is out of reach, or another worker was faster.
            InvariantError: a bug of ours; it is recorded too.
        """
        dry_run = await self._ledger.dry_run(dry_run_id)
        if dry_run is None or dry_run.state is not self._begins_in:
            return dry_run
        try:
            moved, writes = await self._work(dry_run, patient=patient)
        except PermanentError as error:
            return await self._fail(dry_run, str(error))
        except InvariantError as error:
            await self._fail(dry_run, f"Gitmoxi made a mistake: {error}")
            raise
        return await self._write(moved, writes)

    async def give_up(self, dry_run_id: str, because: str) -> DryRun | None:
        """End a dry run for which something was out of reach for too long."""
        dry_run = await self._ledger.dry_run(dry_run_id)
        if dry_run is None or dry_run.state is not self._begins_in:
            return dry_run
        return await self._fail(dry_run, because)

    async def _fail(self, dry_run: DryRun, because: str) -> DryRun:
        failed = replace(dry_run, state=DryRunState.FAILED, because=because)
        return await self._write(failed, ())

    async def _write(self, moved: DryRun, writes: Sequence[Write]) -> DryRun:
        put = PutDryRun(dry_run=moved, expected_state=self._begins_in)
        ended = [self._ended(moved)] if moved.state.terminal else []
        await self._courier.commit([put, *writes, *ended])
        return moved

    def _ended(self, dry_run: DryRun) -> PutOutbox:
        message = DryRunEnded(dryrun_id=dry_run.id)
        return outbox(message, owner=self._worker, ids=self._ids, at=self._clock.now())
