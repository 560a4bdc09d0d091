"""What the engine relies on, asked of AWS in memory and of the local cloud's base alike."""

import pytest

from faststream_sqs.engine.clock import SystemClock
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.events import EventEntry, EventSender
from faststream_sqs.engine.gateway import QueueGateway


@pytest.fixture
def queue(service) -> QueueGateway:
    return QueueGateway(client=service.sqs, queue_url=service.queue_url, clock=SystemClock())


async def receive(queue: QueueGateway, visibility_seconds: int = 30) -> list[Delivery]:
    return await queue.receive(max_messages=10, wait_seconds=0, visibility_seconds=visibility_seconds)


async def send(queue: QueueGateway, body: str = "{}", **attributes: str) -> str:
    values = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    return await queue.send(body=body, attributes=values)


async def test_a_message_is_received_as_it_was_sent(queue, service):
    message_id = await send(queue, '{"ü": "€"}', correlation_id="c-1")

    [delivery] = await receive(queue)

    assert delivery.message_id == message_id
    assert delivery.body == '{"ü": "€"}'
    assert delivery.receive_count == 1
    assert delivery.queue_url == service.queue_url
    assert delivery.envelope.content == {"ü": "€"}
    assert delivery.envelope.correlation_id == "c-1"
    assert delivery.message_attributes["correlation_id"]["DataType"] == "String"


async def test_received_attributes_can_be_sent_on_unchanged(queue):
    await send(queue, correlation_id="c-1")
    [delivery] = await receive(queue)

    await queue.send(body=delivery.body, attributes=delivery.message_attributes)

    [copy] = await receive(queue)
    assert copy.envelope.correlation_id == "c-1"


async def test_a_received_message_is_invisible_until_its_visibility_is_given_back(queue):
    await send(queue)
    [first] = await receive(queue)
    assert await receive(queue) == []

    assert await queue.change_visibility([first.receipt_handle], 0) == {}

    [second] = await receive(queue)
    assert (second.message_id, second.receive_count) == (first.message_id, 2)
    assert second.receipt_handle != first.receipt_handle


async def test_a_deleted_message_never_comes_back(queue):
    for _ in range(3):
        await send(queue)
    deliveries = await receive(queue)

    assert await queue.delete([delivery.receipt_handle for delivery in deliveries]) == {}

    assert len(deliveries) == 3
    assert await receive(queue) == []


async def test_an_extended_message_stays_invisible(queue):
    await send(queue)
    [delivery] = await receive(queue)

    assert await queue.change_visibility([delivery.receipt_handle], 60) == {}

    assert await receive(queue) == []


async def test_a_delayed_message_is_not_there_yet(queue):
    await queue.send(body="{}", attributes={}, delay_seconds=900)

    assert await receive(queue) == []


async def test_no_more_messages_come_than_asked_for(queue):
    for _ in range(4):
        await send(queue)

    assert len(await queue.receive(max_messages=3, wait_seconds=0, visibility_seconds=30)) <= 3


async def test_events_get_ids(service):
    entries = [
        EventEntry(bus="default", source="shop", detail_type=f"n{number}", detail='{"a":1}')
        for number in range(12)
    ]

    ids = await EventSender(client=service.events, clock=SystemClock()).put(entries)

    assert len(set(ids)) == 12
