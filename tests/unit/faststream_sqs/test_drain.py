"""Stopping: no new polls, the buffered back at once, the running to their end, the deletes confirmed."""

import asyncio

from faststream_sqs.engine.observer import Outcome
from tests.unit.faststream_sqs.conftest import Handler
from tests.unit.faststream_sqs.fake_aws import Fault, client_error
from tests.unit.faststream_sqs.fake_clock import catch_up, until


async def begin_stop(consumer, timeout_seconds=30):
    stopping = asyncio.create_task(consumer.stop(timeout_seconds))
    await catch_up()
    return stopping


async def test_buffered_messages_are_visible_again_at_once_while_the_running_go_on(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, max_workers=1, prefetch=3)
    for number in range(4):
        rig.sqs.put(str(number))
    await rig.clock.advance(1)
    polls = len(rig.sqs.requests("ReceiveMessage"))

    stopping = await begin_stop(consumer)

    assert len(rig.sqs.visible()) == 3
    assert rig.records.outcomes == [Outcome.RELEASED] * 3
    assert not stopping.done()

    handler.gate.set()
    await rig.clock.advance(1)
    assert stopping.done()
    assert len(handler.got) == handler.ended == 1
    assert rig.records.outcomes == [Outcome.RELEASED] * 3 + [Outcome.DELETED]
    assert len(rig.sqs.messages()) == 3
    assert len(rig.sqs.requests("ReceiveMessage")) == polls


async def test_running_messages_stay_ours_while_they_end(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, visibility_seconds=30)
    rig.sqs.put("1")
    await catch_up()
    stopping = await begin_stop(consumer, timeout_seconds=300)
    await rig.clock.advance(120)

    assert rig.sqs.visible() == []

    handler.gate.set()
    await until(stopping.done, clock=rig.clock)
    assert rig.records.outcomes == [Outcome.DELETED]


async def test_the_poll_in_flight_ends_by_itself_and_what_it_brings_is_released(rig):
    consumer = rig.start(Handler(), wait_seconds=20)
    await rig.clock.advance(1)
    stopping = await begin_stop(consumer)
    await rig.clock.advance(5)
    assert not stopping.done()

    rig.sqs.put("1")
    await until(stopping.done, clock=rig.clock, within_seconds=1)

    assert rig.records.outcomes == [Outcome.RELEASED]
    assert len(rig.sqs.visible()) == 1


async def test_an_idle_consumer_stops_when_its_poll_ends(rig):
    consumer = rig.start(Handler(), wait_seconds=5)
    await rig.clock.advance(1)
    stopping = await begin_stop(consumer)
    await rig.clock.advance(3.9)
    assert not stopping.done()

    await rig.clock.advance(0.1)
    assert stopping.done()


async def test_a_stop_waits_for_deletes(rig):
    rig.sqs.fail("DeleteMessageBatch", Fault(error=client_error("x", "ServiceUnavailable")), times=3)
    consumer = rig.start(Handler(), wait_seconds=0, max_workers=1)
    rig.sqs.put("1")
    await catch_up()

    await rig.stop(consumer)

    assert rig.records.outcomes == [Outcome.DELETED]
    assert rig.sqs.messages() == []


async def test_deletes_that_never_succeed_do_not_hold_up_a_stop(rig):
    rig.sqs.fail("DeleteMessageBatch", Fault(error=client_error("x", "ServiceUnavailable")), times=50)
    consumer = rig.start(Handler(), max_workers=1)
    rig.sqs.put("1")
    await rig.clock.advance(0.01)

    await rig.stop(consumer)

    assert rig.records.outcomes == [Outcome.DELETE_FAILED]
    assert rig.clock.monotonic() < 15


async def test_handlers_that_outlast_the_timeout_are_cancelled_and_their_messages_released(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler)
    rig.sqs.put("1")
    await rig.clock.advance(1)
    stopping = await begin_stop(consumer, timeout_seconds=10)
    await rig.clock.advance(9.9)
    assert not stopping.done()

    await rig.clock.advance(0.1)

    assert stopping.done()
    assert handler.ended == 0
    assert rig.records.outcomes == [Outcome.RELEASED]
    assert len(rig.sqs.visible()) == 1


async def test_a_handler_that_cancels_itself_is_a_retry(rig):
    rig.start(Handler(error=asyncio.CancelledError()))
    rig.sqs.put("1")

    [settlement] = await rig.settled()

    assert (settlement.outcome, settlement.reason) == (Outcome.RETRIED, "the handler was cancelled")


async def test_a_release_that_fails_leaves_the_messages_to_their_visibility_timeout(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, max_workers=1, prefetch=1, visibility_seconds=30)
    rig.sqs.put("1")
    rig.sqs.put("2")
    await rig.clock.advance(1)
    rig.sqs.fail("ChangeMessageVisibilityBatch", Fault(error=client_error("x", "ServiceUnavailable")))
    handler.gate.set()

    await rig.stop(consumer)

    released = next(s for s in rig.records.settlements if s.outcome is Outcome.RELEASED)
    assert released.retry_seconds is None
    assert rig.sqs.find(released.delivery.message_id).visible_at == 30


async def test_a_stop_ends_the_pause_after_a_failed_poll(rig):
    rig.sqs.fail("ReceiveMessage", Fault(error=client_error("ReceiveMessage", "InternalError")), times=50)
    consumer = rig.start(Handler())
    await rig.clock.advance(20)

    stopping = await begin_stop(consumer)

    assert stopping.done()


async def test_a_stop_while_all_workers_are_busy_does_not_poll_again(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, max_workers=1)
    rig.sqs.put("1")
    rig.sqs.put("2")
    await rig.clock.advance(1)
    stopping = await begin_stop(consumer)
    handler.gate.set()
    await until(stopping.done, clock=rig.clock)

    assert len(rig.sqs.requests("ReceiveMessage")) == 1
    assert len(rig.sqs.visible()) == 1


async def test_no_task_is_left_after_a_stop(rig):
    before = asyncio.all_tasks()
    consumer = rig.start(Handler())
    rig.sqs.put("1")
    await rig.settled()

    await rig.stop(consumer)

    assert asyncio.all_tasks() - before == set()


async def test_a_drain_that_has_begun_already_releases_once(rig):
    handler = Handler(closed=True)
    consumer = rig.start(handler, max_workers=1, prefetch=1)
    running, buffered = rig.sqs.put("1"), rig.sqs.put("2")
    await rig.clock.advance(1)

    consumer.stop_polling()
    await catch_up()
    handler.gate.set()
    await rig.stop(consumer)

    ends = {s.delivery.message_id: s.outcome for s in rig.records.settlements}
    assert ends == {running: Outcome.DELETED, buffered: Outcome.RELEASED}
    assert len(rig.records.settlements) == 2
