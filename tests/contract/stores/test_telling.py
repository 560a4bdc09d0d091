"""What was told is remembered alike by each store, and written by one of two who want to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gitmoxi.adapters.dynamodb.told import DynamoToldStore
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.telling import MemoryToldStore
from gitmoxi.domain.telling import Told
from gitmoxi.errors import ContentionError

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TOLD = Told(
    repository_id="r-1",
    about="status/main/a",
    said="x",
    order=3,
    ref="c-1",
    at=AT,
    busy_until=AT,
    look_at=AT,
    revision=1,
)


@pytest.fixture(params=["memory", "dynamodb"])
def memory(request, dynamodb, tables):
    if request.param == "memory":
        return MemoryToldStore()
    return DynamoToldStore(dynamodb, tables.commits, FakeClock())


async def test_what_was_never_told_is_fresh(memory):
    assert await memory.told("r-1", "status/main/a") == Told(repository_id="r-1", about="status/main/a")


async def test_what_was_written_is_read_whole(memory):
    await memory.put(TOLD)
    assert await memory.told("r-1", "status/main/a") == TOLD
    assert (await memory.told("r-2", "status/main/a")).revision == 0


async def test_a_later_write_replaces_an_earlier_one(memory):
    await memory.put(TOLD)
    later = replace(TOLD, said="y", busy_until=None, revision=2)
    await memory.put(later)
    assert await memory.told("r-1", "status/main/a") == later


@pytest.mark.parametrize("revision", [1, 3])
async def test_one_of_two_writers_wins(memory, revision):
    await memory.put(TOLD)
    with pytest.raises(ContentionError, match="status/main/a"):
        await memory.put(replace(TOLD, said="mine", revision=revision))
    assert (await memory.told("r-1", "status/main/a")).said == "x"


async def test_nothing_is_written_over_what_was_never_there(memory):
    with pytest.raises(ContentionError):
        await memory.put(replace(TOLD, revision=2))


async def test_dynamodb_forgets_it_after_half_a_year(dynamodb, tables):
    clock = FakeClock()
    await DynamoToldStore(dynamodb, tables.commits, clock).put(TOLD)
    key = {"pk": {"S": "TOLD#r-1"}, "sk": {"S": "status/main/a"}}
    item = (await dynamodb.get_item(TableName=tables.commits, Key=key))["Item"]
    days = (int(item["expires_at"]["N"]) - clock.now().timestamp()) / 86_400
    assert days == 180
