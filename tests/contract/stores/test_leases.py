"""How the lease of a target is taken, kept, stolen and given back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.ports.leases import LeaseGrant, LeaseRow, LeaseStore
from tests.contract.stores.conftest import Stores
from tests.contract.stores.records import ECS, FUNCTION


async def _granted(leases: LeaseStore, owner: str, nonce: str, seen: LeaseRow | None = None) -> LeaseGrant:
    grant = await leases.take(ECS, owner=owner, nonce=nonce, seen=seen)
    assert isinstance(grant, LeaseGrant)
    return grant


async def _refused(leases: LeaseStore, owner: str, nonce: str, seen: LeaseRow | None = None) -> LeaseRow:
    row = await leases.take(ECS, owner=owner, nonce=nonce, seen=seen)
    assert isinstance(row, LeaseRow)
    return row


async def test_a_free_lease_is_taken(leases: LeaseStore) -> None:
    grant = await _granted(leases, "a", "n1")
    assert (grant.epoch, grant.nonce) == (1, "n1")


async def test_targets_have_leases_of_their_own(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    assert isinstance(await leases.take(FUNCTION, owner="b", nonce="n2", seen=None), LeaseGrant)


async def test_a_held_lease_is_shown_to_others(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    assert await _refused(leases, "b", "n2") == LeaseRow(owner="a", epoch=1, nonce="n1")
    assert await _refused(leases, "a", "n3") == LeaseRow(owner="a", epoch=1, nonce="n1")


async def test_a_lease_that_stood_still_is_stolen_with_a_new_epoch(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    seen = await _refused(leases, "b", "n2")
    assert (await _granted(leases, "b", "n3", seen)).epoch == 2


async def test_a_lease_that_moved_on_is_not_stolen(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    seen = await _refused(leases, "b", "n2")
    await leases.release(ECS, nonce="n1")
    await _granted(leases, "a", "n4")
    assert await _refused(leases, "b", "n3", seen) == LeaseRow(owner="a", epoch=2, nonce="n4")


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(LeaseRow(owner="x", epoch=1, nonce="n1"), id="another owner"),
        pytest.param(LeaseRow(owner="a", epoch=2, nonce="n1"), id="another epoch"),
        pytest.param(LeaseRow(owner="a", epoch=1, nonce="nx"), id="another nonce"),
        pytest.param(LeaseRow(owner=None, epoch=1, nonce="n1"), id="seen when it was free"),
    ],
)
async def test_a_lease_that_differs_in_anything_is_not_stolen(leases: LeaseStore, seen: LeaseRow) -> None:
    await _granted(leases, "a", "n1")
    assert await _refused(leases, "b", "n2", seen) == LeaseRow(owner="a", epoch=1, nonce="n1")


async def test_a_released_lease_is_free_and_keeps_counting(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    await leases.release(ECS, nonce="n1")
    assert (await _granted(leases, "b", "n2")).epoch == 2


async def test_only_the_holder_releases(leases: LeaseStore) -> None:
    await leases.release(ECS, nonce="n0")
    await _granted(leases, "a", "n1")
    await leases.release(ECS, nonce="n2")
    assert await _refused(leases, "b", "n3") == LeaseRow(owner="a", epoch=1, nonce="n1")


async def test_a_late_release_does_not_free_the_next_holder(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    await leases.release(ECS, nonce="n1")
    await _granted(leases, "b", "n2")
    await leases.release(ECS, nonce="n1")
    assert (await _refused(leases, "c", "n3")).owner == "b"


async def test_taking_again_with_the_same_nonce_gives_the_same_grant(leases: LeaseStore) -> None:
    """The answer to the first may have been lost: the nonce tells that the lease is ours."""
    first = await _granted(leases, "a", "n1")
    assert (await _granted(leases, "a", "n1")).epoch == first.epoch


async def test_eight_workers_that_race_have_one_winner(leases: LeaseStore) -> None:
    answers = await asyncio.gather(
        *(leases.take(ECS, owner=f"w{n}", nonce=f"n{n}", seen=None) for n in range(8))
    )
    [winner] = [answer for answer in answers if isinstance(answer, LeaseGrant)]
    assert {answer.nonce for answer in answers} == {winner.nonce}


async def test_thieves_that_race_have_one_winner(leases: LeaseStore) -> None:
    await _granted(leases, "a", "n1")
    seen = await _refused(leases, "b", "n2")
    answers = await asyncio.gather(
        *(leases.take(ECS, owner=f"w{n}", nonce=f"s{n}", seen=seen) for n in range(8))
    )
    assert sum(isinstance(answer, LeaseGrant) for answer in answers) == 1
    assert {answer.epoch for answer in answers} == {2}


async def test_the_grant_tells_the_database_s_time(dynamo_stores: Stores) -> None:
    grant = await _granted(dynamo_stores.leases, "a", "n1")
    again = await _granted(dynamo_stores.leases, "a", "n1")
    for moment in (grant.server_time, again.server_time):
        assert moment.tzinfo is not None
        assert abs(moment - datetime.now(UTC)) < timedelta(seconds=30)


async def test_the_fake_tells_the_time_of_its_clock() -> None:
    clock = FakeClock()
    leases = MemoryLeaseStore(MemoryLedger(), clock)
    clock.advance(5)
    assert (await _granted(leases, "a", "n1")).server_time == clock.now()
