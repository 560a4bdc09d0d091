"""The handlers of the services that move deployments: the deployers and rollback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from faststream_sqs import SQSMessage, detail_type
from gitmoxi.contracts.messages import (
    CommandGiven,
    DeploymentMessage,
    DeploymentPlanned,
    RollbackRequested,
    SlotFreed,
    Sweep,
    Tick,
)
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.runtime.aws_events import ALARM_EVENT, ECS_EVENTS, alarm_of, ecs_target_of
from gitmoxi.runtime.metrics import EmfMetrics
from gitmoxi.runtime.service import Shell
from gitmoxi.strategies.ecs_events import EcsEvent
from gitmoxi.workflow.conductor import Conductor
from gitmoxi.workflow.lease_keeper import LeaseKeeper
from gitmoxi.workflow.mover import Mover
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi.workflow.ticker import Ticker, TickReport

Observation = TypeVar("Observation")


class MovingService:
    """Ticks the deployments of one worker whenever a message says that something may have changed."""

    def __init__(
        self, shell: Shell, worker: Worker, conductor_of: Callable[[Deployment], Conductor[Any]]
    ) -> None:
        foundation = shell.foundation
        self._shell = shell
        self._ledger = foundation.ledger
        self._metrics = foundation.metrics
        self._clock = foundation.clock
        mover = Mover(
            worker=worker,
            ledger=foundation.ledger,
            bodies=foundation.bodies,
            courier=foundation.courier,
            ids=foundation.ids,
            conductor_of=conductor_of,
            edge=foundation.edge,
        )
        leases = LeaseKeeper(
            store=foundation.leases,
            clock=foundation.clock,
            ids=foundation.ids,
            times=foundation.settings.lease_times,
            owner=foundation.instance,
        )
        self._ticker = Ticker(
            worker=worker,
            ledger=foundation.ledger,
            leases=leases,
            waker=foundation.waker,
            clock=foundation.clock,
            mover=mover,
        )
        self._sweeper = Sweeper(
            worker=worker,
            ledger=foundation.ledger,
            waker=foundation.waker,
            courier=foundation.courier,
        )

    def register(self) -> None:
        """Take the messages that concern deployments of this worker."""
        subscribe = self._subscribe
        subscribe(self.on_message(DeploymentPlanned), DeploymentPlanned.DETAIL_TYPE)
        subscribe(self.on_message(SlotFreed), SlotFreed.DETAIL_TYPE)
        subscribe(self.on_message(RollbackRequested), RollbackRequested.DETAIL_TYPE)
        subscribe(self.on_command, CommandGiven.DETAIL_TYPE)
        subscribe(self.on_tick, Tick.DETAIL_TYPE)
        subscribe(self.on_sweep, Sweep.DETAIL_TYPE)
        subscribe(self.on_ecs_event, *ECS_EVENTS)
        subscribe(self.on_alarm, ALARM_EVENT)

    def on_message(self, kind: type[DeploymentMessage]) -> Callable[..., Awaitable[None]]:
        """A handler for one kind of message about a deployment."""

        async def handle(body: DeploymentMessage, message: SQSMessage) -> None:
            await self._tick(message, body.deployment_id, body.version)

        handle.__annotations__["body"] = kind
        return handle

    async def on_tick(self, body: Tick, message: SQSMessage) -> None:
        await self._tick(message, body.deployment_id, body.version)

    async def on_command(self, body: CommandGiven, message: SQSMessage) -> None:
        await self._tick(message, body.deployment_id, None)

    async def on_sweep(self, body: Sweep, message: SQSMessage) -> None:  # noqa: ARG002 - FastStream binds by it
        self._shell.observer.note(message, **await self.sweep())

    async def on_ecs_event(self, body: dict[str, Any], message: SQSMessage) -> None:
        target = ecs_target_of(message.detail_type, body, message.headers)
        active = await self._active(target) if target is not None else None
        if active is None:
            self._shell.observer.note(message, outcome="nothing under way")
        else:
            event = EcsEvent(kind=message.detail_type, detail=body)
            note_tick(self._shell, message, await self._ticker.tick(active, None, event=event))

    async def on_alarm(self, body: dict[str, Any], message: SQSMessage) -> None:
        alarm = alarm_of(message.headers)
        watching = await self._ledger.watchers(alarm) if alarm is not None else []
        if not watching:
            self._shell.observer.note(message, outcome="not watched", alarm=body.get("alarmName"))
        for deployment_id in watching:
            await self._tick(message, deployment_id, None)

    async def sweep(self) -> dict[str, int]:
        """Wake what is due; how many deployments and events that was."""
        report = await self._sweeper.sweep(self._clock.now())
        return {"woken": report.woken, "published": report.published}

    def _subscribe(self, handler: Callable[..., Awaitable[None]], *names: str) -> None:
        settings = self._shell.foundation.settings
        subscription = self._shell.broker.subscriber(
            self._shell.queue, filter=detail_type(*names), max_workers=settings.workers
        )
        subscription(handler)

    async def _active(self, target: EcsTarget) -> str | None:
        return (await self._ledger.target(target)).active_id

    async def _tick(self, message: SQSMessage, deployment_id: str, version: int | None) -> None:
        report = await self._ticker.tick(deployment_id, version)
        note_tick(self._shell, message, report)


def note_tick(shell: Shell, message: SQSMessage, report: TickReport) -> None:
    """What a tick came to, for the message's line and the metrics."""
    head = report.deployment
    shell.observer.note(
        message,
        deployment=report.deployment_id,
        outcome=report.outcome,
        because=report.because or None,
        steps=list(report.steps) or None,
        state=head.state.value if head else None,
        target=head.target.id if head and head.target else None,
        version=head.version if head else None,
    )
    metrics = shell.foundation.metrics
    metrics.count("Ticks", outcome=report.outcome)
    if head is not None and head.state.terminal and report.steps:
        report_end(metrics, head)


def report_end(metrics: EmfMetrics, head: Deployment) -> None:
    """The end of a deployment; a target that was left in between needs a person, whoever tried to go back."""
    metrics.count("Deployments", outcome=head.state.value, deployment=head.id)
    if head.state is State.ROLLBACK_FAILED:
        metrics.alert("RollbacksFailed", deployment=head.id)
    if head.ended_at is not None:
        took = (head.ended_at - head.created_at).total_seconds()
        metrics.duration("DeploymentDuration", took, outcome=head.state.value, deployment=head.id)
