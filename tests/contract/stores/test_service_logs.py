"""Logs of services: which lines are found, by time and by what they hold."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from gitmoxi.adapters.aws.service_logs import CloudWatchServiceLogs
from gitmoxi.adapters.memory.service_logs import MemoryServiceLogs
from gitmoxi.errors import AwsRejectedError
from gitmoxi.ports.service_logs import ServiceLogs
from tests.contract.stores.conftest import ClientFactory

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Logs, and a way to write a line of the planner."""

    logs: ServiceLogs
    write: Callable[[datetime, str], Awaitable[None]]

    async def found(self, since: datetime, until: datetime, containing: str | None = None) -> set[str]:
        """The texts of all pages."""
        texts: set[str] = set()
        cursor = None
        while True:
            page = await self.logs.page(
                "planner", since=since, until=until, containing=containing, cursor=cursor
            )
            texts |= {line.text for line in page.lines}
            if (cursor := page.cursor) is None:
                return texts


@pytest.fixture
def memory_shelf() -> Shelf:
    logs = MemoryServiceLogs(page_size=2)

    async def write(at: datetime, text: str) -> None:
        logs.put("planner", at, text)

    return Shelf(logs=logs, write=write)


@pytest.fixture
async def aws_shelf(client_for: ClientFactory) -> AsyncIterator[Shelf]:
    client = await client_for("logs")
    group = f"/logs/{secrets.token_hex(6)}"
    await client.create_log_group(logGroupName=group)
    await client.create_log_stream(logGroupName=group, logStreamName="one")

    async def write(at: datetime, text: str) -> None:
        event = {"timestamp": int(at.timestamp() * 1000), "message": text}
        await client.put_log_events(logGroupName=group, logStreamName="one", logEvents=[event])

    groups = {"planner": group, "nobody": f"{group}-x"}
    yield Shelf(logs=CloudWatchServiceLogs(client, groups.__getitem__), write=write)
    await client.delete_log_group(logGroupName=group)


@pytest.fixture(params=["memory", "aws"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    chosen: Shelf = request.getfixturevalue(f"{request.param}_shelf")
    return chosen


async def test_nothing_was_logged(shelf: Shelf) -> None:
    assert await shelf.found(NOW - HOUR, NOW) == set()


async def test_lines_are_found_by_time(shelf: Shelf) -> None:
    for minutes in (90, 60, 30, 0):
        await shelf.write(NOW - timedelta(minutes=minutes), f"{minutes}")
    assert await shelf.found(NOW - HOUR, NOW - timedelta(minutes=1)) == {"60", "30"}


async def test_lines_are_found_by_the_deployment_that_they_name(shelf: Shelf) -> None:
    lines = [json.dumps({"deployment_id": name}) for name in ("d-1a", "d-2b", "d-1b")]
    for line in lines:
        await shelf.write(NOW, line)
    assert await shelf.found(NOW - HOUR, NOW + HOUR, "d-1b") == {lines[2]}


async def test_each_line_has_an_id_of_its_own_that_stays(shelf: Shelf) -> None:
    for number in range(3):
        await shelf.write(NOW, f"line {number % 2} of {number}")
    pages = [await shelf.logs.page("planner", since=NOW - HOUR, until=NOW + HOUR) for _ in range(2)]
    ids = [[line.id for line in page.lines] for page in pages]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


async def test_a_group_that_is_not_there_is_told(aws_shelf: Shelf) -> None:
    with pytest.raises(AwsRejectedError, match="ResourceNotFoundException"):
        await aws_shelf.logs.page("nobody", since=NOW, until=NOW)
