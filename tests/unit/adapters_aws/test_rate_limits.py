"""Calls stay under AWS's request limits, wait their turn, and leave room for bringing traffic back."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.aws.rate_limits import PUBLISHED_LIMITS, ApiGroup, Limit, RateLimits, TokenBucket
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.errors import InvariantError, ThrottledError
from gitmoxi.ports.remembering import with_what_is_spare

WRITES = ApiGroup.ECS_SERVICE_WRITES
ACCOUNT, REGION = "1" * 12, "eu-central-1"


def limits(clock: FakeClock, limit: Limit, *, share: float = 1.0, max_wait: float = 2.0) -> RateLimits:
    return RateLimits(clock, share=share, max_wait_seconds=max_wait, limits={WRITES: limit})


async def calls_until_throttled(bucket: RateLimits, *, urgent: bool = False, account: str = ACCOUNT) -> int:
    for made in range(1000):
        try:
            await bucket.acquire(account, REGION, WRITES, urgent=urgent)
        except ThrottledError:
            return made
    pytest.fail("never throttled")


def test_a_full_bucket_gives_its_burst_at_once_and_then_one_token_per_refill():
    bucket = TokenBucket(Limit(burst=2, per_second=4), now=0.0)
    waits = []
    for _ in range(4):
        waits.append(bucket.wait(now=0.0))
        bucket.take()
    assert waits == [0.0, 0.0, 0.25, 0.5]


def test_a_bucket_never_holds_more_than_its_burst():
    bucket = TokenBucket(Limit(burst=1, per_second=1), now=0.0)
    assert bucket.wait(now=1000.0) == 0.0
    bucket.take()
    assert bucket.wait(now=1000.0) == 1.0


def test_a_clock_that_stands_or_steps_back_gives_no_tokens():
    bucket = TokenBucket(Limit(burst=1, per_second=1), now=10.0)
    bucket.take()
    assert bucket.wait(now=3.0) == 1.0
    assert bucket.wait(now=10.5) == 0.5


async def test_a_call_over_the_burst_waits_on_the_clock():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=1, per_second=2))
    await bucket.acquire(ACCOUNT, REGION, WRITES)
    assert clock.slept == []
    await bucket.acquire(ACCOUNT, REGION, WRITES)
    assert clock.slept == [0.5]


async def test_a_wait_that_the_lease_cannot_bear_is_refused_and_takes_nothing():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=3, per_second=1), max_wait=0.0)
    assert await calls_until_throttled(bucket) == 3
    clock.advance(1.0)
    assert await calls_until_throttled(bucket) == 1


async def test_the_refusal_names_group_account_and_region():
    bucket = limits(FakeClock(), Limit(burst=0, per_second=1), max_wait=0.0)
    with pytest.raises(ThrottledError, match=rf"ECS service changes in account {ACCOUNT}, {REGION}"):
        await bucket.acquire(ACCOUNT, REGION, WRITES)


async def test_accounts_regions_and_groups_are_counted_apart():
    clock = FakeClock()
    bucket = RateLimits(clock, max_wait_seconds=0.0)
    while True:
        try:
            await bucket.acquire(ACCOUNT, REGION, WRITES)
        except ThrottledError:
            break
    await bucket.acquire("2" * 12, REGION, WRITES)
    await bucket.acquire(ACCOUNT, "us-west-2", WRITES)
    await bucket.acquire(ACCOUNT, REGION, ApiGroup.ECS_SERVICE_READS)


async def test_a_share_is_part_of_burst_and_refill():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=8, per_second=4), share=0.5, max_wait=0.0)
    assert await calls_until_throttled(bucket) == 4
    clock.advance(1.0)
    assert await calls_until_throttled(bucket) == 2


@pytest.mark.parametrize("share", [0.0, -1.0])
def test_no_share_at_all_is_a_mistake(share):
    with pytest.raises(InvariantError, match="above 0"):
        RateLimits(FakeClock(), share=share)


async def test_the_reserve_is_for_urgent_calls_only():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=10, per_second=10, reserved_percent=30), max_wait=0.0)
    assert await calls_until_throttled(bucket) == 7
    assert await calls_until_throttled(bucket, urgent=True) == 3
    clock.advance(1.0)
    assert await calls_until_throttled(bucket) == 7


async def test_ordinary_calls_that_queue_do_not_delay_an_urgent_one():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=4, per_second=2, reserved_percent=25), max_wait=60.0)
    for _ in range(20):
        await bucket.acquire(ACCOUNT, REGION, WRITES)
    slept = len(clock.slept)
    await bucket.acquire(ACCOUNT, REGION, WRITES, urgent=True)
    assert len(clock.slept) == slept


async def test_both_kinds_together_stay_under_the_published_limit():
    clock = FakeClock()
    limit = Limit(burst=20, per_second=3, reserved_percent=25)
    bucket = limits(clock, limit, max_wait=0.0)
    made = 0
    for tenth in range(600):
        for urgent in (False, True):
            made += await calls_until_throttled(bucket, urgent=urgent)
        assert made <= limit.burst + limit.per_second * tenth / 10 + 1e-6
        clock.advance(0.1)


def test_every_group_has_a_limit_that_allows_calls():
    assert set(PUBLISHED_LIMITS) == set(ApiGroup)
    assert all(limit.burst >= 1 and limit.per_second >= 1 for limit in PUBLISHED_LIMITS.values())


def test_a_throttle_halves_the_refill_which_comes_back_within_seconds():
    bucket = TokenBucket(Limit(burst=10, per_second=4), now=0.0)
    bucket.slow_down(now=0.0)
    assert bucket.wait(now=0.0) == 0.5
    bucket.wait(now=5.0)
    assert 2 < bucket.per_second < 4
    bucket.wait(now=11.0)
    assert bucket.per_second == 4


def test_throttles_of_calls_that_were_sent_together_count_once_and_a_bucket_never_stands_still():
    bucket = TokenBucket(Limit(burst=10, per_second=16), now=0.0)
    for _ in range(8):
        bucket.slow_down(now=0.0)
    assert bucket.per_second == 8
    for second in range(1, 30):
        bucket.slow_down(now=float(second))
    assert bucket.per_second >= 1


async def test_aws_own_throttle_slows_its_group_only_and_also_the_reserve():
    clock = FakeClock()
    bucket = RateLimits(clock, max_wait_seconds=0.0)
    bucket.throttled(ACCOUNT, REGION, ApiGroup.LAMBDA_CONTROL_PLANE)
    for urgent in (False, True):
        with pytest.raises(ThrottledError):
            await bucket.acquire(ACCOUNT, REGION, ApiGroup.LAMBDA_CONTROL_PLANE, urgent=urgent)
    await bucket.acquire(ACCOUNT, REGION, WRITES)
    await bucket.acquire(ACCOUNT, "us-west-2", ApiGroup.LAMBDA_CONTROL_PLANE)


async def test_everybody_who_is_turned_away_is_told_a_moment_of_his_own_and_gets_his_call_then():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=1, per_second=2), max_wait=0.0)
    await bucket.acquire(ACCOUNT, REGION, WRITES)
    moments = []
    for _ in range(4):
        with pytest.raises(ThrottledError) as refused:
            await bucket.acquire(ACCOUNT, REGION, WRITES)
        moments.append(refused.value.retry_after_seconds)

    assert moments == [0.5, 1.0, 1.5, 2.0]
    for _ in moments:
        clock.advance(0.5)
        await bucket.acquire(ACCOUNT, REGION, WRITES)


async def test_what_takes_only_what_is_spare_leaves_half_of_the_bucket():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=10, per_second=1))
    with with_what_is_spare():
        for _ in range(5):
            await bucket.acquire(ACCOUNT, REGION, WRITES)
        assert clock.monotonic() <= 1.0, "the first come out of the full half"
        began = clock.monotonic()
        await bucket.acquire(ACCOUNT, REGION, WRITES)
        assert clock.monotonic() > began, "then it waits for the refill"
    began = clock.monotonic()
    for _ in range(4):
        await bucket.acquire(ACCOUNT, REGION, WRITES)
    assert clock.monotonic() == began, "and the others find their half as it was"


async def test_where_nothing_is_spare_for_long_it_gives_up_and_takes_nothing():
    clock = FakeClock()
    bucket = limits(clock, Limit(burst=100, per_second=1), max_wait=0.0)
    for _ in range(100):
        await bucket.acquire(ACCOUNT, REGION, WRITES)
    with with_what_is_spare(), pytest.raises(ThrottledError, match="nothing to spare"):
        await bucket.acquire(ACCOUNT, REGION, WRITES)
    clock.advance(1)
    await bucket.acquire(ACCOUNT, REGION, WRITES)
