"""Reads share calls without sharing errors, cancellations, or what was true before they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmoxi.adapters.aws.collecting import Batch, Collector
from gitmoxi.errors import AwsRejectedError, UnavailableError

SIZE = 3
BAD = "k0"
"""A call with this member is refused as a whole."""


@dataclass
class Shelf:
    """What is read: a number for each key, which changes count up. Notes what each call asked for."""

    numbers: dict[str, int] = field(default_factory=dict)
    calls: list[list[str]] = field(default_factory=list)
    turns: int = 1
    down: bool = False
    refuses: bool = False
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, group: str, batch: Batch[str, int]) -> Mapping[str, int | Exception]:
        await asyncio.sleep(0)  # our turn comes
        keys = batch.close()
        if not keys:
            return {}
        self.calls.append(keys)
        self.called.set()
        for _ in range(self.turns):
            await asyncio.sleep(0)
        if self.down:
            raise UnavailableError("no answer")
        if self.refuses and BAD in keys:
            raise AwsRejectedError(operation="x:Read", code="Bad", reason=BAD)
        return {key: self.numbers[key] for key in keys if key in self.numbers}


def collector(shelf: Shelf, *, seconds: float = 0) -> Collector[str, str, int]:
    return Collector(shelf.read, size=SIZE, seconds=seconds)


async def test_reads_of_one_moment_are_one_call_and_each_gets_its_own_answer():
    shelf = Shelf(numbers={"a": 1, "b": 2})
    reads = collector(shelf)

    answers = await asyncio.gather(*(reads.get("g", key) for key in ("a", "b", "a", "missing")))

    assert answers == [1, 2, 1, None]
    assert shelf.calls == [["a", "b", "missing"]]


async def test_what_one_call_cannot_ask_about_goes_into_another():
    shelf = Shelf(numbers={f"k{n}": n for n in range(7)})
    reads = collector(shelf)

    answers = await asyncio.gather(*(reads.get("g", f"k{n}") for n in range(7)), reads.get("other", "k1"))

    assert answers == [0, 1, 2, 3, 4, 5, 6, 1]
    assert sorted(map(len, shelf.calls)) == [1, 1, 3, 3]


async def test_a_full_call_waits_for_no_more_company():
    shelf = Shelf(numbers={"a": 1, "b": 2, "c": 3})
    reads = collector(shelf, seconds=3600)

    assert await asyncio.wait_for(asyncio.gather(*(reads.get("g", key) for key in "abc")), 5) == [1, 2, 3]


async def test_a_read_during_a_call_is_a_call_of_its_own_for_the_first_began_before_it():
    shelf = Shelf(numbers={"a": 1}, turns=5)
    reads = collector(shelf)
    first = asyncio.create_task(reads.get("g", "a"))
    await shelf.called.wait()
    shelf.numbers["a"] = 2

    assert await reads.get("g", "a") == 2
    await first
    assert len(shelf.calls) == 2


async def test_a_member_that_aws_refuses_fails_alone():
    shelf = Shelf(numbers={"a": 1, "b": 2}, refuses=True)
    reads = collector(shelf)

    good, bad, other = await asyncio.gather(
        reads.get("g", "a"), reads.get("g", BAD), reads.get("g", "b"), return_exceptions=True
    )

    assert (good, other) == (1, 2)
    assert isinstance(bad, AwsRejectedError)
    assert (bad.operation, bad.code, bad.reason) == ("x:Read", "Bad", BAD)


async def test_a_call_without_an_answer_fails_each_reader_with_an_error_of_his_own():
    reads = collector(Shelf(down=True))

    first, second = await asyncio.gather(reads.get("g", "a"), reads.get("g", "b"), return_exceptions=True)

    assert isinstance(first, UnavailableError)
    assert isinstance(second, UnavailableError)
    assert first is not second
    assert str(first) == str(second) == "no answer"


async def test_a_reader_who_is_cancelled_takes_nobody_with_him():
    shelf = Shelf(numbers={"a": 1, "b": 2}, turns=5)
    reads = collector(shelf)
    first, second = (asyncio.create_task(reads.get("g", key)) for key in "ab")
    await shelf.called.wait()
    first.cancel()

    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_what_nobody_waits_for_any_more_is_not_asked():
    shelf = Shelf()
    reads = collector(shelf)
    reader = asyncio.create_task(reads.get("g", "a"))
    await asyncio.sleep(0)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)

    assert shelf.calls == []


@dataclass(frozen=True)
class Doing:
    """A reader of ``key`` who starts after ``after`` turns and gives up after ``leaves`` more, if ever."""

    key: str
    after: int
    leaves: int | None


DOINGS = st.builds(
    Doing,
    key=st.integers(0, 5).map("k{}".format),
    after=st.integers(0, 12),
    leaves=st.none() | st.integers(0, 8),
)
CHANGES = st.tuples(st.integers(0, 20), st.integers(0, 5).map("k{}".format))
FAULTS = st.tuples(st.integers(0, 20), st.booleans())


@settings(max_examples=500, deadline=None)
@given(
    doings=st.lists(DOINGS, min_size=1, max_size=12),
    changes=st.lists(CHANGES, max_size=8),
    faults=st.lists(FAULTS, max_size=4),
    turns=st.integers(0, 4),
    refuses=st.booleans(),
)
def test_in_whatever_order_things_happen_every_reader_gets_his_own_fresh_answer(
    doings: list[Doing],
    changes: list[tuple[int, str]],
    faults: list[tuple[int, bool]],
    turns: int,
    refuses: bool,
) -> None:
    asyncio.run(_checked(doings, dict(changes), dict(faults), Shelf(turns=turns, refuses=refuses)))


async def _checked(
    doings: list[Doing], changes: Mapping[int, str], faults: Mapping[int, bool], shelf: Shelf
) -> None:
    shelf.numbers = {f"k{n}": n * 1000 for n in range(6)}
    reads = collector(shelf)
    errors: list[Exception] = []

    async def reader(doing: Doing) -> None:
        known = shelf.numbers[doing.key]
        try:
            answer = await reads.get("g", doing.key)
        except AwsRejectedError as error:
            assert refuses_alone(shelf, doing.key)
            errors.append(error)
        except UnavailableError as error:
            errors.append(error)
        else:
            assert answer is not None
            assert known <= answer <= shelf.numbers[doing.key]

    tasks: dict[Doing, list[asyncio.Task[None]]] = {}
    for turn in range(40):
        if turn in changes:
            shelf.numbers[changes[turn]] += 1
        shelf.down = faults.get(turn, shelf.down) and turn < 30
        for doing in doings:
            if doing.after == turn:
                tasks.setdefault(doing, []).append(asyncio.create_task(reader(doing)))
            if doing.leaves is not None and doing.after + doing.leaves == turn:
                tasks[doing][0].cancel()
        await asyncio.sleep(0)

    everyone = [task for started in tasks.values() for task in started]
    ended = await asyncio.wait_for(asyncio.gather(*everyone, return_exceptions=True), 5)
    assert not [one for one in ended if isinstance(one, AssertionError)]
    assert len({id(error) for error in errors}) == len(errors)
    assert all(len(call) <= SIZE for call in shelf.calls)


def refuses_alone(shelf: Shelf, key: str) -> bool:
    return shelf.refuses and key == BAD
