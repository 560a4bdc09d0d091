"""The messages that the ingestor takes: pushes, CodeCommit's events, the schedule."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from faststream_sqs import DeadLetter, SQSMessage, detail_type
from gitmoxi.contracts.messages import Push, Sweep
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.repositories import scrub_credentials
from gitmoxi.domain.states import Worker
from gitmoxi.errors import RetryableError
from gitmoxi.runtime.putting_off import attempt_of, put_off
from gitmoxi.runtime.service import Shell
from gitmoxi_ingestor import codecommit
from gitmoxi_ingestor.codecommit import RepositoryStateChange, push_of
from gitmoxi_ingestor.ingest import Ingestor

MAX_ATTEMPTS = 100
"""About a day of attempts; then the message goes the way of failed ones, to the dead-letter queue."""

_DELAYS_SECONDS = (2, 4, 8, 16, 30, 60, 120, 240, 480, 900)
"""The longest is the longest that SQS delays a message for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Parse, call, note."""

    shell: Shell
    ingestor: Ingestor

    def register(self) -> None:
        workers = self.shell.foundation.settings.workers
        queue, broker = self.shell.queue, self.shell.broker
        broker.subscriber(queue, filter=detail_type(Push.DETAIL_TYPE), max_workers=workers)(self.on_push)
        broker.subscriber(
            queue,
            filter=detail_type(codecommit.DETAIL_TYPE, source=codecommit.SOURCE),
            max_workers=workers,
        )(self.on_codecommit)
        broker.subscriber(queue, filter=detail_type(Sweep.DETAIL_TYPE), max_workers=workers)(self.on_sweep)

    async def on_push(self, body: object, message: SQSMessage) -> None:
        """Take in a ``Push``, which anyone may send: it is bound here, so that a refusal is recorded.

        A forced push without an id gets that of its event: delivered again, it forces nothing again.
        """
        try:
            push = Push.model_validate(body)
        except ValidationError as error:
            await self._refuse(body, message, error)
            return
        if push.force and push.delivery_id is None:
            push = push.model_copy(update={"delivery_id": _event_id(message)})
        await self._push(push, message)

    async def on_codecommit(self, body: RepositoryStateChange, message: SQSMessage) -> None:
        region = str(message.headers.get("region") or self.shell.foundation.settings.aws_region)
        push = push_of(body, region=region, event_id=_event_id(message))
        if push is None:
            self.shell.observer.note(message, outcome="ignored", because="It is no push to a branch.")
        else:
            await self._push(push, message)

    async def on_sweep(self, body: Sweep, message: SQSMessage) -> None:  # noqa: ARG002 - FastStream binds by it
        """The next minute brings the next sweep: an outage must not pile up this one."""
        note = self.shell.observer.note
        try:
            note(message, published=await self.sweep())
        except RetryableError as error:
            note(message, because=str(error))

    async def sweep(self) -> int:
        """Publish what was committed and never published."""
        return await self.shell.foundation.courier.sweep(Worker.INGESTOR)

    async def _push(self, push: Push, message: SQSMessage) -> None:
        note = self.shell.observer.note
        note(message, repository=scrub_credentials(push.repository), branch=push.branch)
        try:
            result = await self.ingestor.push(push)
        except RetryableError as error:
            await self._put_off(push, message, error)
            return
        commit = result.commit
        note(
            message,
            outcome=result.outcome.value,
            because=result.because,
            commit=commit.sha if commit else None,
            seq=commit.seq if commit else None,
        )
        self.shell.foundation.metrics.count("Pushes", outcome=result.outcome.value)

    async def _refuse(self, body: object, message: SQSMessage, error: ValidationError) -> None:
        """To the dead letters, but not before it is written down for those who wait for an answer."""
        try:
            because = await self.ingestor.refuse(body, error)
        except RetryableError as unavailable:
            await self._put_off(body, message, unavailable)
            return
        self.shell.observer.note(message, outcome=PushOutcome.REFUSED.value, because=because)
        self.shell.foundation.metrics.count("Pushes", outcome=PushOutcome.REFUSED.value)
        raise DeadLetter(because)

    async def _put_off(self, body: object, message: SQSMessage, error: RetryableError) -> None:
        """Send the push to ourselves for later: an outage must not use up the receives of a message."""
        attempt = attempt_of(message)
        if attempt >= MAX_ATTEMPTS:
            raise error
        delay = retry_delay(attempt)
        await put_off(self.shell, body, message, error, detail_type=Push.DETAIL_TYPE, delay_seconds=delay)
        self.shell.foundation.metrics.count("Pushes", outcome="RETRYING")


def retry_delay(attempt: int) -> int:
    """Seconds until a push is tried again that was put off ``attempt`` times before."""
    return _DELAYS_SECONDS[min(attempt, len(_DELAYS_SECONDS) - 1)]


def _event_id(message: SQSMessage) -> str | None:
    found = message.headers.get("id")
    return found if isinstance(found, str) and found else None
