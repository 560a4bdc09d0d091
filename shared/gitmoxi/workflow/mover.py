"""Moving one deployment under its target's lease: observe, decide, commit, act, record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import ActionError, Deployment, Intent
from gitmoxi.domain.states import State, Status, Worker
from gitmoxi.errors import InvariantError, PermanentError, RetryableError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Ids
from gitmoxi.ports.ledger import CheckLease, Ledger
from gitmoxi.strategies.commands import obey
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.failing import fail_impossible
from gitmoxi.workflow.commits import Scene, commit_decision, commit_start, record_results
from gitmoxi.workflow.conductor import Conductor
from gitmoxi.workflow.courier import Courier, Edge, no_edge
from gitmoxi.workflow.lease_keeper import HeldLease
from gitmoxi.workflow.pacing import paced

ROUNDS = 12
"""Decisions in one tick at most, so that a tick ends well within its lease."""

IDLE = timedelta(minutes=1)
"""How often a deployment in the line looks for its slot when no event tells it."""


class LeaseTooShortError(RetryableError):
    """Too little of the lease remains to start another AWS call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How far a deployment came; ``wake_after`` in seconds, None when nothing is to be waited for."""

    deployment: Deployment
    steps: tuple[str, ...]
    because: str
    wake_after: float | None


Observation = TypeVar("Observation")
ConductorOf = Callable[[Deployment], Conductor[Observation]]


class Mover(Generic[Observation]):
    """Moves the deployments of one worker; the caller holds the lease."""

    def __init__(
        self,
        *,
        worker: Worker,
        ledger: Ledger,
        bodies: BodyStore,
        courier: Courier,
        ids: Ids,
        conductor_of: ConductorOf[Observation],
        edge: Edge = no_edge,
    ) -> None:
        self._worker = worker
        self._ledger = ledger
        self._bodies = bodies
        self._courier = courier
        self._ids = ids
        self._conductor_of = conductor_of
        self._edge = edge

    async def move(
        self, deployment_id: str, lease: HeldLease, *, timer: bool, told: bool = False
    ) -> Movement:
        """Go on until there is something to wait for.

        ``timer`` tells that this is the deployment's own wake: if it only waits on, the wait is renewed.
        An AWS event that changes nothing leaves the record, and the wake that is under way, alone.
        ``told`` says that AWS's events arrive at present.
        """
        steps: list[str] = []
        for _ in range(ROUNDS):
            head = await self._read(deployment_id)
            if head.state.terminal or head.owner is not self._worker:
                return _movement(head, steps, None)
            if head.unrecorded:
                await self._settle(head, lease, fresh=False)
                continue
            scene = await self._scene(head, lease)
            decision = await self._decide(scene)
            if decision is None:
                steps.append("take the slot")
                await self._start(scene)
                continue
            if decision.quiet and not timer and not _overdue(head, scene.now):
                return _movement(head, steps, None, decision.because)
            decision = paced(decision, scene.now, told=told)
            after = await self._commit(scene, decision)
            if not decision.quiet:
                steps.append(decision.step)
            if after.unrecorded:
                await self._settle(after, lease, fresh=True)
            elif decision.look_again and after.owner is self._worker and not after.state.terminal:
                return _movement(after, steps, decision.look_again.total_seconds())
            timer = True
        return _movement(head, steps, 0.0)

    async def _read(self, deployment_id: str) -> Deployment:
        head = await self._ledger.deployment(deployment_id)
        if head is None:
            raise InvariantError(f"deployment {deployment_id} vanished while it was moved")
        return head

    async def _scene(self, head: Deployment, lease: HeldLease) -> Scene:
        if head.target is None:
            raise InvariantError(f"deployment {head.id} is {head.state} without a target")
        commands = await self._ledger.commands(head.id, head.command_cursor)
        # Read in this order: whoever asked us to give way stands in the line by now, or has left it.
        record = await self._ledger.target(head.target)
        waiting = await self._ledger.deployment(record.waiting_id) if record.waiting_id else None
        return Scene(
            deployment=head,
            record=record,
            epoch=lease.epoch,
            now=lease.now(),
            worker=self._worker,
            waiting=waiting,
            commands=tuple(commands),
        )

    async def _decide(self, scene: Scene) -> Decision | None:
        """The decision, or None for a deployment in the line that may take the slot."""
        head = scene.deployment
        place = _in_line(scene) if head.state is State.WAITING else None
        if place is None and head.state is State.WAITING and scene.record.unsettled:
            return None  # what the one before left is undone by whoever has the slot, even if only to abort
        if (answer := obey(head, scene.commands, followed=scene.next_in_line is not None)) is not None:
            return answer
        if head.state is State.WAITING:
            return place
        conductor = self._conductor_of(head)
        try:
            observation = await conductor.observe(head, scene.record)
            return conductor.decide(head, scene.record, observation, scene.now)
        except PermanentError as error:
            return fail_impossible(head, error)

    async def _start(self, scene: Scene) -> None:
        commitment = commit_start(scene, await self._before(scene.deployment), self._ids)
        await self._courier.commit(commitment.writes)

    async def _before(self, head: Deployment) -> BodyRef | None:
        try:
            return await self._bodies.put(await self._conductor_of(head).before(head))
        except PermanentError:
            return None  # the first observation meets the same refusal and reports it

    async def _commit(self, scene: Scene, decision: Decision) -> Deployment:
        failed = decision.to.status is Status.PROCESSED_ERROR
        earlier = await self._ledger.steps(scene.deployment.id) if failed else ()
        commitment = commit_decision(scene, decision, self._ids, earlier)
        await self._courier.commit(commitment.writes)
        self._edge("tick.after_commit")
        return commitment.deployment

    async def _settle(self, head: Deployment, lease: HeldLease, *, fresh: bool) -> None:
        """Bring every intent to a result: adopt its effect if there is one, else make the call."""
        conductor = self._conductor_of(head)
        settled = [
            intent if intent.recorded else await _carry_out(conductor, head, intent, lease, fresh=fresh)
            for intent in head.intents
        ]
        self._edge("tick.after_act")
        update = record_results(head, settled, lease.now())
        assert head.target is not None
        await self._ledger.transact([update, CheckLease(target_id=head.target.id, lease_epoch=lease.epoch)])
        self._edge("tick.after_record")


async def _carry_out(
    conductor: Conductor[Observation], head: Deployment, intent: Intent, lease: HeldLease, *, fresh: bool
) -> Intent:
    try:
        effect = None if fresh else await conductor.find_effect(head, intent)
        if effect is None:
            if not lease.may_mutate():
                raise LeaseTooShortError(f"the lease of {head.target} is too short for {intent.call}")
            effect = await conductor.act(head, intent)
    except PermanentError as error:
        return replace(intent, error=ActionError.of(error))
    return replace(intent, result=effect)


def _overdue(head: Deployment, now: datetime) -> bool:
    """Whether the wake that should be under way is late: it was spent on a tick that had to be retried."""
    return head.next_at is not None and head.next_at <= now


def _in_line(scene: Scene) -> Decision | None:
    """None when the slot is free for this deployment; else wait on."""
    record, head = scene.record, scene.deployment
    if record.active_id in (None, head.id) and record.waiting_id == head.id:
        return None
    return Decision(
        step="wait for the slot",
        because=f"{record.target} is being moved by {record.active_id}; this deployment is next.",
        to=State.WAITING,
        progress=head.progress,
        look_again=IDLE,
        quiet=True,
    )


def _movement(
    head: Deployment, steps: list[str], wake_after: float | None, because: str | None = None
) -> Movement:
    return Movement(
        deployment=head, steps=tuple(steps), because=because or head.because, wake_after=wake_after
    )
