"""What looks at repositories found is kept once, and each part of them is polled by one process."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.adapters.dynamodb.reachability import DynamoReachability
from gitmoxi.adapters.memory.reachability import MemoryReachability
from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.errors import ContentionError
from gitmoxi.ports.reachability import ReachabilityStore
from tests.contract.stores.records import REPOSITORY, T0

HEALTH = RepositoryHealth(
    repository_id=REPOSITORY,
    checked_at=T0,
    ok=False,
    because="https://git.example.com/a cannot be read now",
    failing_since=T0,
    failures=3,
    retry_at=T0 + timedelta(minutes=4),
    missing_branches=("main",),
    alerted=True,
    revision=1,
)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> ReachabilityStore:
    if request.param == "memory":
        return MemoryReachability()
    return DynamoReachability(request.getfixturevalue("dynamodb"), request.getfixturevalue("tables"))


async def test_before_the_first_look_nothing_is_known(store):
    assert await store.health(REPOSITORY) is None
    assert await store.healths() == []
    await store.forget(REPOSITORY)


async def test_what_was_found_is_found_again(store):
    other = replace(HEALTH, repository_id="r-0000000000000001", ok=True, missing_branches=())
    await store.put_health(HEALTH)
    await store.put_health(other)
    assert await store.health(REPOSITORY) == HEALTH
    assert await store.healths() == sorted([HEALTH, other], key=lambda health: health.repository_id)


async def test_of_two_looks_at_the_same_time_one_is_written(store):
    looks = [replace(HEALTH, because=f"look {number}") for number in range(8)]
    written = await asyncio.gather(*map(store.put_health, looks), return_exceptions=True)
    assert written.count(None) == 1
    assert sum(isinstance(each, ContentionError) for each in written) == 7
    with pytest.raises(ContentionError):
        await store.put_health(replace(HEALTH, revision=3))
    await store.put_health(replace(HEALTH, revision=2))


async def test_what_is_forgotten_begins_anew(store):
    await store.put_health(HEALTH)
    await store.forget(REPOSITORY)
    assert await store.health(REPOSITORY) is None
    await store.put_health(HEALTH)


async def test_one_of_many_processes_claims_a_part(store):
    claims = await asyncio.gather(*(store.claim(3, now=T0, until=T0 + MINUTE) for _ in range(8)))
    assert (claims.count(None), claims.count(T0 + MINUTE)) == (1, 7)
    assert await store.claim(4, now=T0, until=T0 + MINUTE) is None


async def test_a_claim_ends(store):
    await store.claim(3, now=T0, until=T0 + MINUTE)
    soon, then = T0 + MINUTE * 0.99, T0 + MINUTE
    assert await store.claim(3, now=soon, until=soon + MINUTE) == then
    assert await store.claim(3, now=then, until=then + MINUTE) is None


async def test_a_claim_of_a_clock_that_was_an_hour_ahead_does_not_count(store):
    ahead = T0 + 60 * MINUTE
    await store.claim(3, now=ahead, until=ahead + MINUTE)
    assert await store.claim(3, now=T0, until=T0 + MINUTE) is None
