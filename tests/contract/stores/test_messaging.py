"""What arrives when events are published and wakes are sent."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from gitmoxi.adapters.aws.messaging import EventBridgePublisher, SqsWaker
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.messaging import MemoryPublisher, MemoryWaker
from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.states import Worker
from gitmoxi.errors import ThrottledError
from gitmoxi.ports.ledger import OutboxEvent
from gitmoxi.ports.messaging import EventPublisher, Waker
from gitmoxi_local.faults import CallFaultSpec
from gitmoxi_local.process import LocalCloudProcess
from tests.contract.stores.conftest import ClientFactory
from tests.contract.stores.records import an_event

_WAIT_SECONDS = 20
"""A bound for a real bus and queue; they take some tenths of a second."""

Received = tuple[str, Any]
"""The detail-type and detail of what arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A publisher or waker, and a way to receive so many of its messages."""

    publisher: EventPublisher
    waker: Waker
    received: Callable[[int], Awaitable[list[Received]]]


@pytest.fixture
def memory_post() -> Post:
    publisher, waker = MemoryPublisher(), MemoryWaker()

    async def received(_count: int) -> list[Received]:
        events = [(event.detail_type, json.loads(event.detail)) for event in publisher.published]
        return events + [(Tick.DETAIL_TYPE, wake.tick.model_dump(mode="json")) for wake in waker.wakes]

    return Post(publisher=publisher, waker=waker, received=received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """A bus of its own whose every event goes to a queue of its own."""

    events: Any
    sqs: Any
    bus: str
    queue_url: str

    async def bodies(self, count: int) -> list[dict[str, Any]]:
        """The bodies of the next ``count`` messages."""
        bodies: list[dict[str, Any]] = []
        async with asyncio.timeout(_WAIT_SECONDS):
            while len(bodies) < count:
                answer = await self.sqs.receive_message(
                    QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
                )
                for message in answer.get("Messages", []):
                    bodies.append(json.loads(message["Body"]))
                    await self.sqs.delete_message(
                        QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
                    )
        return bodies


@pytest.fixture
async def wiring(client_for: ClientFactory) -> AsyncIterator[Wiring]:
    events, sqs = await client_for("events"), await client_for("sqs")
    name = f"post-{secrets.token_hex(6)}"
    queue_url = (await sqs.create_queue(QueueName=name))["QueueUrl"]
    attributes = await sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    await events.create_event_bus(Name=name)
    await events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["gitmoxi"]}')
    target = {"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}
    await events.put_targets(Rule=name, EventBusName=name, Targets=[target])
    yield Wiring(events=events, sqs=sqs, bus=name, queue_url=queue_url)
    await sqs.delete_queue(QueueUrl=queue_url)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def aws_post(wiring: Wiring, clock: FakeClock) -> Post:
    async def received(count: int) -> list[Received]:
        return [(body["detail-type"], body["detail"]) for body in await wiring.bodies(count)]

    return Post(
        publisher=EventBridgePublisher(wiring.events, wiring.bus, clock),
        waker=SqsWaker(wiring.sqs, {Worker.ROLLBACK: wiring.queue_url}.__getitem__),
        received=received,
    )


@pytest.fixture(params=["memory", "aws"])
def post(request: pytest.FixtureRequest) -> Post:
    chosen: Post = request.getfixturevalue(f"{request.param}_post")
    return chosen


def _events(count: int) -> list[OutboxEvent]:
    return [an_event(f"e{n:02}", detail=json.dumps({"n": n, "why": "größer"})) for n in range(count)]


def _tick(version: int = 3) -> Tick:
    return Tick(deployment_id="d-1", version=version, worker=Worker.ROLLBACK)


async def test_all_events_arrive_with_their_type_and_detail(post: Post) -> None:
    events = _events(23)
    await post.publisher.publish(events)
    received = await post.received(23)
    assert sorted(received, key=lambda pair: pair[1]["n"]) == [
        (event.detail_type, json.loads(event.detail)) for event in events
    ]


async def test_publishing_nothing_is_no_call(post: Post) -> None:
    await post.publisher.publish([])


async def test_a_wake_arrives_at_its_worker(post: Post) -> None:
    await post.waker.wake(_tick(), delay_seconds=0)
    detail = {"deployment_id": "d-1", "version": 3, "worker": "rollback"}
    assert await post.received(1) == [("deployment.tick.v1", detail)]


async def test_an_event_is_ours(aws_post: Post, wiring: Wiring) -> None:
    await aws_post.publisher.publish(_events(1))
    [body] = await wiring.bodies(1)
    assert body["source"] == "gitmoxi"


async def test_a_wake_looks_like_an_event(aws_post: Post, wiring: Wiring) -> None:
    await aws_post.waker.wake(_tick(), delay_seconds=0)
    [body] = await wiring.bodies(1)
    assert set(body) == {"detail-type", "source", "detail"}
    assert body["source"] == "gitmoxi"


async def test_a_delayed_wake_is_held_back(aws_post: Post, wiring: Wiring) -> None:
    await aws_post.waker.wake(_tick(1), delay_seconds=5_000)
    await aws_post.waker.wake(_tick(2), delay_seconds=0)
    [body] = await wiring.bodies(1)
    assert body["detail"]["version"] == 2
    names = ["ApproximateNumberOfMessagesDelayed"]
    answer = await wiring.sqs.get_queue_attributes(QueueUrl=wiring.queue_url, AttributeNames=names)
    assert answer["Attributes"] == {"ApproximateNumberOfMessagesDelayed": "1"}


async def test_a_bus_that_throttles_on_is_told_as_such(aws_post: Post, cloud: LocalCloudProcess) -> None:
    cloud.client.add_faults(calls=[CallFaultSpec(service="events", action="PutEvents", kind="throttle")])
    with pytest.raises(ThrottledError, match="events:PutEvents"):
        await aws_post.publisher.publish(_events(1))
