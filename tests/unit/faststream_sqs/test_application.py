"""The broker as FastStream sees it: TestBroker, exceptions that stop, AsyncAPI."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from faststream import FastStream, TestApp
from faststream.exceptions import StopApplication, StopConsume, SubscriberNotFound
from faststream.specification import AsyncAPI
from pydantic import BaseModel, ValidationError

from faststream_sqs import Broker, Outcome, SQSBroker, SQSMessage, SQSQueue, TestSQSBroker, detail_type
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL
from tests.unit.faststream_sqs.fake_clock import until

QUEUE = SQSQueue(url=QUEUE_URL, dlq_url=DLQ_URL)


class Push(BaseModel):
    """A push to a branch."""

    branch: str


class Done(BaseModel):
    """A push that was handled."""

    branch: str


@pytest.fixture
def broker():
    return SQSBroker(event_source="shop", event_bus="shop-bus", logger=None)


async def test_a_published_message_reaches_its_handler_without_aws(broker):
    @broker.subscriber(QUEUE)
    async def on_message(body: dict[str, Any], message: SQSMessage) -> None:
        assert message.receive_count == 1

    async with TestSQSBroker(broker):
        await broker.publish({"a": 1}, queue=QUEUE, correlation_id="c-1")

        await on_message.assert_called_once_with({"a": 1}, correlation_id="c-1")


async def test_an_event_reaches_the_handlers_whose_filters_take_it(broker):
    @broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Push, used: Broker) -> None:
        await used.publish_event(detail_type="done.v1", detail=Done(branch=body.branch))

    @broker.subscriber(SQSQueue(url=QUEUE_URL + "-2"), filter=detail_type("done.v1"))
    async def on_done(body: Done, message: SQSMessage) -> None:
        assert message.headers["resources"] == []

    async with TestSQSBroker(broker):
        await broker.publish_event(detail_type="push.v1", detail={"branch": "main"}, correlation_id="c-1")

        await on_push.assert_called_once_with(
            {"branch": "main"}, headers={"detail-type": "push.v1", "source": "shop"}
        )
        await on_done.assert_called_once_with({"branch": "main"}, correlation_id="c-1")


async def test_an_event_that_no_filter_takes_goes_nowhere(broker):
    @broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Any) -> None:
        pass

    async with TestSQSBroker(broker):
        await broker.publish_event(detail_type="other.v1", detail={})

        on_push.mock.assert_not_called()


async def test_a_message_that_no_filter_takes_fails_the_test(broker):
    @broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Any) -> None:
        pass

    async with TestSQSBroker(broker):
        with pytest.raises(SubscriberNotFound):
            await broker.publish({}, queue=QUEUE)


async def test_errors_of_handlers_and_bodies_reach_the_test(broker):
    @broker.subscriber(QUEUE)
    async def on_push(body: Push) -> None:
        raise RuntimeError(body.branch)

    async with TestSQSBroker(broker):
        with pytest.raises(RuntimeError, match="main"):
            await broker.publish({"branch": "main"}, queue=QUEUE)
        with pytest.raises(ValidationError, match="branch"):
            await broker.publish({}, queue=QUEUE)


async def test_declared_publishers_show_what_they_sent(broker):
    to_bus = broker.event_publisher("done.v1")
    to_other_kind = broker.event_publisher("other.v1")
    to_queue = broker.publisher(QUEUE_URL + "-2")
    to_own_queue = broker.publisher(QUEUE, detail_type="push.v1")

    @broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    @to_bus
    @to_queue
    async def on_push(body: Push) -> Done:
        return Done(branch=body.branch)

    @broker.subscriber(QUEUE)
    async def on_rest(body: Any) -> None:
        pass

    async with TestSQSBroker(broker):
        await to_own_queue.publish({"branch": "main"})
        await to_other_kind.publish({"other": True})

        to_own_queue.mock.assert_called_once_with({"branch": "main"})
        to_bus.mock.assert_called_once_with({"branch": "main"})
        to_queue.mock.assert_called_once_with({"branch": "main"})
        to_other_kind.mock.assert_called_once_with({"other": True})


async def test_the_broker_is_itself_again_after_a_test(broker):
    @broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        pass

    publisher = broker.event_publisher("done.v1")
    before = broker.config.producer
    async with TestSQSBroker(broker):
        await publisher.publish({})

    assert broker.config.producer is before
    assert len(broker.subscribers) == 1


async def test_an_application_runs_under_test_app(broker):
    @broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        pass

    async with TestSQSBroker(broker, connect_only=True), TestApp(FastStream(broker, logger=None)):
        await broker.publish(1, queue=QUEUE)

        on_message.mock.assert_called_once_with(1)


async def test_stop_consume_ends_polling_and_the_message_comes_back(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        raise StopConsume

    await bench.broker.start()
    bench.sqs.put("1")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.RETRIED
    assert [state.draining for state in bench.broker.health()] == [True]


async def test_stop_application_asks_the_application_to_exit(bench):
    app = Mock(spec=FastStream)
    bench.broker.context.set_global("app", app)

    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        raise StopApplication

    await bench.broker.start()
    bench.sqs.put("1")
    [settlement] = await bench.settled()

    app.exit.assert_called_once_with()
    assert settlement.outcome is Outcome.RETRIED


async def test_an_application_drains_when_it_exits(bench):
    ended = asyncio.Event()
    started = asyncio.Event()

    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        started.set()
        await bench.clock.sleep(2)
        ended.set()

    app = FastStream(bench.broker, logger=None)
    bench.sqs.put("1")
    running = asyncio.create_task(app.start())
    await until(started.is_set, clock=bench.clock)
    stopping = asyncio.create_task(app.stop())
    await until(stopping.done, clock=bench.clock)

    assert running.done()
    assert ended.is_set()
    assert bench.records.outcomes == [Outcome.DELETED]


@pytest.fixture
def specification(broker):
    @broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Push, message: SQSMessage) -> None:
        """Handles a push."""

    @broker.subscriber(QUEUE)
    async def on_rest(body: dict[str, Any]) -> None:
        """Handles the rest."""

    broker.subscriber(SQSQueue(url=QUEUE_URL + "-hidden"), include_in_schema=False)(_hidden)
    broker.publisher(QUEUE_URL + "-2", schema=Done, title="to the second queue")
    broker.event_publisher("done.v1", schema=Done)
    return AsyncAPI(broker).to_specification().to_jsonable()


async def _hidden(body: Any) -> None:
    pass


def test_asyncapi_shows_queues_and_buses_by_name(specification):
    channels = specification["channels"]

    assert sorted(channels) == ["shop-bus:done.v1:Publisher", "to the second queue", "work:[OnPush,OnRest]"]
    assert channels["work:[OnPush,OnRest]"]["address"] == "work"
    assert channels["work:[OnPush,OnRest]"]["bindings"]["sqs"]["queue"] == {
        "name": "work",
        "fifoQueue": False,
    }
    assert channels["shop-bus:done.v1:Publisher"]["address"] == "shop-bus"
    assert "bindings" not in channels["shop-bus:done.v1:Publisher"]
    assert specification["servers"]["development"]["protocol"] == "sqs"


def test_asyncapi_shows_the_models(specification):
    schemas = specification["components"]["schemas"]

    assert schemas["Push"]["properties"] == {"branch": {"title": "Branch", "type": "string"}}
    assert schemas["Done"]["description"] == "A push that was handled."


def test_asyncapi_shows_no_account(specification):
    assert "123456789012" not in str(specification)
