"""Planning a processed commit as a whole, and each of its objects into its target's line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gitmoxi.adapters.codec import decode
from gitmoxi.domain.deployments import Deployment, PlanRecord, Verb
from gitmoxi.domain.records import (
    Commit,
    CommitStatus,
    Manifest,
    ManifestObject,
    Ownership,
    Snapshot,
    TargetRecord,
)
from gitmoxi.domain.states import State
from gitmoxi.errors import ContentionError, InvariantError, PermanentError
from gitmoxi.planning.desired import to_bytes
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import DeleteOwnership, Ledger, Write
from gitmoxi.ports.renderer import Renderer
from gitmoxi.workflow.courier import Courier, Edge, no_edge
from gitmoxi_planner.candidates import Candidate, settle
from gitmoxi_planner.line import Placing, end, enqueue, settle_unchanged
from gitmoxi_planner.looking import Looker
from gitmoxi_planner.wanting import Home, want

_ATTEMPTS = 5
"""How often a place in the line is tried for while others write the same target."""

_AT_ONCE = 8
"""Objects that are rendered or planned at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitPlanned:
    """What became of a commit's deployments: how many are in each state now."""

    commit: Commit | None
    outcome: str
    because: str


class Planner:
    """Plans commits; doing it again touches only what is still RECEIVED."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        bodies: BodyStore,
        renderer: Renderer,
        looker: Looker,
        courier: Courier,
        clock: Clock,
        ids: Ids,
        home: Home,
        edge: Edge = no_edge,
    ) -> None:
        self._ledger = ledger
        self._bodies = bodies
        self._renderer = renderer
        self._looker = looker
        self._courier = courier
        self._clock = clock
        self._ids = ids
        self._home = home
        self._edge = edge
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def commit(self, repository_id: str, branch: str, seq: int) -> CommitPlanned:
        """Plan every deployment of a commit that is still RECEIVED.

        Raises:
            RetryableError: AWS, a store or the renderer is out of reach; what is planned stays planned.
        """
        commit = await self._ledger.commit(repository_id, branch, seq)
        if commit is None:
            raise InvariantError(
                f"commit {seq} of {branch} in {repository_id} was announced but is not stored"
            )
        if commit.status is not CommitStatus.INGESTED or commit.manifest is None:
            return CommitPlanned(commit=commit, outcome="skipped", because=commit.because)
        manifest = decode(Manifest, await self._bodies.get(commit.manifest), key=commit.manifest.sha256)
        received = await self._received(manifest)
        candidates = settle(
            await asyncio.gather(*(self._candidate(item, head) for item, head in received)), manifest
        )
        self._edge("plan.after_render")
        placed = await asyncio.gather(*(self._placed(c) for c in candidates), return_exceptions=True)
        self._edge("plan.after_commit")
        for result in placed:
            if isinstance(result, BaseException):
                raise result
        because = f"{len(candidates)} of {commit.deployment_count} deployments were planned now."
        return CommitPlanned(commit=commit, outcome="planned", because=because)

    async def deployment(self, deployment_id: str) -> CommitPlanned:
        """Plan the commit that a due deployment belongs to, or end it with an abandoned commit."""
        head = await self._ledger.deployment(deployment_id)
        if head is None or head.state is not State.RECEIVED:
            return CommitPlanned(commit=None, outcome="stale", because="It is planned already.")
        origin = head.origin
        commit = await self._ledger.commit(origin.repository_id, origin.branch, origin.seq)
        if commit is not None and commit.status is CommitStatus.ABANDONED:
            now = self._clock.now()
            await self._courier.commit(end(head, State.SUPERSEDED, commit.because, now, self._ids))
            return CommitPlanned(commit=commit, outcome="superseded", because=commit.because)
        return await self.commit(origin.repository_id, origin.branch, origin.seq)

    async def _received(self, manifest: Manifest) -> list[tuple[ManifestObject, Deployment]]:
        heads = await self._ledger.deployments([item.deployment_id for item in manifest.objects])
        by_id = {head.id: head for head in heads}
        return [
            (item, by_id[item.deployment_id])
            for item in manifest.objects
            if item.deployment_id in by_id and by_id[item.deployment_id].state is State.RECEIVED
        ]

    async def _candidate(self, item: ManifestObject, head: Deployment) -> Candidate:
        origin = head.origin
        owned = await self._ledger.ownership(origin.repository_id, origin.branch, item.prefix)
        before = owned.target if owned is not None else None
        candidate = Candidate(item=item, deployment=head)
        if item.problem is not None:
            return replace(candidate, failure=item.problem)
        if candidate.deletes:
            return replace(candidate, target=before)
        if item.snapshot is None:
            raise InvariantError(f"{head.id} is {item.change} without a snapshot")
        snapshot = decode(Snapshot, await self._bodies.get(item.snapshot), key=item.snapshot.sha256)
        try:
            async with self._gate:
                wanted = await want(snapshot, self._renderer, self._home)
        except PermanentError as error:
            return replace(candidate, failure=str(error))
        target = wanted.desired.target
        moved_from = before if before is not None and before.id != target.id else None
        return replace(candidate, wanted=wanted, target=target, moved_from=moved_from)

    async def _placed(self, candidate: Candidate) -> None:
        async with self._gate:
            for attempt in range(_ATTEMPTS):
                try:
                    await self._courier.commit(await self._writes(candidate))
                except ContentionError:
                    head = await self._ledger.deployment(candidate.deployment.id)
                    if head is None or head.version != candidate.deployment.version:
                        return  # another planner placed it
                    if attempt == _ATTEMPTS - 1:
                        raise
                else:
                    return

    async def _writes(self, candidate: Candidate) -> Sequence[Write]:
        now, head = self._clock.now(), candidate.deployment
        if candidate.failure is not None:
            return end(head, State.FAILED, candidate.failure, now, self._ids)
        if candidate.target is None:
            because = f"{candidate.item.prefix} was never deployed from here, so nothing is deleted."
            return end(head, State.NO_CHANGE, because, now, self._ids)
        if candidate.renamed_to is not None:
            return self._renamed(candidate, now)
        record = await self._ledger.target(candidate.target)
        if (refusal := _refusal(candidate, record)) is not None:
            return end(head, refusal[0], refusal[1], now, self._ids)
        try:
            return await self._planned(candidate, record, now)
        except PermanentError as error:
            return end(head, State.FAILED, str(error), now, self._ids)

    def _renamed(self, candidate: Candidate, now: datetime) -> list[Write]:
        assert candidate.target is not None
        origin = candidate.deployment.origin
        new = f"{candidate.item.prefix} is {candidate.renamed_to} now"
        because = f"{new}: {candidate.target} is updated, not deleted."
        gone = Ownership(
            repository_id=origin.repository_id,
            branch=origin.branch,
            prefix=origin.prefix,
            target=candidate.target,
        )
        ending = end(candidate.deployment, State.NO_CHANGE, because, now, self._ids)
        return [*ending, DeleteOwnership(ownership=gone)]

    async def _planned(self, candidate: Candidate, record: TargetRecord, now: datetime) -> list[Write]:
        if candidate.deletes:
            plan = _deletion(candidate)
            placing = Placing(
                deployment=candidate.deployment, record=record, plan=plan, desired=None, now=now
            )
            return enqueue(placing, await self._waiting(record), self._ids)
        assert candidate.wanted is not None
        desired = await self._bodies.put(to_bytes(candidate.wanted.desired))
        look = await self._looker.look(candidate.deployment, candidate.wanted, desired, record)
        plan = replace(look.plan, warnings=(*look.plan.warnings, *_moved(candidate)))
        placing = Placing(deployment=candidate.deployment, record=record, plan=plan, desired=desired, now=now)
        busy = record.active_id is not None or record.waiting_id is not None
        if plan.verb is Verb.NOTHING and not busy:
            return settle_unchanged(placing, look.good, self._ids)
        return enqueue(placing, await self._waiting(record), self._ids)

    async def _waiting(self, record: TargetRecord) -> Deployment | None:
        return await self._ledger.deployment(record.waiting_id) if record.waiting_id else None


def _refusal(candidate: Candidate, record: TargetRecord) -> tuple[State, str] | None:
    """Why the deployment may not stand in this target's line: a newer commit, or another's claim."""
    origin, claim = candidate.deployment.origin, record.claim
    if claim is None:
        return None
    same_branch = (claim.repository_id, claim.branch) == (origin.repository_id, origin.branch)
    if same_branch and origin.seq <= record.last_seq:
        return State.SUPERSEDED, f"A newer commit of {origin.branch} stands in the line of {record.target}."
    if same_branch and claim.prefix in {origin.prefix, candidate.renamed_from}:
        return None
    if candidate.deletes:
        return State.NO_CHANGE, f"{record.target} belongs to {claim} now, so nothing is deleted."
    because = (
        f"{record.target} belongs to {claim}, and {origin.prefix} in {origin.repository_url} "
        f"({origin.branch}) claims it too: a target belongs to one path-prefix. Delete the one or rename "
        "the other."
    )
    return State.FAILED, because


def _deletion(candidate: Candidate) -> PlanRecord:
    return PlanRecord(
        deployment_id=candidate.deployment.id,
        verb=Verb.DELETE,
        strategy="delete",
        differences=(),
        steps=(f"delete {candidate.target}", "wait until it is gone"),
        warnings=(f"{candidate.target} and what runs in it goes away",),
    )


def _moved(candidate: Candidate) -> tuple[str, ...]:
    if candidate.moved_from is None:
        return ()
    before = f"{candidate.item.prefix} was deployed to {candidate.moved_from} before"
    return (f"{before}: that one keeps running, orphaned, until you delete it",)
