"""What people ask of a target: the record of the deployment that does it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from gitmoxi.contracts.messages import DeploymentRequested, RequestKind
from gitmoxi.domain.deployments import Deployment, ObjectChange, Origin, PlannedWarning, PlanRecord, Verb
from gitmoxi.domain.records import AuditEntry, ManifestObject, TargetRecord
from gitmoxi.domain.revisions import History, why_no_orphan, why_no_retry, why_no_revision
from gitmoxi.domain.states import State, check_transition
from gitmoxi.domain.targets import parse_target_id
from gitmoxi.errors import InvalidInputError, InvariantError, PermanentError
from gitmoxi.planning.desired import from_bytes
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import (
    CreateDeployment,
    DeleteOwnership,
    DeploymentFilter,
    Ledger,
    PutOwnership,
    PutStep,
    Write,
)
from gitmoxi.workflow.commits import step_of
from gitmoxi.workflow.events import fact
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.line import PLANNER
from gitmoxi_planner.reading import CommitReader
from gitmoxi_planner.verdicts import Ended, Judge, Planned, Verdict
from gitmoxi_planner.wanting import Wanted

Place = Callable[[Candidate, Verdict], Awaitable[list[Write]]]
"""Makes of a verdict the writes that carry it out."""

_LOOKED_THROUGH = 200
"""Deployments of a target among which the last good one is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Makes records of requests, and decides what becomes of them."""

    ledger: Ledger
    reader: CommitReader
    judge: Judge
    clock: Clock
    ids: Ids

    async def record(self, asked: DeploymentRequested) -> list[Write]:
        """The deployment that was asked for, RECEIVED, under the id that the request gave it.

        Raises:
            InvalidInputError: what it names is not there, or no revision of the target.
        """
        found = await self._restored(asked)
        head = await self._head(asked, found)
        check_transition(None, head.state, PLANNER)
        step = step_of(head, "ask", PLANNER)
        return [CreateDeployment(deployment=head), PutStep(step=step), fact(head, step, (), ids=self.ids)]

    async def refuse(self, asked: DeploymentRequested, error: InvalidInputError) -> None:
        """Leave a trace of a request of which no record can be made."""
        details = {"kind": asked.kind.value, "target": asked.target, "by": asked.by}
        if asked.deployment_id is not None:
            details["deployment"] = asked.deployment_id
        entry = AuditEntry(
            id=self.ids.ulid(),
            at=self.clock.now(),
            kind="request.refused",
            summary=f"The {asked.kind} that {asked.by} asked for is refused: {error}",
            details=details,
        )
        await self.ledger.put_audit(entry)

    async def candidate(self, head: Deployment) -> Candidate:
        """A request on its way into the line; a retry is read anew from its files."""
        item = ManifestObject(
            prefix=head.origin.prefix,
            kind=head.kind,
            change=ObjectChange.DELETED if head.verb is Verb.DELETE else head.change,
            deployment_id=head.id,
            files=(),
            snapshot=head.snapshot,
        )
        if head.verb is Verb.DELETE:
            return Candidate(item=item, deployment=head, target=head.target)
        if head.desired is None:
            candidate = await self.reader.candidate(item, head)
            return replace(candidate, target=head.target) if candidate.deletes else candidate
        try:
            desired = from_bytes(await self.judge.bodies.get(head.desired))
        except (PermanentError, InvariantError) as error:
            because = f"The documents of {head.restores} cannot be read any more: {error}"
            return Candidate(item=item, deployment=head, target=head.target, failure=because)
        wanted = Wanted(desired=desired, oddities=())
        return Candidate(item=item, deployment=head, target=desired.target, wanted=wanted)

    async def writes(self, candidate: Candidate, verdict: Verdict, place: Place) -> list[Write]:
        """What ``place`` makes of a request; a prefix that was deployed elsewhere since owns that still."""
        writes = await place(candidate, await self._verdict(candidate, verdict))
        origin = candidate.deployment.origin
        owned = await self.ledger.ownership(origin.repository_id, origin.branch, origin.prefix)
        return [
            write
            for write in writes
            if not isinstance(write, PutOwnership | DeleteOwnership)
            or owned is None
            or owned.target.id == write.ownership.target.id
        ]

    async def _verdict(self, candidate: Candidate, verdict: Verdict) -> Verdict:
        """What the ordinary ``verdict`` comes to for a request."""
        if not isinstance(verdict, Planned):
            return verdict
        head, record = candidate.deployment, verdict.record
        if (company := await self._in_the_way(record)) is not None:
            return Ended(state=State.FAILED, because=company)
        if head.verb is Verb.ROLLBACK:
            return _rollback(head, verdict)
        if head.verb is Verb.DELETE:
            return await self._deletion(verdict)
        return _undeletion(head, verdict) if head.desired is not None else verdict

    async def _deletion(self, verdict: Planned) -> Verdict:
        """Only of what is an orphan still: a commit may have brought its definition file back meanwhile."""
        target = verdict.record.target
        if await self.ledger.orphan(target) is not None:
            return verdict
        return Ended(state=State.FAILED, because=why_no_orphan(target))

    async def _restored(self, asked: DeploymentRequested) -> Deployment:
        if asked.deployment_id is None:
            return await self._last_good(asked)
        found = await self.ledger.deployment(asked.deployment_id)
        if found is None:
            raise InvalidInputError(f"There is no deployment {asked.deployment_id}.")
        if (refusal := await self._refusal(asked, found)) is not None:
            raise InvalidInputError(refusal)
        return found

    async def _refusal(self, asked: DeploymentRequested, found: Deployment) -> str | None:
        """Why what is asked for cannot be made of ``found``."""
        match asked.kind:
            case RequestKind.RETRY:
                return why_no_retry(found)
            case RequestKind.DELETE:
                target = parse_target_id(asked.target)
                if found.target != target:
                    return f"{found.id} is no deployment of {target}."
                return None if await self.ledger.orphan(target) is not None else why_no_orphan(target)
            case _:
                return why_no_revision(found, asked.target)

    async def _last_good(self, asked: DeploymentRequested) -> Deployment:
        record = await self.ledger.target(parse_target_id(asked.target))
        heads = await self.ledger.search(DeploymentFilter(target_id=asked.target), _LOOKED_THROUGH)
        history = History(record=record, heads=heads)
        undelete = asked.kind is RequestKind.UNDELETE
        found = next(iter(history.revisions), None) if undelete else history.previous
        if found is None:
            raise InvalidInputError(f"No earlier revision of {record.target} is known.")
        return found

    async def _head(self, asked: DeploymentRequested, found: Deployment) -> Deployment:
        now, retry = self.clock.now(), asked.kind is RequestKind.RETRY
        rollback = asked.kind is RequestKind.ROLLBACK
        return Deployment(
            id=asked.new_deployment_id,
            version=1,
            state=State.RECEIVED,
            owner=PLANNER,
            kind=found.kind,
            change=found.change if retry else ObjectChange.REQUESTED,
            origin=found.origin if retry else await self._origin(found),
            created_at=now,
            updated_at=now,
            because=_ASKED[asked.kind].format(by=asked.by, restored=found.id),
            snapshot=found.snapshot,
            target=found.target,
            verb=_VERBS.get(asked.kind),
            desired=found.desired if asked.kind in _FROM_DOCUMENTS else None,
            ending=State.SUCCEEDED if rollback else None,
            restores=found.id,
            requested_by=asked.by,
            baseline=found.baseline and retry,
            next_at=now,
        )

    async def _origin(self, found: Deployment) -> Origin:
        """The revision's, but whoever owns the target now, and the number that its line has reached."""
        assert found.target is not None
        record = await self.ledger.target(found.target)
        origin = replace(found.origin, seq=max(record.last_seq, 1))
        if (claim := record.claim) is None:
            return origin
        return replace(
            origin,
            repository_id=claim.repository_id,
            repository_url=claim.repository_url,
            branch=claim.branch,
            prefix=claim.prefix,
        )

    async def _in_the_way(self, record: TargetRecord) -> str | None:
        """A deletion of the target, which must come to its end, or be answered, before."""
        if record.held_id is not None:
            return (
                f"A deletion of {record.target} is held: approve it, or cancel it with "
                f"`gmctl deployment abort {record.held_id}`, then ask again."
            )
        active = await self.ledger.deployment(record.active_id) if record.active_id is not None else None
        if active is not None and active.verb is Verb.DELETE:
            return (
                f"{record.target} is being deleted by {active.id}: wait for its end, then create the target "
                "again with `gmctl undelete`."
            )
        return None


_VERBS = {RequestKind.ROLLBACK: Verb.ROLLBACK, RequestKind.DELETE: Verb.DELETE}
_FROM_DOCUMENTS = {RequestKind.ROLLBACK, RequestKind.UNDELETE}
_ASKED = {
    RequestKind.ROLLBACK: "{by} asked to go back to the revision of {restored}.",
    RequestKind.RETRY: "{by} asked to try {restored} again.",
    RequestKind.UNDELETE: "{by} asked to create it again as {restored} left it.",
    RequestKind.DELETE: "{by} asked to delete it, because no definition file stands for it.",
}


def _rollback(head: Deployment, verdict: Planned) -> Verdict:
    record, plan = verdict.record, verdict.plan
    if plan.verb is Verb.CREATE:
        return Ended(
            state=State.FAILED,
            because=f"{record.target} does not exist, so there is nothing to roll back. "
            f"`gmctl undelete {record.target.id}` creates it again.",
        )
    busy = record.active_id is not None or record.waiting_id is not None
    if plan.verb is Verb.NOTHING and not busy:
        return verdict
    newer = (
        f"{head.origin.branch} still holds the newer files of {head.origin.prefix}: the next commit that "
        "changes them deploys them again; revert them there"
    )
    strategy = f"to the revision of {head.restores} ({head.origin.commit_sha[:12]})"
    if plan.verb is not Verb.NOTHING:
        strategy += f", {plan.strategy}"
    return replace(verdict, plan=_warned(replace(plan, verb=Verb.ROLLBACK, strategy=strategy), newer))


def _undeletion(head: Deployment, verdict: Planned) -> Verdict:
    record = verdict.record
    if record.waiting_id is not None or record.active_id is not None:
        other = record.active_id or record.waiting_id
        because = f"{record.target} is being deployed by {other}, so it is not created again from its past."
        return Ended(state=State.FAILED, because=because)
    if verdict.plan.verb is not Verb.CREATE:
        return Ended(
            state=State.FAILED,
            because=f"{record.target} exists, so there is nothing to create again. To bring an earlier "
            f"revision back: `gmctl rollback {record.target.id}`",
        )
    if record.claim is not None:
        return verdict
    gone = (
        f"{head.origin.branch} holds no files of {head.origin.prefix}: until they are committed again, no "
        "commit changes this target"
    )
    return replace(verdict, plan=_warned(verdict.plan, gone))


def _warned(plan: PlanRecord, text: str) -> PlanRecord:
    return replace(plan, warnings=(PlannedWarning(text=text), *plan.warnings))
