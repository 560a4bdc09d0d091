"""A service without AWS: events come in by FastStream's own way, what is sent is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from faststream import BaseMiddleware, ContextRepo

from faststream_sqs import DeadLetter, Event, SQSBroker, SQSQueue
from gitmoxi.runtime.canonical import CanonicalObserver
from gitmoxi.runtime.foundation import Foundation
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.courier import Courier

QUEUE = SQSQueue(url="https://sqs.test/own", dlq_url="https://sqs.test/own-dlq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that a service sent to its own queue."""

    body: Any
    delay_seconds: int
    detail_type: str | None
    headers: Mapping[str, str]


class Burials(BaseMiddleware):
    """Tells why handlers sent messages to the dead letters."""

    def __init__(self, msg: Any, /, *, context: ContextRepo, note: Callable[[str], None]) -> None:
        super().__init__(msg, context=context)
        self._note = note

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
        try:
            return await call_next(msg)
        except DeadLetter as dead:
            self._note(dead.reason)
            raise


class NotingBroker(SQSBroker):
    """Writes down what is sent to queues, and buried; events still reach the handlers."""

    def __init__(self) -> None:
        super().__init__(logger=None, middlewares=[partial(Burials, note=self._bury)])
        self.sent: list[Sent] = []
        self.buried: list[str] = []

    def _bury(self, reason: str) -> None:
        self.buried.append(reason)

    async def publish(self, message: Any, queue: SQSQueue | str, **options: Any) -> str:
        assert queue is QUEUE
        self.sent.append(
            Sent(
                body=message,
                delay_seconds=options["delay_seconds"],
                detail_type=options["detail_type"],
                headers=options["headers"],
            )
        )
        return f"m-{len(self.sent)}"


@dataclass
class Counted:
    """Metrics as a list of counter and outcome."""

    counts: list[tuple[str, str]] = field(default_factory=list)

    def count(self, name: str, value: int = 1, *, outcome: str, **properties: str) -> None:
        self.counts.append((name, outcome))

    def duration(self, name: str, seconds: float, *, outcome: str, **properties: str) -> None:
        pass


class Notes(CanonicalObserver):
    """The notes of all messages, which are never settled here, as one."""

    @property
    def all(self) -> dict[str, Any]:
        return {name: value for fields in self._notes.values() for name, value in fields.items()}


@dataclass
class SettingsStandIn:
    """The settings that handlers read."""

    workers: int = 1
    aws_region: str = "eu-west-1"


@dataclass
class FoundationStandIn:
    """The parts of a foundation that handlers use."""

    courier: Courier
    clock: Any
    metrics: Counted = field(default_factory=Counted)
    settings: SettingsStandIn = field(default_factory=SettingsStandIn)


@dataclass
class ShellStandIn:
    """The shell and, beside it, what to look at."""

    shell: Shell
    broker: NotingBroker
    notes: Notes
    metrics: Counted

    async def receive(
        self,
        detail_type: str,
        detail: dict[str, Any],
        *,
        source: str = "somebody",
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Deliver an event; what its handler noted."""
        event = Event(detail_type=detail_type, detail=detail, source=source)
        await self.broker.publish_events([event], headers=headers)
        return self.notes.all


def a_shell(courier: Courier, clock: Any, register: Callable[[Shell], None]) -> ShellStandIn:
    """A shell on which ``register`` put its handlers."""
    broker, metrics = NotingBroker(), Counted()
    notes = Notes(metrics)
    foundation = FoundationStandIn(courier=courier, clock=clock, metrics=metrics)
    shell = Shell(
        foundation=cast("Foundation", foundation),  # the parts that handlers use
        broker=broker,
        queue=QUEUE,
        observer=notes,
    )
    register(shell)
    return ShellStandIn(shell=shell, broker=broker, notes=notes, metrics=metrics)
