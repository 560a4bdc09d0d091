"""What is remembered of secrets: for how long, for whom, and that nobody asks twice."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.adapters.remembered_secrets import MAX_AGE_SECONDS, RememberedSecrets
from gitmoxi.domain.secret_refs import SecretRef, SecretStore
from gitmoxi.errors import ThrottledError
from gitmoxi.ports.secrets import SecretNotFoundError

REF = SecretRef(store=SecretStore.SECRETS_MANAGER, arn="arn:one", region="eu-west-1")
OTHER = SecretRef(store=SecretStore.SECRETS_MANAGER, arn="arn:two", region="eu-west-1")


class SlowSecrets(MemorySecrets):
    """Answers with what it held when it was asked, once the test lets it."""

    def __init__(self):
        super().__init__()
        self.may_answer = asyncio.Event()
        self.asked = asyncio.Event()
        self.error = None

    async def read(self, ref, *, fresh=False):
        try:
            value = await super().read(ref, fresh=fresh)
        finally:
            self.asked.set()
            await self.may_answer.wait()
        if self.error:
            raise self.error
        return value


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def source():
    made = MemorySecrets()
    made.values = {REF: "first", OTHER: "other"}
    return made


@pytest.fixture
def slow():
    made = SlowSecrets()
    made.values = {REF: "first", OTHER: "other"}
    return made


async def test_a_secret_is_read_once_in_five_minutes(source, clock):
    remembered = RememberedSecrets(source, clock)
    await remembered.read(REF)
    clock.advance(MAX_AGE_SECONDS - 1)
    source.values[REF] = "second"
    assert await remembered.read(REF) == "first"
    clock.advance(1)
    assert await remembered.read(REF) == "second"
    assert source.reads == 2


async def test_who_was_refused_passes_over_what_is_remembered_and_the_others_profit(source, clock):
    remembered = RememberedSecrets(source, clock)
    await remembered.read(REF)
    source.values[REF] = "second"
    assert await remembered.read(REF, fresh=True) == "second"
    assert await remembered.read(REF) == "second"
    assert source.reads == 2


async def test_secrets_are_kept_apart(source, clock):
    remembered = RememberedSecrets(source, clock)
    assert [await remembered.read(ref) for ref in (REF, OTHER, REF)] == ["first", "other", "first"]


@pytest.mark.parametrize("fresh", [False, True], ids=["as remembered", "fresh"])
async def test_a_hundred_who_ask_at_once_ask_once(slow, clock, fresh):
    remembered = RememberedSecrets(slow, clock)
    asking = [asyncio.create_task(remembered.read(REF, fresh=fresh)) for _ in range(100)]
    await slow.asked.wait()
    slow.may_answer.set()
    assert set(await asyncio.gather(*asking)) == {"first"}
    # Those of a hundred who asked while the first read was under way may share the next one only.
    assert slow.reads <= 2


async def test_who_was_refused_while_a_read_was_under_way_does_not_share_its_answer(slow, clock):
    remembered = RememberedSecrets(slow, clock)
    early = asyncio.create_task(remembered.read(REF))
    await slow.asked.wait()
    slow.values[REF] = "second"
    late = asyncio.create_task(remembered.read(REF, fresh=True))
    await asyncio.sleep(0)
    slow.may_answer.set()
    assert (await early, await late) == ("first", "second")


async def test_a_cancelled_read_leaves_the_others_their_answer(slow, clock):
    remembered = RememberedSecrets(slow, clock)
    first = asyncio.create_task(remembered.read(REF))
    await slow.asked.wait()
    second = asyncio.create_task(remembered.read(REF))
    await asyncio.sleep(0)
    first.cancel()
    slow.may_answer.set()
    assert await second == "first"


async def test_all_who_wait_hear_of_an_error_and_the_next_one_asks_again(slow, clock):
    slow.error = ThrottledError("too many")
    remembered = RememberedSecrets(slow, clock)
    asking = [asyncio.create_task(remembered.read(REF)) for _ in range(100)]
    await slow.asked.wait()
    slow.may_answer.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ThrottledError}
    assert slow.reads <= 2
    slow.error = None
    assert await remembered.read(REF) == "first"


async def test_a_secret_that_was_deleted_is_not_remembered_for_longer(source, clock):
    remembered = RememberedSecrets(source, clock)
    await remembered.read(REF)
    del source.values[REF]
    clock.advance(MAX_AGE_SECONDS)
    with pytest.raises(SecretNotFoundError):
        await remembered.read(REF)


async def test_what_is_too_old_is_forgotten_and_shown_nowhere(source, clock):
    remembered = RememberedSecrets(source, clock)
    await remembered.read(REF)
    assert "first" not in f"{remembered!r}{vars(remembered)!r}"
    clock.advance(MAX_AGE_SECONDS)
    await remembered.read(OTHER)
    assert REF not in vars(remembered)["_slots"]
