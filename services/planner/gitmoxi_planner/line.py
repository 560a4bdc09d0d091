"""The transactions by which a planned deployment gets its place, or its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gitmoxi.contracts.messages import CommandGiven, DeploymentPlanned
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.delete_guard import SHORT_SHA
from gitmoxi.domain.deployments import Command, CommandKind, Deployment, PlanRecord, Verb, deployer_of
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.outcomes import outcome_of
from gitmoxi.domain.records import Claim, LastGood, Ownership, TargetRecord
from gitmoxi.domain.states import State, Worker, check_transition
from gitmoxi.domain.targets import Target
from gitmoxi.ports.clock import Ids
from gitmoxi.ports.ledger import (
    DeleteOwnership,
    PutCommand,
    PutOwnership,
    PutPlan,
    PutStep,
    PutTarget,
    UpdateDeployment,
    Write,
)
from gitmoxi.workflow.commits import step_of
from gitmoxi.workflow.events import fact, outbox
from gitmoxi.workflow.orphaning import claim_of

PLANNER = Worker.PLANNER


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What a deployment is placed with: the target's record as read, the plan, what is wanted.

    ``approved_by`` is who approved it, if it was held.
    """

    deployment: Deployment
    record: TargetRecord
    plan: PlanRecord
    desired: BodyRef | None
    now: datetime
    approved_by: str | None = None

    @property
    def target(self) -> Target:
        return self.record.target

    @property
    def claim(self) -> Claim:
        return claim_of(self.deployment)


def end(
    deployment: Deployment,
    state: State,
    because: str,
    now: datetime,
    ids: Ids,
    explanations: tuple[Explanation, ...] = (),
) -> list[Write]:
    """End a deployment that the planner sends no further."""
    check_transition(deployment.state, state, PLANNER)
    ended = replace(
        deployment,
        version=deployment.version + 1,
        state=state,
        because=because,
        cause=because if state is State.FAILED else deployment.cause,
        updated_at=max(now, deployment.updated_at),
        next_at=None,
        ended_at=now,
    )
    step = step_of(ended, "plan", PLANNER, explanations)
    return [
        UpdateDeployment(deployment=ended, expected_version=deployment.version),
        PutStep(step=step),
        fact(ended, step, step.explanations, ids=ids),
    ]


def enqueue(
    placing: Placing, replaced: Deployment | None, ids: Ids, superseded: Deployment | None = None
) -> list[Write]:
    """Put a deployment into its target's line, in the place of ``replaced``.

    ``superseded`` is the active deployment, if it is to end for this one before its time: its owner is asked.
    """
    old, now = placing.deployment, placing.now
    check_transition(old.state, State.WAITING, PLANNER)
    head = replace(
        old,
        version=old.version + 1,
        state=State.WAITING,
        owner=Worker.ROLLBACK if placing.plan.verb is Verb.ROLLBACK else deployer_of(old.kind),
        target=placing.target,
        verb=placing.plan.verb,
        desired=placing.desired,
        because=_because(placing),
        updated_at=max(now, old.updated_at),
        next_at=now,
    )
    record = replace(claimed(placing), waiting_id=head.id)
    step = step_of(head, "plan", PLANNER)
    writes: list[Write] = [
        UpdateDeployment(deployment=head, expected_version=old.version),
        PutTarget(record=record, expected_revision=placing.record.revision),
        owning(placing),
        PutPlan(plan=placing.plan),
        PutStep(step=step),
        fact(head, step, (), ids=ids),
        outbox(
            DeploymentPlanned(deployment_id=head.id, version=head.version, worker=head.owner),
            owner=PLANNER,
            ids=ids,
            at=now,
        ),
    ]
    if replaced is not None:
        writes += end(replaced, State.SUPERSEDED, _replaced_because(old), now, ids)
    if superseded is not None:
        writes += _ask_to_end(superseded, old, now, ids)
    return writes


def _ask_to_end(active: Deployment, newer: Deployment, now: datetime, ids: Ids) -> list[Write]:
    """The command to give way, in the transaction that places the newer one: placed once, asked once."""
    command = Command(
        id=ids.ulid(),
        deployment_id=active.id,
        kind=CommandKind.SUPERSEDE,
        by=f"commit {_short(newer)}",
        at=now,
    )
    message = CommandGiven(
        deployment_id=active.id, version=active.version, worker=active.owner, command_id=command.id
    )
    return [PutCommand(command=command), outbox(message, owner=PLANNER, ids=ids, at=now)]


def _short(deployment: Deployment) -> str:
    return deployment.origin.commit_sha[:SHORT_SHA]


def nothing_to_do(plan: PlanRecord, record: TargetRecord, *, settled: bool) -> bool:
    """Whether a deployment ends here: the target is as wanted, nobody is about to change it, and it runs.

    What AWS still brings about is followed by the deployer to its end.
    """
    idle = record.active_id is None and record.waiting_id is None
    return plan.verb is Verb.NOTHING and idle and settled


def settle_unchanged(placing: Placing, good: dict[str, str] | None, ids: Ids) -> list[Write]:
    """End a deployment whose target already is as wanted; ``good`` is then the last good revision."""
    head, now = placing.deployment, placing.now
    settled = replace(head, target=placing.target, verb=Verb.NOTHING, desired=placing.desired)
    record = with_last_good(claimed(placing), placing, good)
    because = f"{placing.target} already is as wanted."
    if head.restores is not None:
        because = f"{head.because} {because}"
    ending = end(settled, State.NO_CHANGE, because, now, ids)
    return [
        *ending,
        PutTarget(record=remembering(record, ending), expected_revision=placing.record.revision),
        owning(placing),
        PutPlan(plan=placing.plan),
    ]


def remembering(record: TargetRecord, ending: Sequence[Write]) -> TargetRecord:
    """The record, which remembers what the writes of :func:`end` say."""
    update = ending[0]
    assert isinstance(update, UpdateDeployment)
    return replace(record, last=outcome_of(update.deployment))


def with_last_good(record: TargetRecord, placing: Placing, good: dict[str, str] | None) -> TargetRecord:
    """The record, after which what the deployment wants is the revision to go back to, if it has values."""
    if good is None or placing.desired is None:
        return record
    head = placing.deployment
    last_good = LastGood(
        deployment_id=head.id,
        commit_sha=head.origin.commit_sha,
        desired=placing.desired,
        at=placing.now,
        values=good,
    )
    return replace(record, last_good=last_good)


def claimed(placing: Placing) -> TargetRecord:
    """The record with the deployment's claim; who claims a target leaves no older deletion held beside it."""
    return replace(
        placing.record,
        revision=placing.record.revision + 1,
        held_id=None,
        claim=placing.claim,
        last_seq=placing.deployment.origin.seq,
    )


def ownership_of(deployment: Deployment, target: Target) -> Ownership:
    """The ownership of ``target`` by the deployment's path-prefix."""
    origin = deployment.origin
    return Ownership(
        repository_id=origin.repository_id, branch=origin.branch, prefix=origin.prefix, target=target
    )


def owning(placing: Placing) -> PutOwnership | DeleteOwnership:
    """A prefix that is gone owns nothing from the moment on in which its deletion stands in the line."""
    ownership = ownership_of(placing.deployment, placing.target)
    if placing.plan.verb is Verb.DELETE:
        return DeleteOwnership(ownership=ownership)
    return PutOwnership(ownership=ownership)


def _replaced_because(newer: Deployment) -> str:
    if newer.restores is not None:
        return f"{newer.id}, which {newer.requested_by} asked for, took its place in the line."
    return f"Commit {_short(newer)} is newer and took its place in the line."


def _because(placing: Placing) -> str:
    """What is to be done and why; of a request first who asked for what."""
    what = _what_is_done(placing)
    return what if placing.deployment.restores is None else f"{placing.deployment.because} {what}"


def _what_is_done(placing: Placing) -> str:
    count = len(placing.plan.differences)
    match placing.plan.verb:
        case Verb.CREATE:
            return f"{placing.target} does not exist and is created."
        case Verb.DELETE:
            approved = f" {placing.approved_by} approved that." if placing.approved_by else ""
            if placing.deployment.restores is not None:
                return f"{placing.target} is deleted."
            return f"The definition file was deleted, so {placing.target} is.{approved}"
        case Verb.NOTHING:
            return f"{placing.target} is as wanted now; it is looked at again when its turn comes."
        case _:
            return f"{placing.target} differs in {count} place{'' if count == 1 else 's'}."
