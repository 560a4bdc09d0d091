"""The planner's part of a simulation: puts a deployment into its target's line, or ends it as NO_CHANGE."""

from __future__ import annotations

from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, ObjectChange, Origin, PlanRecord
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import Target
from gitmoxi.planning.deletion import describe_deletion
from gitmoxi.planning.desired import Desired, to_bytes
from gitmoxi.ports.ledger import CreateDeployment
from gitmoxi.workflow.courier import Courier
from gitmoxi_planner.claims import replaced_in_line, superseded_in_slot
from gitmoxi_planner.line import Placing, enqueue, nothing_to_do, settle_unchanged
from gitmoxi_planner.looking import Looker
from gitmoxi_planner.wanting import Wanted


class PlanningDesk:
    """Plans by the planner's own parts; rendering is left out."""

    def __init__(
        self,
        *,
        ledger: MemoryLedger,
        bodies: MemoryBodyStore,
        looker: Looker,
        courier: Courier,
        clock: FakeClock,
        ids: SequentialIds,
    ) -> None:
        self._ledger = ledger
        self._bodies = bodies
        self._looker = looker
        self._courier = courier
        self._clock = clock
        self._ids = ids
        self._seq = 0

    async def push(self, desired: Desired, *, forced: bool = False) -> str:
        """A commit that wants ``desired``: the id of its deployment, in the line or ended."""
        head, record = await self._received(
            desired.target, ObjectChange.FORCED if forced else ObjectChange.MODIFIED
        )
        ref = await self._bodies.put(to_bytes(desired))
        look = await self._looker.look(head, Wanted(desired=desired, oddities=()), ref, record)
        placing = self._placing(head, record, look.plan, ref)
        if nothing_to_do(look.plan, record, settled=look.settled):
            await self._courier.commit(settle_unchanged(placing, look.good, self._ids))
        else:
            superseded = await superseded_in_slot(desired, record, self._ledger)
            await self._enqueue(placing, record, superseded)
        return head.id

    async def delete(self, target: Target) -> str:
        """A commit without the target's definition file: the id of its deployment, in the line."""
        head, record = await self._received(target, ObjectChange.DELETED)
        plan = describe_deletion(target, deployment_id=head.id)
        await self._enqueue(self._placing(head, record, plan, None), record)
        return head.id

    async def _received(self, target: Target, change: ObjectChange) -> tuple[Deployment, TargetRecord]:
        self._seq += 1
        head = _received(target, self._seq, self._clock, change)
        await self._ledger.transact([CreateDeployment(deployment=head)])
        return head, await self._ledger.target(target)

    async def _enqueue(
        self, placing: Placing, record: TargetRecord, superseded: Deployment | None = None
    ) -> None:
        waiting = await replaced_in_line(record, self._ledger)
        await self._courier.commit(enqueue(placing, waiting, self._ids, superseded))

    def _placing(
        self, head: Deployment, record: TargetRecord, plan: PlanRecord, desired: BodyRef | None
    ) -> Placing:
        return Placing(deployment=head, record=record, plan=plan, desired=desired, now=self._clock.now())


def _received(target: Target, seq: int, clock: FakeClock, change: ObjectChange) -> Deployment:
    return Deployment(
        id=f"d-{seq}",
        version=1,
        state=State.RECEIVED,
        owner=Worker.PLANNER,
        kind=target.kind,
        change=change,
        origin=Origin(
            repository_id="r-1",
            repository_url="https://git.example/web",
            branch="main",
            commit_sha=f"{seq:040x}",
            seq=seq,
            prefix="prod/web",
        ),
        created_at=clock.now(),
        updated_at=clock.now(),
        because="Changed.",
        target=target,
        next_at=clock.now(),
    )
