"""A process that dies anywhere, and others at the same time: each commit has one number and is lost never."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.records import CommitStatus, PushOutcome
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError, ThrottledError
from tests.unit.ingestor.stage import KilledError, Stage, a_push, a_service

EDGES = ("ingest.after_reserve", "commit.before_publish", "ingest.after_commit")
OBJECTS = 90
"""More than two transactions of deployments."""

SHOPS = {path: text for n in range(OBJECTS) for path, text in a_service(f"dev/s{n:03}").items()}


async def assert_processed_once(stage: Stage, seq: int = 1) -> None:
    heads = [head for head in await stage.deployments() if head.origin.seq == seq]
    assert len(heads) == OBJECTS
    assert {(head.state, head.version) for head in heads} == {(State.RECEIVED, 1)}
    manifest = await stage.manifest(stage.ledger, seq)
    assert {item.deployment_id for item in manifest.objects} == {head.id for head in heads}
    assert set(stage.announced) == {seq}
    assert [c.status for c in await stage.commits()] == [CommitStatus.INGESTED]


@pytest.mark.parametrize("edge", EDGES)
async def test_a_kill_at_an_edge_is_made_good_by_the_next_delivery(stage, edge):
    stage.commit(SHOPS)

    def kill(name: str) -> None:
        if name == edge:
            raise KilledError

    with pytest.raises(KilledError):
        await stage.ingestor(edge=kill).push(a_push(delivery_id="d"))

    await stage.push(delivery_id="d")
    await stage.courier().sweep(Worker.INGESTOR)

    await assert_processed_once(stage)
    assert (await stage.ledger.push("d")).outcome in {PushOutcome.INGESTED, PushOutcome.NOTHING_NEW}


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("number", range(1, 6))
async def test_a_kill_at_any_transaction_is_made_good_by_the_next_delivery(stage, number, after):
    stage.commit(SHOPS)
    stage.ledger.dies_at, stage.ledger.dies_after_the_write = number, after

    with pytest.raises(KilledError):
        await stage.push(delivery_id="d")
    stage.clock.advance(60)
    await stage.push(delivery_id="d")
    await stage.courier().sweep(Worker.INGESTOR)

    await assert_processed_once(stage)


async def test_those_are_all_transactions_and_none_is_above_a_hundred_writes(stage):
    stage.commit(SHOPS)
    await stage.push()

    assert stage.ledger.transactions == 5
    assert max(stage.ledger.writes) <= 100


async def test_a_newer_tip_after_a_crash_takes_the_place_of_the_unfinished_commit(stage):
    stage.commit(a_service("dev/shop"))
    await stage.push()
    stage.commit(a_service("dev/cart"))
    stage.ledger.dies_at = stage.ledger.transactions + 3
    with pytest.raises(KilledError):
        await stage.push()
    assert await stage.changed(2) == {"dev/cart": "added"}
    tip = stage.commit(a_service("dev/more"))

    await stage.push()

    assert [c.status for c in await stage.commits()] == [
        CommitStatus.INGESTED,
        CommitStatus.ABANDONED,
        CommitStatus.INGESTED,
    ]
    assert (await stage.commits())[1].because.startswith(f"A newer tip {tip[:12]} took its place")
    assert await stage.changed(3) == {"dev/cart": "added", "dev/more": "added"}
    assert stage.announced == [1, 3]


async def test_a_push_back_to_the_processed_tip_gives_up_what_is_unfinished(stage):
    older = stage.commit(a_service("dev/shop"))
    await stage.push()
    stage.commit(a_service("dev/cart"))
    stage.ledger.dies_at = stage.ledger.transactions + 3
    with pytest.raises(KilledError):
        await stage.push()
    stage.git.point("https://git.example.com/team/shop", "main", older)

    await stage.push()

    assert [c.status for c in await stage.commits()][1:] == [CommitStatus.ABANDONED, CommitStatus.INGESTED]
    assert await stage.changed(3) == {}


async def test_a_branch_whose_first_push_crashed_is_taken_up_by_the_poller(stage):
    stage.commit(SHOPS)
    stage.ledger.dies_at = 2
    with pytest.raises(KilledError):
        await stage.push()

    assert await stage.poller().poll() == ["https://git.example.com/team/shop (main)"]

    await assert_processed_once(stage)


@pytest.mark.parametrize("count", [2, 5])
async def test_ingestors_at_the_same_time_process_a_tip_once(stage, count):
    stage.commit(SHOPS)

    results = await asyncio.gather(*(stage.push(delivery_id=f"d{n}") for n in range(count)))

    await assert_processed_once(stage)
    assert {result.outcome for result in results} <= {PushOutcome.INGESTED, PushOutcome.NOTHING_NEW}


async def test_ingestors_that_see_different_tips_lose_neither(stage):
    stage.commit(a_service("dev/shop"))
    first = asyncio.create_task(stage.push())
    for _ in range(3):
        await asyncio.sleep(0)
    stage.commit(a_service("dev/cart"))

    await asyncio.gather(first, stage.push())
    await stage.push()

    statuses = [c.status for c in await stage.commits()]
    assert statuses[-1] is CommitStatus.INGESTED
    assert set(statuses[:-1]) <= {CommitStatus.INGESTED, CommitStatus.ABANDONED}
    done = [seq for seq, status in enumerate(statuses, 1) if status is CommitStatus.INGESTED]
    changed = {prefix for seq in done for prefix in await stage.changed(seq)}
    assert changed == {"dev/shop", "dev/cart"}


async def test_lost_writes_are_tried_again_here_and_not_by_the_queue(stage):
    stage.commit(a_service("dev/shop"))
    stage.ledger.fails = [ContentionError("somebody else wrote first")] * 4

    assert (await stage.push()).outcome is PushOutcome.INGESTED
    assert stage.clock.slept == sorted(stage.clock.slept)
    assert sum(stage.clock.slept) < 5


async def test_endless_contention_is_left_to_the_caller(stage):
    stage.commit(a_service("dev/shop"))
    stage.ledger.fails = [ContentionError("somebody else wrote first")] * 5

    with pytest.raises(ContentionError):
        await stage.push()


async def test_a_conflict_that_stored_nothing_is_not_taken_for_stored(stage):
    """DynamoDB cancels a transaction that another one is in the way of, and that one may fail as well."""
    stage.commit(a_service("dev/shop"))
    real, calls = stage.ledger.transact, 0

    async def transact(writes):
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ContentionError("somebody else is writing it")
        await real(writes)

    stage.ledger.transact = transact

    await stage.push()

    assert await stage.changed(1) == {"dev/shop": "added"}


async def test_a_throttle_leaves_everything_for_the_next_attempt(stage):
    stage.commit(SHOPS)
    stage.ledger.fails = [ThrottledError("slow down")]
    with pytest.raises(ThrottledError):
        await stage.push(delivery_id="d")
    assert (await stage.ledger.push("d")).outcome is PushOutcome.RETRYING

    await stage.push(delivery_id="d")

    await assert_processed_once(stage)
