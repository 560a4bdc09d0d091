"""The shell of a worker: what must not keep it from serving."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from faststream_sqs import SQSBroker
from gitmoxi.errors import InvariantError, UnavailableError
from gitmoxi.runtime.service import HealthServer, first_look


async def test_a_store_that_does_not_answer_at_the_start_ends_no_service():
    async def look():
        raise UnavailableError("DynamoDB did not answer within 0.4 s")

    await first_look(look)


async def test_a_bug_at_the_start_is_not_passed_over():
    async def look():
        raise InvariantError("a stored body is no wanted state")

    with pytest.raises(InvariantError):
        await first_look(look)


async def test_a_health_check_finds_a_process_that_took_any_free_port(tmp_path):
    told, stop = tmp_path / "health", asyncio.Event()
    server = asyncio.create_task(HealthServer(SQSBroker(region="eu-west-1"), 0, told).run(stop))
    async with asyncio.timeout(10):
        while not told.exists():  # noqa: ASYNC110 - a file rings no bell
            await asyncio.sleep(0)
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{told.read_text()}/healthz")
        stop.set()
        await server
    assert answer.status_code < 300
