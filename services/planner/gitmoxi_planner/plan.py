"""Planning a processed commit as a whole, and each of its objects into its target's line."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gitmoxi.contracts.messages import DeploymentRequested
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import Commit, CommitStatus, ManifestObject
from gitmoxi.domain.states import State
from gitmoxi.errors import ContentionError, InvalidInputError, InvariantError, PermanentError, RetryableError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import DeleteOwnership, Ledger, Write
from gitmoxi.workflow.courier import Courier, Edge, no_edge
from gitmoxi_planner.baselines import baseline
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.claims import released, replaced_in_line, superseded_in_slot
from gitmoxi_planner.held import HeldDeletions, hold
from gitmoxi_planner.line import Placing, end, enqueue, nothing_to_do, ownership_of, settle_unchanged
from gitmoxi_planner.orphans import left_by, with_orphans
from gitmoxi_planner.pacing import AT_ONCE, Pace
from gitmoxi_planner.reading import Changes, CommitReader
from gitmoxi_planner.requested import Requests
from gitmoxi_planner.settling import settle
from gitmoxi_planner.telling import Tell, counted, summary, tell_nobody, written
from gitmoxi_planner.verdicts import Ended, Held, Judge, Planned, Verdict, with_oddities

_ATTEMPTS = 5
"""How often a place in the line is tried for while others write the same target."""

_COME_TO_NOTHING = {CommitStatus.ABANDONED: State.SUPERSEDED, CommitStatus.FAILED: State.FAILED}
"""How deployments end whose commit was never ingested as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitPlanned:
    """What became of a commit or a deployment that was to be planned.

    ``outcome``: ``planned``, ``answered``, ``held``, ``ended``, or why nothing happened: ``skipped``,
    ``stale``, ``busy``, ``refused``. ``results`` counts the commit's deployments that were
    planned now by what became of them.
    """

    commit: Commit | None
    outcome: str
    because: str
    results: Mapping[State, int] = field(default_factory=dict)


class Planner:
    """Plans commits; doing it again touches only what is still RECEIVED."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        reader: CommitReader,
        judge: Judge,
        courier: Courier,
        clock: Clock,
        ids: Ids,
        edge: Edge = no_edge,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._judge = judge
        self._courier = courier
        self._clock = clock
        self._ids = ids
        self._edge = edge
        self._held = HeldDeletions(ledger=ledger, judge=judge, clock=clock, ids=ids)
        self._requests = Requests(ledger=ledger, reader=reader, judge=judge, clock=clock, ids=ids)
        self._pace = Pace(clock)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def commit(
        self, repository_id: str, branch: str, seq: int, tell: Tell = tell_nobody
    ) -> CommitPlanned:
        """Plan every deployment of a commit that is still RECEIVED, those of earlier commits first.

        ``tell`` hears of all that ended, also where an error is raised in the end.

        Raises:
            RetryableError: AWS, a store or the renderer is out of reach, or a target cannot be planned yet;
                what is planned stays planned.
        """
        async with self._pace.turn((repository_id, branch)):
            commit = await self._ledger.commit(repository_id, branch, seq)
            if commit is None:
                raise InvariantError(
                    f"commit {seq} of {branch} in {repository_id} was announced but is not stored"
                )
            if commit.status is not CommitStatus.INGESTED:
                return CommitPlanned(commit=commit, outcome="skipped", because=commit.because)
            unplanned, changes = await asyncio.gather(
                self._reader.unplanned_before(commit), self._reader.changes(commit)
            )
            for earlier in unplanned:
                await self._plan_earlier(earlier, tell)
            if unplanned:
                changes = await self._reader.changes(commit)
            results = counted(await self._plan(changes, tell))
        because = summary(results, commit.deployment_count)
        return CommitPlanned(commit=commit, outcome="planned", because=because, results=results)

    async def deployment(self, deployment_id: str, tell: Tell = tell_nobody) -> CommitPlanned:
        """Plan the commit that a due deployment belongs to, or end it with a commit that came to nothing.

        A held deletion gets the answer to what was asked of it, a request its place in the line.
        """
        head = await self._ledger.deployment(deployment_id)
        if head is not None and head.state is State.HELD:
            return await self._answered(head, tell)
        if head is None or head.state is not State.RECEIVED:
            return CommitPlanned(commit=None, outcome="stale", because="It is planned already.")
        if head.restores is not None:
            await self._placed(await self._requests.candidate(head), tell)
            return CommitPlanned(commit=None, outcome="planned", because=head.because)
        origin = head.origin
        commit = await self._ledger.commit(origin.repository_id, origin.branch, origin.seq)
        if commit is not None and commit.status in _COME_TO_NOTHING:
            state, now = _COME_TO_NOTHING[commit.status], self._clock.now()
            await self._write(end(head, state, commit.because, now, self._ids), tell)
            return CommitPlanned(commit=commit, outcome="ended", because=commit.because)
        if self._pace.busy((origin.repository_id, origin.branch)):
            because = "Its branch is being planned already, or could not be a moment ago."
            return CommitPlanned(commit=commit, outcome="busy", because=because)
        return await self.commit(origin.repository_id, origin.branch, origin.seq, tell)

    async def requested(self, asked: DeploymentRequested, tell: Tell = tell_nobody) -> CommitPlanned:
        """Make the deployment that a person asks for, unless it is made, and plan it; raises as above."""
        if await self._ledger.deployment(asked.new_deployment_id) is None:
            try:
                await self._courier.commit(await self._requests.record(asked))
            except InvalidInputError as error:
                await self._requests.refuse(asked, error)
                return CommitPlanned(commit=None, outcome="refused", because=str(error))
            self._edge("request.after_create")
        return await self.deployment(asked.new_deployment_id, tell)

    async def _answered(self, head: Deployment, tell: Tell) -> CommitPlanned:
        """Newer commits come first: one of them may have brought the definition file back."""
        if await self._held.asked(head) is not None:
            await self._plan_newer(head, tell)
        origin = head.origin
        async with self._pace.turn((origin.repository_id, origin.branch)):
            for _ in range(1, _ATTEMPTS):
                try:
                    return await self._answered_now(head.id, tell)
                except ContentionError:
                    continue
            return await self._answered_now(head.id, tell)

    async def _answered_now(self, deployment_id: str, tell: Tell) -> CommitPlanned:
        head = await self._ledger.deployment(deployment_id)
        if head is None or head.state is not State.HELD:
            return CommitPlanned(commit=None, outcome="stale", because="It is held no longer.")
        writes = await self._held.answer(head)
        heads = await self._write(writes, _news(tell)) if writes else [head]
        after = next(item for item in heads if item.id == deployment_id)
        outcome = "held" if after.state is State.HELD else "answered"
        return CommitPlanned(commit=None, outcome=outcome, because=after.because)

    async def _plan_newer(self, head: Deployment, tell: Tell) -> None:
        """Plan the newest commit that is taken in, and with it those before."""
        origin = head.origin
        branch = await self._ledger.branch(origin.repository_id, origin.branch)
        for seq in range(branch.seq, origin.seq, -1):
            newer = await self._ledger.commit(origin.repository_id, origin.branch, seq)
            if newer is None or newer.status is not CommitStatus.INGESTED:
                continue
            try:
                await self.commit(origin.repository_id, origin.branch, seq, tell)
            except (PermanentError, InvariantError):
                return  # its own message meets and reports the same; a spoilt commit holds up no answer
            return

    async def _plan_earlier(self, changes: Changes, tell: Tell) -> None:
        try:
            await self._plan(changes, tell)
        except (PermanentError, InvariantError):
            return  # its own message meets and reports the same; a spoilt commit holds up no later one

    async def _plan(self, changes: Changes, tell: Tell) -> list[State]:
        """Plan what is still RECEIVED; what became of each deployment that this planner placed."""
        if changes.planned:
            return []
        candidates = await asyncio.gather(*(self._candidate(item, head) for item, head in changes.objects))
        commit, manifest = changes.commit, changes.manifest
        allowance = await self._reader.allowance(commit.repository_id, commit.branch, manifest)
        settled = settle(candidates, manifest, allowance)
        self._edge("plan.after_render")
        by_prefix: defaultdict[str, list[Candidate]] = defaultdict(list)
        for candidate in settled:
            if candidate.open:
                by_prefix[candidate.item.prefix].append(candidate)
        placing = (self._placed_all(group, tell) for group in by_prefix.values())
        placed = await asyncio.gather(*placing, return_exceptions=True)
        self._edge("plan.after_commit")
        return [state for states in _all_done(placed) for state in states]

    async def _candidate(self, item: ManifestObject, head: Deployment) -> Candidate:
        async with self._gate:
            return await self._reader.candidate(item, head)

    async def _placed_all(self, candidates: Sequence[Candidate], tell: Tell) -> list[State]:
        """A prefix that turns from ECS to Lambda is first deleted as the one, then added as the other."""
        in_order = sorted(candidates, key=lambda c: not c.deletes)
        return [state for c in in_order if (state := await self._placed(c, tell)) is not None]

    async def _placed(self, candidate: Candidate, tell: Tell) -> State | None:
        """What became of it; None if another planner placed it."""
        async with self._gate:
            for attempt in range(_ATTEMPTS):
                try:
                    heads = await self._write(await self._writes(candidate), tell)
                except ContentionError:
                    head = await self._ledger.deployment(candidate.deployment.id)
                    if head is None or head.version != candidate.deployment.version:
                        return None
                    if attempt == _ATTEMPTS - 1:
                        raise
                else:
                    return next(head.state for head in heads if head.id == candidate.deployment.id)
        return None

    async def _write(self, writes: Sequence[Write], tell: Tell) -> list[Deployment]:
        await self._courier.commit(with_orphans(writes))
        heads = written(writes)
        for head in heads:
            if head.state.terminal or head.state is State.HELD:
                tell(head)
        return heads

    async def _writes(self, candidate: Candidate) -> Sequence[Write]:
        verdict = await self._judge.verdict(candidate)
        if candidate.deployment.restores is not None:
            return await self._requests.writes(candidate, verdict, self._own_writes)
        writes = await self._own_writes(candidate, verdict)
        if isinstance(verdict, Planned):
            writes += left_by(candidate, self._clock.now())
            writes += await released(verdict.record, candidate.deployment, self._ledger)
        return [*writes, *await self._held.overtaken(candidate, verdict, writes)]

    async def _own_writes(self, candidate: Candidate, verdict: Verdict) -> list[Write]:
        now = self._clock.now()
        match verdict:
            case Ended():
                return self._ended(candidate, verdict, now)
            case Planned():
                return await self._placing(candidate, verdict, now)
            case Held(record=record, plan=plan, reason=reason):
                placing = Placing(
                    deployment=candidate.deployment, record=record, plan=plan, desired=None, now=now
                )
                return hold(placing, reason, self._ids)

    def _ended(self, candidate: Candidate, verdict: Ended, now: datetime) -> list[Write]:
        """The end; a deletion that deletes nothing gives its target up: another prefix may take it."""
        head = replace(candidate.deployment, target=candidate.target)
        writes = end(head, verdict.state, verdict.because, now, self._ids, verdict.explanations)
        if candidate.deletes and candidate.target is not None and verdict.state is not State.SUPERSEDED:
            writes.append(DeleteOwnership(ownership=ownership_of(head, candidate.target)))
        return writes

    async def _placing(self, candidate: Candidate, verdict: Planned, now: datetime) -> list[Write]:
        record = verdict.record
        placing = Placing(
            deployment=candidate.deployment,
            record=record,
            plan=with_oddities(verdict.plan, candidate),
            desired=verdict.desired,
            now=now,
        )
        unchanged = nothing_to_do(placing.plan, record, settled=verdict.settled)
        if placing.deployment.baseline:
            return baseline(placing, verdict.good if unchanged else None, self._ids)
        if unchanged:
            return settle_unchanged(placing, verdict.good, self._ids)
        replaced, superseded = await replaced_in_line(record, self._ledger), None
        if candidate.wanted is not None and placing.deployment.restores is None:
            superseded = await superseded_in_slot(candidate.wanted.desired, record, self._ledger)
        return enqueue(placing, replaced, self._ids, superseded)


def _news(tell: Tell) -> Tell:
    """Without the deletion that goes on being held: that was told when it began."""
    return lambda head: None if head.state is State.HELD else tell(head)


def _all_done(results: Sequence[list[State] | BaseException]) -> list[list[State]]:
    """The results, or else raise what must be seen to: a bug before what can be tried again."""
    errors = [result for result in results if isinstance(result, BaseException)]
    for error in sorted(errors, key=lambda error: isinstance(error, RetryableError)):
        raise error
    return [result for result in results if not isinstance(result, BaseException)]
