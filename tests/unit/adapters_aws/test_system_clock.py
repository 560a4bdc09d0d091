"""The real clock is aware and monotonic; identifiers sort by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gitmoxi.adapters.aws.system_clock import SystemClock, UlidIds
from gitmoxi.adapters.memory.clock import FakeClock

CROCKFORD = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def ids_at(clock: FakeClock, random: int = 0) -> UlidIds:
    return UlidIds(clock, random_bits=lambda _: random)


def test_the_wall_clock_is_aware_utc():
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


async def test_sleeping_passes_monotonic_time():
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.009


@pytest.mark.parametrize(
    ("moment", "random", "expected"),
    [
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), 0, "0" * 26, id="zero"),
        pytest.param(
            datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC), 31, "0000000001" + "0" * 15 + "Z", id="one"
        ),
        pytest.param(
            datetime(2016, 7, 30, 23, 54, 10, 259000, tzinfo=UTC),
            2**80 - 1,
            "01ARZ3NDEK" + "Z" * 16,
            id="ten characters of time, sixteen of randomness",
        ),
    ],
)
def test_layout(moment, random, expected):
    ulid = ids_at(FakeClock(moment), random).ulid()
    assert ulid == expected
    assert len(ulid) == 26


def test_identifiers_of_one_millisecond_differ_and_sort():
    ids = UlidIds(FakeClock())
    made = [ids.ulid() for _ in range(500)]
    assert made == sorted(set(made))
    assert all(set(ulid) <= CROCKFORD for ulid in made)


def test_later_ones_sort_after_earlier_ones():
    clock = FakeClock()
    high = ids_at(clock, 2**80 - 1).ulid()
    clock.advance(0.001)
    assert ids_at(clock, 0).ulid() > high


def test_a_clock_that_goes_back_does_not_turn_the_order():
    clock = FakeClock()
    ids = UlidIds(clock)
    first = ids.ulid()
    clock.jump(-3600)
    second = ids.ulid()
    clock.jump(+7200)
    assert first < second < ids.ulid()


def test_two_processes_do_not_make_the_same():
    clock = FakeClock()
    assert UlidIds(clock).ulid() != UlidIds(clock).ulid()
