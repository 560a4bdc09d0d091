"""A consumer's everyday work: receive within its room, run, delete, retry, survive a failing SQS."""

import pytest

from faststream_sqs.engine.consumer import Consumer
from faststream_sqs.engine.delivery import Nack
from faststream_sqs.engine.observer import Outcome, SilentObserver
from faststream_sqs.engine.queue import Backoff, SQSQueue
from tests.unit.faststream_sqs.conftest import Handler
from tests.unit.faststream_sqs.fake_aws import QUEUE_URL, Fault, client_error
from tests.unit.faststream_sqs.fake_clock import catch_up, until


async def test_a_handled_message_is_deleted(rig):
    handler = Handler()
    rig.start(handler)
    message_id = rig.sqs.put('{"n": 1}')

    [settlement] = await rig.settled()

    assert [delivery.message_id for delivery in handler.got] == [message_id]
    assert rig.sqs.messages() == []
    assert settlement.outcome is Outcome.DELETED
    assert settlement.reason is None
    assert settlement.retry_seconds is None


async def test_a_settlement_tells_age_waiting_and_handling(rig):
    rig.sqs.put("1")
    await rig.clock.advance(3)
    handler = Handler(closed=True)
    rig.start(handler, max_workers=1, prefetch=1)
    rig.sqs.put("2")
    await rig.clock.advance(4)
    handler.gate.set()

    first, second = await rig.settled(2)

    assert (first.queue_age_seconds, first.buffered_seconds, first.handled_seconds) == (3, 0, 4)
    assert (second.queue_age_seconds, second.buffered_seconds, second.handled_seconds) == (0, 4, 0)
    assert first.delivery.receive_count == 1


async def test_a_clock_behind_the_senders_never_makes_a_negative_age(rig):
    message_id = rig.sqs.put("1")
    rig.sqs.find(message_id).sent_at = 5.0
    rig.start(Handler())

    [settlement] = await rig.settled()

    assert settlement.queue_age_seconds == 0


async def test_no_more_handlers_run_than_workers(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, max_workers=3, prefetch=10)
    for number in range(8):
        rig.sqs.put(str(number))
    await catch_up()

    assert len(handler.got) == 3
    assert consumer.health().running == 3

    handler.gate.set()
    await rig.settled(8)
    assert len(handler.got) == 8


async def test_polls_ask_only_for_as_many_as_there_is_room_for(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, max_workers=4, prefetch=3)
    for number in range(20):
        rig.sqs.put(str(number))
    await catch_up()

    asked = [request["MaxNumberOfMessages"] for request in rig.sqs.requests("ReceiveMessage")]
    assert asked == [7]
    assert consumer.health().held == 7
    assert len(rig.sqs.visible()) == 13


async def test_a_poll_never_asks_for_more_than_ten(rig):
    rig.start(Handler(closed=True), max_workers=64)
    await catch_up()

    assert rig.sqs.requests("ReceiveMessage")[0]["MaxNumberOfMessages"] == 10


async def test_polling_goes_on_when_a_handler_frees_its_worker(rig):
    handler = Handler(closed=True)
    rig.start(handler, max_workers=1)
    rig.sqs.put("1")
    rig.sqs.put("2")
    await catch_up()
    assert len(handler.got) == 1

    handler.gate.set()
    await rig.settled(2)

    assert rig.sqs.messages() == []


@pytest.mark.parametrize(
    ("earlier_receives", "delay"),
    [
        pytest.param(0, 2, id="first failure"),
        pytest.param(1, 4, id="second failure"),
        pytest.param(2, 8, id="third failure"),
        pytest.param(4, 32, id="fifth failure"),
        pytest.param(5, 60, id="capped"),
        pytest.param(5000, 60, id="capped without overflow"),
    ],
)
async def test_a_failed_message_comes_back_after_a_backoff_by_receive_count(rig, earlier_receives, delay):
    rig.start(Handler(answer=Nack(reason="not yet")))
    rig.sqs.put("1", receives=earlier_receives)

    [settlement] = await rig.settled()

    assert (settlement.outcome, settlement.reason) == (Outcome.RETRIED, "not yet")
    assert settlement.retry_seconds == delay
    [change] = rig.sqs.requests("ChangeMessageVisibilityBatch")
    assert [entry["VisibilityTimeout"] for entry in change["Entries"]] == [delay]


async def test_a_failed_message_is_handled_again(rig):
    handler = Handler(answer=Nack(reason="not yet"))
    rig.start(handler)
    rig.sqs.put("1")

    first, second = await rig.settled(2)

    assert [first.delivery.receive_count, second.delivery.receive_count] == [1, 2]
    assert len(rig.sqs.messages()) == 1


async def test_an_exception_of_the_handler_is_a_retry(rig, caplog):
    rig.start(Handler(error=RuntimeError("boom")))
    rig.sqs.put("1")

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.RETRIED
    assert settlement.reason == "RuntimeError('boom')"
    assert "boom" in caplog.text


async def test_a_refused_backoff_leaves_the_message_to_its_visibility_timeout(rig):
    rig.sqs.fail("ChangeMessageVisibilityBatch", Fault(error=client_error("x", "InternalError")))
    rig.start(Handler(answer=Nack(reason="not yet")), visibility_seconds=30)
    message_id = rig.sqs.put("1")

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.RETRIED
    assert settlement.retry_seconds is None
    assert rig.sqs.find(message_id).visible_at == 30


async def test_polling_survives_errors_with_growing_pauses(rig):
    rig.sqs.fail("ReceiveMessage", Fault(error=client_error("ReceiveMessage", "InternalError")), times=7)
    handler = Handler()
    rig.start(handler)
    rig.sqs.put("1")

    await until(lambda: handler.got, clock=rig.clock)

    assert rig.clock.monotonic() == pytest.approx(1 + 2 + 4 + 8 + 16 + 16 + 16, abs=0.2)
    assert [bool(poll.error) for poll in rig.records.polls] == [True] * 7 + [False]
    assert rig.records.polls[-1].received == 1


async def test_an_observer_that_fails_disturbs_nothing(rig, caplog):
    class Broken(SilentObserver):
        def polled(self, poll):
            raise RuntimeError("metrics are down")

        def settled(self, settlement):
            raise RuntimeError("metrics are down")

    rig.records = Broken()
    rig.start(Handler())
    rig.sqs.put("1")

    await until(lambda: not rig.sqs.messages(), clock=rig.clock)

    assert "metrics are down" in caplog.text


@pytest.mark.parametrize(("max_workers", "prefetch"), [(0, 1), (1, -1)])
async def test_impossible_capacities_are_refused(aws, clock, max_workers, prefetch):
    with pytest.raises(ValueError, match="max_workers must be >= 1 and prefetch >= 0"):
        Consumer(
            queue=SQSQueue(url=QUEUE_URL),
            client=aws.sqs,
            handler=Handler(),
            max_workers=max_workers,
            prefetch=prefetch,
            observer=SilentObserver(),
            clock=clock,
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"url": "work"}, "must be a queue URL", id="a name for a URL"),
        pytest.param({"url": QUEUE_URL + ".fifo"}, "FIFO", id="FIFO"),
        pytest.param({"url": QUEUE_URL, "dlq_url": QUEUE_URL}, "poison would loop", id="own DLQ"),
        pytest.param({"url": QUEUE_URL, "wait_seconds": 21}, "0 to 20", id="poll too long"),
        pytest.param({"url": QUEUE_URL, "visibility_seconds": 5}, "6 to 43200", id="too short to extend"),
    ],
)
def test_queue_settings_are_checked_where_they_are_written(settings, message):
    with pytest.raises(ValueError, match=message):
        SQSQueue(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"first_seconds": -1}, id="negative"),
        pytest.param({"first_seconds": 61}, id="first above max"),
        pytest.param({"max_seconds": 50_000}, id="more than SQS allows"),
        pytest.param({"factor": 0.5}, id="shrinking"),
    ],
)
def test_backoffs_are_checked_where_they_are_written(settings):
    with pytest.raises(ValueError, match="Backoff needs"):
        Backoff(**settings)
