"""Publishing: plain messages, enveloped messages and events, with ids that travel along."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from faststream.exceptions import FeatureNotSupportedException, IncorrectState
from pydantic import BaseModel

from faststream_sqs import Event, PutEventsError, SQSBroker, SQSMessage, SQSQueue, detail_type
from faststream_sqs.engine.trace import TraceContext
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL, Fault

QUEUE = SQSQueue(url=QUEUE_URL, dlq_url=DLQ_URL)
OTHER_URL = DLQ_URL
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Tick(BaseModel):
    id: str
    version: int
    due: datetime | None = None


@dataclass
class Order:
    number: int


TICK = Tick(id="d-1", version=3, due=datetime(2026, 3, 1, tzinfo=UTC))
TICK_JSON = {"id": "d-1", "version": 3, "due": "2026-03-01T00:00:00Z"}


def sent(bench, url: str = QUEUE_URL) -> dict[str, Any]:
    [request] = [r for r in bench.sqs.requests("SendMessage") if r["QueueUrl"] == url]
    return request


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(TICK, '{"id":"d-1","version":3,"due":"2026-03-01T00:00:00Z"}', id="model"),
        pytest.param(Order(number=1), '{"number":1}', id="dataclass"),
        pytest.param({"a": [1]}, '{"a":[1]}', id="mapping"),
        pytest.param(None, "null", id="None"),
        pytest.param("hello", "hello", id="text"),
    ],
)
async def test_a_plain_message_is_json_or_text(bench, body, text):
    await bench.broker.connect()

    message_id = await bench.broker.publish(body, queue=QUEUE_URL, delay_seconds=5)

    assert sent(bench)["MessageBody"] == text
    assert sent(bench)["DelaySeconds"] == 5
    assert bench.sqs.messages()[0].message_id == message_id


async def test_a_delayed_self_send_arrives_after_its_delay(bench):
    got = []

    @bench.broker.subscriber(QUEUE)
    async def on_tick(body: Tick) -> None:
        got.append((body, bench.clock.monotonic()))

    await bench.broker.start()
    await bench.broker.publish(TICK, queue=QUEUE, delay_seconds=5)
    await bench.settled()

    assert got == [(TICK, 5)]


async def test_an_enveloped_message_passes_the_same_filters_as_an_event(bench):
    got = []

    @bench.broker.subscriber(QUEUE, filter=detail_type("tick.v1"))
    async def on_tick(body: Tick, message: SQSMessage) -> None:
        got.append((body, message.source, message.headers["tenant"], message.correlation_id))

    await bench.broker.start()
    await bench.broker.publish(
        TICK, queue=QUEUE, detail_type="tick.v1", headers={"tenant": "t"}, correlation_id="c-1"
    )
    await bench.settled()

    assert got == [(TICK, "shop", "t", "c-1")]
    assert json.loads(sent(bench)["MessageBody"])["detail-type"] == "tick.v1"


async def test_a_plain_message_carries_headers_and_ids_as_attributes(bench):
    got = []

    @bench.broker.subscriber(QUEUE)
    async def on_message(body: str, message: SQSMessage) -> None:
        got.append((body, message.headers["tenant"], message.correlation_id, message.trace.trace_id))

    await bench.broker.start()
    await bench.broker.publish(
        "hello", queue=QUEUE_URL, headers={"tenant": "t", "traceparent": TRACEPARENT}, correlation_id="c-1"
    )
    await bench.settled()

    assert got == [("hello", "t", "c-1", "0af7651916cd43dd8448eb211c80319c")]


async def test_an_event_is_put_with_the_brokers_bus_and_source(bench):
    await bench.broker.connect()

    event_id = await bench.broker.publish_event(
        detail_type="order.v1", detail=Order(number=1), correlation_id="c-1", resources=["arn:x"]
    )

    [entry] = bench.aws.events.taken
    assert event_id == "event-1"
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("shop-bus", "shop", "order.v1")
    assert entry["Resources"] == ["arn:x"]
    detail = json.loads(entry["Detail"])
    assert detail["number"] == 1
    assert detail["_meta"]["correlation_id"] == "c-1"
    assert TraceContext.parse(detail["_meta"]["traceparent"])


async def test_an_event_may_name_bus_and_source(bench):
    await bench.broker.connect()

    await bench.broker.publish_event(detail_type="order.v1", detail={}, bus="other", source="till")

    [entry] = bench.aws.events.taken
    assert (entry["EventBusName"], entry["Source"]) == ("other", "till")


async def test_what_a_handler_publishes_continues_its_correlation_and_trace(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any, message: SQSMessage) -> None:
        spans.append(message.trace)
        await bench.broker.publish_event(detail_type="order.v1", detail={})
        await bench.broker.publish({}, queue=OTHER_URL)

    spans: list[TraceContext] = []
    await bench.broker.start()
    await bench.broker.publish(
        {"a": 1}, queue=QUEUE, detail_type="x", correlation_id="c-1", headers={"traceparent": TRACEPARENT}
    )
    await bench.settled()

    meta = json.loads(bench.aws.events.taken[0]["Detail"])["_meta"]
    attributes = sent(bench, OTHER_URL)["MessageAttributes"]
    assert meta["correlation_id"] == attributes["correlation_id"]["StringValue"] == "c-1"
    assert meta["traceparent"] == attributes["traceparent"]["StringValue"] == spans[0].traceparent
    assert spans[0].trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert spans[0].span_id != "b7ad6b7169203331"


async def test_an_outbox_gives_the_ids_it_stored(bench):
    await bench.broker.connect()
    stored = [
        Event(detail_type=f"n{n}", detail={}, correlation_id=f"c-{n}", traceparent=TRACEPARENT)
        for n in range(12)
    ]

    ids = await bench.broker.publish_events(stored)

    metas = [json.loads(entry["Detail"])["_meta"] for entry in bench.aws.events.taken]
    assert metas == [{"correlation_id": f"c-{n}", "traceparent": TRACEPARENT} for n in range(12)]
    assert ids == [f"event-{n}" for n in range(1, 13)]
    assert len(bench.aws.events.requests("PutEvents")) == 2


async def test_events_that_are_refused_are_named(bench):
    bench.aws.events.fail("PutEvents", Fault(entry_code="MalformedDetail"))
    await bench.broker.connect()

    with pytest.raises(PutEventsError, match="MalformedDetail"):
        await bench.broker.publish_event(detail_type="order.v1", detail={})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"message": "", "queue": QUEUE_URL}, "no empty body", id="empty text"),
        pytest.param({"message": {}, "queue": QUEUE_URL, "delay_seconds": 901}, "0 to 900", id="long delay"),
        pytest.param({"message": [1], "queue": QUEUE_URL, "detail_type": "x"}, "JSON object", id="no object"),
        pytest.param(
            {"message": {"_meta": 1}, "queue": QUEUE_URL, "detail_type": "x"}, "reserved", id="reserved key"
        ),
        pytest.param(
            {"message": {}, "queue": QUEUE_URL, "headers": {f"h{n}": "x" for n in range(9)}},
            "11 message attributes",
            id="too many headers",
        ),
        pytest.param({"message": {"a": float("inf")}, "queue": QUEUE_URL}, "JSON", id="infinite number"),
    ],
)
async def test_what_sqs_would_refuse_is_refused_here(bench, arguments, message):
    await bench.broker.connect()

    with pytest.raises(ValueError, match=message):
        await bench.broker.publish(**arguments)

    assert bench.sqs.requests("SendMessage") == []


async def test_publishing_needs_a_connection(bench):
    with pytest.raises(IncorrectState, match="not connected"):
        await bench.broker.publish({}, queue=QUEUE_URL)


async def test_there_is_no_request_and_reply(bench):
    with pytest.raises(FeatureNotSupportedException):
        await bench.broker.request({}, QUEUE_URL)


async def test_declared_publishers_send_handlers_results(bench):
    to_queue = bench.broker.publisher(OTHER_URL, detail_type="done.v1", delay_seconds=7)
    to_bus = bench.broker.event_publisher("order.v1")

    @bench.broker.subscriber(QUEUE)
    @to_queue
    @to_bus
    async def on_message(body: Any) -> dict[str, int]:
        return {"number": 1}

    await bench.broker.start()
    await bench.broker.publish({}, queue=QUEUE_URL, correlation_id="c-1")
    await bench.settled()

    body = json.loads(sent(bench, OTHER_URL)["MessageBody"])
    detail = json.loads(bench.aws.events.taken[0]["Detail"])
    assert (body["detail-type"], body["detail"]["number"], detail["number"]) == ("done.v1", 1, 1)
    assert body["detail"]["_meta"]["correlation_id"] == detail["_meta"]["correlation_id"] == "c-1"
    assert sent(bench, OTHER_URL)["DelaySeconds"] == 7


async def test_declared_publishers_can_be_called(bench):
    publisher = bench.broker.event_publisher("order.v1", bus="other", source="till")
    await bench.broker.connect()

    assert await publisher.publish(Order(number=1), correlation_id="c-1") == ["event-1"]

    [entry] = bench.aws.events.taken
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("other", "till", "order.v1")


async def test_clients_are_opened_once_and_closed_at_the_end(bench):
    await bench.broker.start()
    await bench.broker.connect()
    await bench.stop()

    assert bench.aws.opened == ["sqs", "events"]
    assert sorted(bench.aws.closed) == ["events", "sqs"]


async def test_a_broker_can_be_started_again(bench):
    got = []

    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        got.append(body)

    await bench.broker.start()
    await bench.stop()
    await bench.broker.start()
    await bench.broker.publish(1, queue=QUEUE_URL)
    await bench.settled()

    assert got == [1]


def test_a_broker_without_a_factory_makes_its_own_clients():
    assert SQSBroker(region="eu-west-1").specification.url == ["https://sqs.eu-west-1.amazonaws.com"]
