"""Held deletions: how they are held, what becomes of them when somebody answers, and what overtakes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gitmoxi.domain.delete_guard import SHORT_SHA, approval_command
from gitmoxi.domain.deployments import Command, CommandKind, Deployment
from gitmoxi.domain.outcomes import LastOutcome, outcome_of
from gitmoxi.domain.records import ManifestObject, TargetRecord
from gitmoxi.domain.states import State, check_transition
from gitmoxi.errors import InvariantError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import DeleteOwnership, Ledger, PutPlan, PutStep, PutTarget, UpdateDeployment, Write
from gitmoxi.workflow.commits import step_of
from gitmoxi.workflow.events import fact
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.claims import replaced_in_line
from gitmoxi_planner.line import PLANNER, Placing, end, enqueue, ownership_of
from gitmoxi_planner.telling import written
from gitmoxi_planner.verdicts import Ended, Judge, Planned, Verdict

LOOK_AGAIN = timedelta(hours=1)
"""An approval wakes the planner; this look only guards against a lost one."""

_ANSWERS = frozenset({CommandKind.APPROVE, CommandKind.ABORT})


def hold(placing: Placing, reason: str, ids: Ids) -> list[Write]:
    """Let a deletion stand beside its target's line until a person approves it; the prefix still owns it."""
    old, now = placing.deployment, placing.now
    check_transition(old.state, State.HELD, PLANNER)
    head = replace(
        old,
        version=old.version + 1,
        state=State.HELD,
        target=placing.target,
        verb=placing.plan.verb,
        because=_because(placing, reason),
        updated_at=max(now, old.updated_at),
        next_at=now + LOOK_AGAIN,
    )
    record = replace(placing.record, revision=placing.record.revision + 1, held_id=head.id)
    step = step_of(head, "hold", PLANNER)
    return [
        UpdateDeployment(deployment=head, expected_version=old.version),
        PutTarget(record=record, expected_revision=placing.record.revision),
        PutPlan(plan=placing.plan),
        PutStep(step=step),
        fact(head, step, step.explanations, ids=ids),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDeletions:
    """Decides about deletions that are held."""

    ledger: Ledger
    judge: Judge
    clock: Clock
    ids: Ids

    async def overtaken(self, candidate: Candidate, verdict: Verdict, writes: Sequence[Write]) -> list[Write]:
        """The end of older held deletions that a candidate of a newer commit decides about anew.

        That is the deletion of what its prefix was deployed to, and of what it wants: ``writes`` are the
        candidate's own, in whose transaction these belong.
        """
        found: list[Write] = []
        for record in await self._records(candidate, verdict):
            held = await self._older_held(record, candidate.deployment)
            if held is not None:
                found += await self._superseded(held, record, candidate, writes)
        return found

    async def asked(self, head: Deployment) -> Command | None:
        """The first that was asked of a held deletion and is still to be answered."""
        commands = await self.ledger.commands(head.id, head.command_cursor)
        return next((command for command in commands if command.kind in _ANSWERS), None)

    async def answer(self, head: Deployment) -> list[Write]:
        """What becomes of a held deletion: the answer to what was asked of it, or another look later.

        Nothing, if nothing was asked and the next look is not due.
        """
        command = await self.asked(head)
        if command is None:
            return self._waiting(head)
        answered = replace(head, command_cursor=command.id)
        if command.kind is CommandKind.ABORT:
            because = f"Cancelled by {command.by}: {head.target} is not deleted."
            return await self._ended(answered, State.CANCELLED, because)
        return await self._approved(answered, command)

    def _waiting(self, head: Deployment) -> list[Write]:
        now = self.clock.now()
        if head.next_at is not None and head.next_at > now:
            return []
        waiting = replace(head, version=head.version + 1, next_at=now + LOOK_AGAIN)
        return [UpdateDeployment(deployment=waiting, expected_version=head.version)]

    async def _approved(self, head: Deployment, command: Command) -> list[Write]:
        """The target is looked at again: days may have gone by since the deletion was planned."""
        match await self.judge.verdict(_candidate(head)):
            case Planned() as verdict:
                placing = Placing(
                    deployment=head,
                    record=verdict.record,
                    plan=verdict.plan,
                    desired=None,
                    now=self.clock.now(),
                    approved_by=command.by,
                )
                writes = enqueue(placing, await replaced_in_line(verdict.record, self.ledger), self.ids)
                if await self._owns(head):
                    return writes
                return [write for write in writes if not isinstance(write, DeleteOwnership)]
            case Ended(state=state, because=because):
                return await self._ended(head, state, because)
            case _:
                raise InvariantError(f"{head.id} was approved and is held again")

    async def _ended(self, head: Deployment, state: State, because: str) -> list[Write]:
        """A deletion that deletes nothing gives its target up: another prefix may take it."""
        assert head.target is not None
        writes = end(head, state, because, self.clock.now(), self.ids)
        record = await self.ledger.target(head.target)
        if record.held_id == head.id:
            [ended] = written(writes)
            writes.append(_released(record, outcome_of(ended)))
        if await self._owns(head):
            writes.append(DeleteOwnership(ownership=ownership_of(head, head.target)))
        return writes

    async def _records(self, candidate: Candidate, verdict: Verdict) -> list[TargetRecord]:
        """Of the targets that a candidate decides about; the one that it was judged by is not read again."""
        targets = {t.id: t for t in (candidate.target, candidate.owned) if t is not None}
        if isinstance(verdict, Ended):
            return [await self.ledger.target(target) for target in targets.values()]
        targets.pop(verdict.record.target.id, None)
        return [verdict.record, *[await self.ledger.target(target) for target in targets.values()]]

    async def _older_held(self, record: TargetRecord, newer: Deployment) -> Deployment | None:
        held = await self.ledger.deployment(record.held_id) if record.held_id is not None else None
        if held is None or held.state is not State.HELD:
            return None
        ours, theirs = newer.origin, held.origin
        same = (ours.repository_id, ours.branch) == (theirs.repository_id, theirs.branch)
        return held if same and theirs.seq < ours.seq else None

    async def _superseded(
        self, held: Deployment, record: TargetRecord, candidate: Candidate, writes: Sequence[Write]
    ) -> list[Write]:
        found = end(held, State.SUPERSEDED, _overtaken_because(held, candidate), self.clock.now(), self.ids)
        written = {write.record.target.id for write in writes if isinstance(write, PutTarget)}
        if record.target.id not in written:
            found.append(_released(record, None))
        if held.origin.prefix != candidate.item.prefix and await self._owns(held):
            found.append(DeleteOwnership(ownership=ownership_of(held, record.target)))
        return found

    async def _owns(self, head: Deployment) -> bool:
        """Whether the prefix still owns the target: meanwhile it may own a function in a service's place."""
        origin = head.origin
        owned = await self.ledger.ownership(origin.repository_id, origin.branch, origin.prefix)
        return owned is not None and head.target is not None and owned.target.id == head.target.id


def _because(placing: Placing, reason: str) -> str:
    origin = placing.deployment.origin
    command = approval_command(
        sha=origin.commit_sha, repository_url=origin.repository_url, branch=origin.branch
    )
    return (
        f"The deletion is held: {reason}. {placing.target} keeps running until a person approves that it is "
        f"deleted, with `{command}`, or a newer commit brings its definition file back."
    )


def _overtaken_because(held: Deployment, candidate: Candidate) -> str:
    sha, prefix = candidate.deployment.origin.commit_sha[:SHORT_SHA], candidate.item.prefix
    if candidate.deletes:
        return f"Commit {sha} is newer and decides about {held.target} anew."
    if prefix == held.origin.prefix:
        return f"Commit {sha} brings {prefix} back, so {held.target} is not deleted."
    return f"Commit {sha} wants {held.target} for {prefix}, so it is not deleted."


def _released(record: TargetRecord, outcome: LastOutcome | None) -> PutTarget:
    free = replace(record, revision=record.revision + 1, held_id=None, last=outcome or record.last)
    return PutTarget(record=free, expected_revision=record.revision)


def _candidate(head: Deployment) -> Candidate:
    """A held deletion on its way into the line, approved as it is."""
    item = ManifestObject(
        prefix=head.origin.prefix,
        kind=head.kind,
        change=head.change,
        deployment_id=head.id,
        files=(),
    )
    return Candidate(item=item, deployment=head, target=head.target)
