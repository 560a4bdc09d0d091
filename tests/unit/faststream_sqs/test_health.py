"""Probes: `/healthz` asks whether the loops make progress, `/readyz` whether messages arrive."""

import asyncio
from typing import Any

import httpx
import pytest
from faststream.asgi import AsgiFastStream

from faststream_sqs import SQSQueue, health_routes
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL, Fault, client_error
from tests.unit.faststream_sqs.fake_clock import catch_up, until

QUEUE = SQSQueue(url=QUEUE_URL, dlq_url=DLQ_URL)


@pytest.fixture
async def probe(bench):
    app = AsgiFastStream(bench.broker, asgi_routes=health_routes(bench.broker), logger=None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://probe") as client:

        async def status(path: str) -> int:
            response = await client.get(path)
            assert response.json()["status"] == ("ok" if response.status_code == 200 else "unavailable")
            return response.status_code

        status.client = client
        yield status


@pytest.fixture
def gate(bench):
    """Closes a handler of the queue until it is set."""
    gate = asyncio.Event()

    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        await gate.wait()

    return gate


async def test_before_the_start_the_process_is_alive_but_not_ready(probe, gate):
    assert (await probe("/healthz"), await probe("/readyz")) == (200, 503)


async def test_after_the_first_poll_it_is_ready(probe, gate, bench):
    await bench.broker.start()
    assert await probe("/readyz") == 503

    await until(lambda: bench.records.polls, clock=bench.clock)

    assert (await probe("/healthz"), await probe("/readyz")) == (200, 200)


async def test_an_aws_that_fails_makes_it_unready_but_never_unhealthy(probe, gate, bench):
    bench.sqs.fail("ReceiveMessage", Fault(error=client_error("ReceiveMessage", "AccessDenied")), times=60)
    await bench.broker.start()
    await bench.clock.advance(600)

    assert (await probe("/healthz"), await probe("/readyz")) == (200, 503)

    bench.sqs.faults.clear()
    await bench.clock.advance(30)
    assert (await probe("/healthz"), await probe("/readyz")) == (200, 200)


async def test_busy_workers_are_healthy(probe, gate, bench):
    bench.sqs.put("1")
    bench.sqs.put("2")
    bench.sqs.put("3")
    await bench.broker.start()
    await bench.clock.advance(600)

    assert (await probe("/healthz"), await probe("/readyz")) == (200, 200)
    gate.set()


async def test_a_poll_that_hangs_for_good_is_unhealthy(probe, gate, bench):
    hanging = asyncio.Event()
    bench.sqs.fail("ReceiveMessage", Fault(gate=hanging))
    await bench.broker.start()
    await bench.clock.advance(30)
    assert await probe("/healthz") == 200

    await bench.clock.advance(60)
    assert await probe("/healthz") == 503
    hanging.set()


async def test_a_heartbeat_that_hangs_for_good_is_unhealthy(probe, gate, bench):
    hanging = asyncio.Event()
    bench.sqs.put("1")
    bench.sqs.fail("ChangeMessageVisibilityBatch", Fault(gate=hanging))
    await bench.broker.start()
    await bench.clock.advance(30)
    assert await probe("/healthz") == 200

    await bench.clock.advance(60)
    response = await probe.client.get("/healthz")
    assert response.status_code == 503
    [consumer] = response.json()["consumers"]
    assert (consumer["polls_alive"], consumer["heartbeat_alive"]) == (True, False)
    hanging.set()
    gate.set()


async def test_a_stopping_process_is_alive_and_not_ready(probe, gate, bench):
    bench.sqs.put("1")
    await bench.broker.start()
    await until(lambda: bench.records.polls, clock=bench.clock)
    [subscriber] = bench.broker.subscribers
    subscriber._stop_polling()
    await catch_up()

    assert (await probe("/healthz"), await probe("/readyz")) == (200, 503)
    gate.set()


async def test_the_answer_tells_every_consumers_state(probe, gate, bench):
    bench.sqs.put("1")
    await bench.broker.start()
    await until(lambda: bench.records.polls, clock=bench.clock)

    response = await probe.client.get("/readyz")

    assert response.json()["consumers"] == [
        {
            "queue_url": QUEUE_URL,
            "polls_alive": True,
            "heartbeat_alive": True,
            "receives": True,
            "draining": False,
            "held": 1,
            "running": 1,
        }
    ]
    assert response.headers["content-type"] == "application/json"
    gate.set()


async def test_ping_tells_whether_messages_can_arrive(gate, bench):
    assert not await bench.broker.ping(timeout=1)

    await bench.broker.start()
    await until(lambda: bench.records.polls, clock=bench.clock)
    assert await bench.broker.ping(timeout=1)
    gate.set()
