"""The sweeper and the courier: nothing due is forgotten, and nothing committed stays untold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.adapters.memory.messaging import MemoryPublisher, MemoryWaker
from gitmoxi.contracts.messages import CommitIngested, Tick
from gitmoxi.domain.states import Worker
from gitmoxi.errors import AccessDeniedError, GitmoxiError, UnavailableError
from gitmoxi.ports.ledger import OutboxEvent
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.events import outbox
from gitmoxi.workflow.sweeper import Sweeper
from tests.unit.planner.stage import PlannerStage, ecs_files

DENIED = AccessDeniedError(operation="events:PutEvents", code="AccessDenied", reason="not allowed")


class FaultyPublisher(MemoryPublisher):
    """Refuses events, by number or all."""

    def __init__(self, refusal: GitmoxiError, refused: int | None = None) -> None:
        super().__init__()
        self.refusal = refusal
        self.refused = refused

    async def publish(self, events: list[OutboxEvent]) -> None:
        if self.refused is None or any(e.detail.endswith(f'"seq":{self.refused}}}') for e in events):
            raise self.refusal
        await super().publish(events)


def announcements(stage: PlannerStage, count: int) -> list:
    return [
        outbox(
            CommitIngested(repository_id="r", branch="b", seq=seq),
            owner=Worker.PLANNER,
            ids=stage.ids,
            at=stage.clock.now(),
        )
        for seq in range(count)
    ]


@pytest.mark.parametrize("refusal", [UnavailableError("the bus is down"), DENIED], ids=["down", "denied"])
async def test_a_fact_is_committed_whether_or_not_it_can_be_told_now(stage, refusal):
    courier = Courier(ledger=stage.ledger, publisher=FaultyPublisher(refusal))
    writes = announcements(stage, 1)

    await courier.commit(writes)

    assert await stage.courier().sweep(Worker.PLANNER) == 1
    assert [event.id for event in stage.publisher.published] == [writes[0].event.id]
    assert await stage.courier().sweep(Worker.PLANNER) == 0


async def test_an_event_that_the_bus_refuses_holds_up_no_other_shard(stage):
    await stage.ledger.transact(announcements(stage, 16))
    publisher = FaultyPublisher(DENIED, refused=3)

    with pytest.raises(AccessDeniedError):
        await Courier(ledger=stage.ledger, publisher=publisher).sweep(Worker.PLANNER)

    assert len(publisher.published) > 8


async def test_what_is_due_is_woken_once_for_each_sweep(stage):
    seq = await stage.ingest(ecs_files("prod/a", "a") | ecs_files("prod/b", "b"))
    waker = MemoryWaker()
    sweeper = Sweeper(worker=Worker.PLANNER, ledger=stage.ledger, waker=waker, courier=stage.courier())

    early = await sweeper.sweep(stage.clock.now())
    due = await sweeper.sweep(stage.clock.now() + timedelta(minutes=1))

    assert (early.woken, due.woken) == (0, 2)
    heads = (await stage.of(seq)).values()
    assert {wake.tick.deployment_id for wake in waker.wakes} == {head.id for head in heads}
    assert {(wake.tick.version, wake.delay_seconds) for wake in waker.wakes} == {(1, 0)}
    assert all(isinstance(wake.tick, Tick) for wake in waker.wakes)


async def test_a_bus_that_is_down_keeps_nothing_due_asleep(stage):
    await stage.ingest(ecs_files("prod/a", "a"))
    await stage.ledger.transact(announcements(stage, 1))
    waker, down = MemoryWaker(), FaultyPublisher(UnavailableError("the bus is down"))
    courier = Courier(ledger=stage.ledger, publisher=down)
    sweeper = Sweeper(worker=Worker.PLANNER, ledger=stage.ledger, waker=waker, courier=courier)

    with pytest.raises(UnavailableError):
        await sweeper.sweep(stage.clock.now() + timedelta(minutes=1))

    assert len(waker.wakes) == 1
