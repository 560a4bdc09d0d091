"""From a decision to the writes of its transaction: the new HEAD, the step, the slot, the events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gitmoxi.contracts.messages import RollbackRequested, SlotFreed
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Command, Deployment, Intent, Step, Verb, action_id
from gitmoxi.domain.explanations import Explanation, kept
from gitmoxi.domain.history import told_in
from gitmoxi.domain.outcomes import outcome_of
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.states import State, Worker, check_transition
from gitmoxi.errors import InvariantError
from gitmoxi.ports.clock import Ids
from gitmoxi.ports.ledger import (
    CheckLease,
    DeleteOrphan,
    PutOrphan,
    PutOutbox,
    PutStep,
    PutTarget,
    UpdateDeployment,
    Write,
)
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.failing import inheriting, touched
from gitmoxi.workflow.events import fact, outbox
from gitmoxi.workflow.orphaning import orphaned_by
from gitmoxi.workflow.watching import watch_writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A decision made ready to be committed: ``deployment`` is the HEAD that it leads to."""

    deployment: Deployment
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a decision was made upon: the records as read, the lease's epoch, the time, who decides."""

    deployment: Deployment
    record: TargetRecord
    epoch: int
    now: datetime
    worker: Worker
    waiting: Deployment | None = None
    """The deployment that waits for the slot, which may be this one."""
    commands: tuple[Command, ...] = ()
    """What was asked of the deployment and is not answered yet, oldest first."""

    @property
    def next_in_line(self) -> Deployment | None:
        """Another deployment that waits for the slot."""
        return self.waiting if self.waiting is not None and self.waiting.id != self.deployment.id else None


def commit_decision(scene: Scene, decision: Decision, ids: Ids, earlier: Sequence[Step] = ()) -> Commitment:
    """The transaction that makes ``decision`` a fact.

    Where it ends a failed deployment, ``earlier`` are the steps so far: the event tells what they explain.

    Raises:
        InvariantError: the transition table does not allow it.
    """
    head = _new_head(scene, decision)
    writes: list[Write] = [UpdateDeployment(deployment=head, expected_version=scene.deployment.version)]
    writes.append(_target_write(scene, decision, head))
    writes += _orphan_writes(scene, head)
    writes += watch_writes(scene.deployment, head)
    if not decision.quiet:
        step = step_of(head, decision.step, scene.worker, decision.explanations)
        writes.append(PutStep(step=step))
        writes.append(fact(head, step, told_in((*earlier, step)), ids=ids))
    if head.state.terminal and scene.next_in_line is not None:
        writes.append(slot_freed(scene.next_in_line, scene.worker, ids, scene.now))
    if head.owner is not scene.worker:
        request = RollbackRequested(deployment_id=head.id, version=head.version, worker=head.owner)
        writes.append(outbox(request, owner=scene.worker, ids=ids, at=scene.now))
    return Commitment(deployment=head, writes=tuple(writes))


def _orphan_writes(scene: Scene, head: Deployment) -> list[Write]:
    """A target that is deleted is no orphan; one whose deletion failed is, unless another commit wants it."""
    if head.verb is not Verb.DELETE or not head.state.terminal:
        return []
    if head.state is State.SUCCEEDED:
        return [DeleteOrphan(target=scene.record.target)]
    orphan = orphaned_by(head)
    return [PutOrphan(orphan=orphan)] if orphan is not None and scene.next_in_line is None else []


def record_results(deployment: Deployment, intents: Sequence[Intent], now: datetime) -> UpdateDeployment:
    """The write that records what became of the intents."""
    head = replace(
        deployment, version=deployment.version + 1, intents=tuple(intents), updated_at=now, next_at=now
    )
    return UpdateDeployment(deployment=head, expected_version=deployment.version)


def step_of(head: Deployment, name: str, worker: Worker, explanations: Iterable[Explanation] = ()) -> Step:
    """The step that led to ``head``; of ``explanations`` it keeps what its record holds."""
    return Step(
        deployment_id=head.id,
        version=head.version,
        at=head.updated_at,
        by=worker,
        name=name,
        state=head.state,
        because=head.because,
        actions=tuple(intent.call for intent in head.unrecorded),
        explanations=kept(explanations),
    )


def slot_freed(waiting: Deployment, worker: Worker, ids: Ids, now: datetime) -> PutOutbox:
    """The event that tells the next in line that it may start."""
    message = SlotFreed(deployment_id=waiting.id, version=waiting.version, worker=waiting.owner)
    return outbox(message, owner=worker, ids=ids, at=now)


def _new_head(scene: Scene, decision: Decision) -> Deployment:
    old, version = scene.deployment, scene.deployment.version + 1
    if decision.to is not old.state:
        check_transition(old.state, decision.to, scene.worker)
    terminal = decision.to.terminal
    if terminal and decision.actions:
        raise InvariantError(f"{old.id} cannot end in {decision.to} and act at once")
    handed_over = decision.to is State.ROLLING_BACK and scene.worker is not Worker.ROLLBACK
    return replace(
        old,
        version=version,
        state=decision.to,
        owner=Worker.ROLLBACK if handed_over else old.owner,
        because=decision.because,
        progress=decision.progress,
        intents=_intents(old, version, decision),
        cause=decision.cause or old.cause,
        ending=decision.ending or old.ending,
        command_cursor=decision.command_cursor or old.command_cursor,
        updated_at=_stamp(scene),
        next_at=None if terminal else scene.now + decision.look_again,
        ended_at=scene.now if terminal else None,
    )


def _intents(old: Deployment, version: int, decision: Decision) -> tuple[Intent, ...]:
    if decision.keeps_answers:
        return old.intents
    return tuple(
        Intent(action_id=action_id(old.id, version, i), call=action.call, arguments=action.arguments)
        for i, action in enumerate(decision.actions)
    )


def _stamp(scene: Scene) -> datetime:
    """When the record changed: the database tells whole seconds, and history must not run backwards."""
    return max(scene.now, scene.deployment.updated_at)


def _target_write(scene: Scene, decision: Decision, head: Deployment) -> Write:
    record, old = scene.record, scene.record
    if decision.remember_task_definition is not None:
        spec_hash, arn = decision.remember_task_definition
        recent = {**record.task_definitions, spec_hash: arn}
        record = replace(record, task_definitions=dict(list(recent.items())[-_REMEMBERED:]))
    if head.state.terminal:
        record = _freed(record, scene, decision, head)
    if record == old:
        return CheckLease(target_id=record.target.id, lease_epoch=scene.epoch)
    return PutTarget(
        record=replace(record, revision=old.revision + 1),
        expected_revision=old.revision,
        lease_epoch=scene.epoch,
    )


_REMEMBERED = 10
"""Task definitions remembered by hash: enough for going back and forth, small enough for one item."""


def _freed(record: TargetRecord, scene: Scene, decision: Decision, head: Deployment) -> TargetRecord:
    if record.active_id == head.id:
        record = replace(record, active_id=None, unsettled=_left_in_flight(scene, head))
    if record.waiting_id == head.id:
        record = replace(record, waiting_id=None)
    record = replace(record, last=outcome_of(head) or record.last)
    if head.verb is Verb.DELETE and head.state is State.SUCCEEDED:
        # The prefix may have been added again meanwhile: then its claim stays for the deployment that waits.
        claim = record.claim if scene.next_in_line is not None else None
        return replace(record, claim=claim, last_good=None, task_definitions={})
    return replace(record, last_good=_last_good(scene, decision, head))


def _last_good(scene: Scene, decision: Decision, head: Deployment) -> LastGood | None:
    """The revision to go back to from now on.

    An undone deployment leaves the earlier one, which may have other values since: a task definition that was
    registered again, a version that was published again.
    """
    good, values = scene.record.last_good, decision.last_good
    if values is None or head.desired is None:
        return good
    if scene.worker is Worker.ROLLBACK and not head.is_requested_rollback:
        return replace(good, values=values) if good is not None else None
    return LastGood(
        deployment_id=head.id,
        commit_sha=head.origin.commit_sha,
        desired=head.desired,
        at=scene.now,
        values=values,
    )


def _left_in_flight(scene: Scene, head: Deployment) -> bool:
    """Whether changes are left behind that nobody brings to an end any more."""
    undone = scene.worker is Worker.ROLLBACK
    return head.state is State.SUPERSEDED and touched(head.progress) and not undone


def commit_start(scene: Scene, before: BodyRef | None, ids: Ids) -> Commitment:
    """The transaction by which a waiting deployment takes its target's slot."""
    state = State.ROLLING_BACK if scene.worker is Worker.ROLLBACK else State.RUNNING
    old = scene.deployment
    check_transition(old.state, state, scene.worker)
    head = replace(
        old,
        version=old.version + 1,
        state=state,
        because=f"The slot of {scene.record.target} is free and this deployment is next.",
        before=before,
        progress=inheriting(old.progress) if scene.record.unsettled else old.progress,
        updated_at=_stamp(scene),
        started_at=scene.now,
        next_at=scene.now,
    )
    record = replace(scene.record, revision=scene.record.revision + 1, active_id=head.id, waiting_id=None)
    step = step_of(head, "take the slot", scene.worker)
    writes: tuple[Write, ...] = (
        UpdateDeployment(deployment=head, expected_version=old.version),
        PutTarget(record=record, expected_revision=scene.record.revision, lease_epoch=scene.epoch),
        PutStep(step=step),
        fact(head, step, (), ids=ids),
    )
    return Commitment(deployment=head, writes=writes)
