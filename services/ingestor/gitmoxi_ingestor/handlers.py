"""The messages that the ingestor takes: pushes, CodeCommit's events, the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from faststream_sqs import SQSMessage, detail_type
from gitmoxi.contracts.messages import Push, Sweep
from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import Shell
from gitmoxi_ingestor.ingest import Ingestor
from gitmoxi_ingestor.polling import Poller

CODECOMMIT = "CodeCommit Repository State Change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Parse, call, note."""

    shell: Shell
    ingestor: Ingestor
    poller: Poller

    def register(self) -> None:
        workers = self.shell.foundation.settings.workers
        queue, broker = self.shell.queue, self.shell.broker
        broker.subscriber(queue, filter=detail_type(Push.DETAIL_TYPE), max_workers=workers)(self.on_push)
        broker.subscriber(
            queue, filter=detail_type(CODECOMMIT, source="aws.codecommit"), max_workers=workers
        )(self.on_codecommit)
        broker.subscriber(queue, filter=detail_type(Sweep.DETAIL_TYPE), max_workers=workers)(self.on_sweep)

    async def on_push(self, body: Push, message: SQSMessage) -> None:
        await self._push(body, message)

    async def on_codecommit(self, body: dict[str, Any], message: SQSMessage) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html."""
        region = message.headers.get("region", self.shell.foundation.settings.aws_region)
        name, branch = body.get("repositoryName"), body.get("referenceName")
        if body.get("referenceType") != "branch" or body.get("event") == "referenceDeleted":
            self.shell.observer.note(message, outcome="ignored", because="It is no push to a branch.")
            return
        url = f"https://git-codecommit.{region}.amazonaws.com/v1/repos/{name}"
        await self._push(Push(repository=url, branch=str(branch), commit=body.get("commitId")), message)

    async def on_sweep(self, body: Sweep, message: SQSMessage) -> None:  # noqa: ARG002 - FastStream binds by it
        published = await self.sweep()
        polled = await self.poller.poll()
        self.shell.observer.note(message, published=published, polled=polled or None)

    async def sweep(self) -> int:
        """Publish what was committed and never published."""
        return await self.shell.foundation.courier.sweep(Worker.INGESTOR)

    async def _push(self, push: Push, message: SQSMessage) -> None:
        result = await self.ingestor.push(push)
        commit = result.commit
        self.shell.observer.note(
            message,
            outcome=result.outcome.value,
            because=result.because,
            repository=push.repository,
            branch=push.branch,
            commit=commit.sha if commit else None,
            seq=commit.seq if commit else None,
        )
        self.shell.foundation.metrics.count("Pushes", outcome=result.outcome.value)
