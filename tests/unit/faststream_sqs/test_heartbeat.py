"""The heartbeat: what we hold stays ours for as long as we hold it."""

import asyncio

from faststream_sqs.engine.delivery import Nack
from faststream_sqs.engine.observer import Outcome
from tests.unit.faststream_sqs.conftest import Handler
from tests.unit.faststream_sqs.fake_aws import Fault, client_error
from tests.unit.faststream_sqs.fake_clock import catch_up


def extensions(rig) -> list[list[int]]:
    return [
        [entry["VisibilityTimeout"] for entry in request["Entries"]]
        for request in rig.sqs.requests("ChangeMessageVisibilityBatch")
    ]


async def test_a_long_handler_keeps_its_message(rig):
    handler = Handler(closed=True)
    rig.start(handler, visibility_seconds=30)
    rig.sqs.put("1")
    await rig.clock.advance(600)

    assert len(handler.got) == 1
    assert rig.sqs.visible() == []

    handler.gate.set()
    [settlement] = await rig.settled()
    assert settlement.outcome is Outcome.DELETED
    assert not settlement.lease_lost


async def test_buffered_messages_are_kept_as_well(rig):
    handler = Handler(closed=True)
    rig.start(handler, max_workers=1, prefetch=4, visibility_seconds=30)
    for number in range(5):
        rig.sqs.put(str(number))
    await rig.clock.advance(120)

    assert len(handler.got) == 1
    assert rig.sqs.visible() == []

    handler.gate.set()
    settlements = await rig.settled(5)
    assert {settlement.delivery.receive_count for settlement in settlements} == {1}


async def test_messages_whose_delete_is_not_confirmed_are_kept_as_well(rig):
    gate = asyncio.Event()
    rig.sqs.fail("DeleteMessageBatch", Fault(gate=gate))
    # The gateway gives a call ten real seconds; the fake clock makes them many more.
    rig.start(Handler(), visibility_seconds=30)
    rig.sqs.put("1")
    await rig.clock.advance(300)

    assert rig.sqs.visible() == []
    assert len(rig.sqs.messages()) == 1

    gate.set()
    [settlement] = await rig.settled()
    assert settlement.outcome is Outcome.DELETED


async def test_extensions_go_ten_per_call(rig):
    rig.start(Handler(closed=True), max_workers=25, visibility_seconds=30)
    for number in range(25):
        rig.sqs.put(str(number))
    await rig.clock.advance(10)

    assert sorted(map(len, extensions(rig)), reverse=True) == [10, 10, 5]
    assert {seconds for call in extensions(rig) for seconds in call} == {30}


async def test_a_message_is_not_extended_before_a_third_of_its_timeout(rig):
    rig.start(Handler(closed=True), visibility_seconds=30)
    await rig.clock.advance(9.9)
    rig.sqs.put("1")
    await rig.clock.advance(0.2)

    assert extensions(rig) == []

    await rig.clock.advance(10)
    assert extensions(rig) == [[30]]


async def test_nothing_is_extended_after_it_is_settled(rig):
    rig.start(Handler(), visibility_seconds=30)
    rig.sqs.put("1")
    await rig.settled()
    await rig.clock.advance(120)

    assert extensions(rig) == []


async def test_a_failed_beat_is_repeated_within_a_second_and_never_the_last(rig):
    rig.sqs.fail(
        "ChangeMessageVisibilityBatch", Fault(error=client_error("x", "ServiceUnavailable")), times=3
    )
    handler = Handler(closed=True)
    consumer = rig.start(handler, visibility_seconds=30)
    rig.sqs.put("1")
    await rig.clock.advance(13.5)

    assert len(extensions(rig)) == 4
    assert consumer.health().heartbeat_alive

    await rig.clock.advance(300)
    assert len(handler.got) == 1


async def test_entries_that_fail_for_now_are_repeated(rig):
    rig.sqs.fail("ChangeMessageVisibilityBatch", Fault(entry_code="InternalError"))
    rig.start(Handler(closed=True), visibility_seconds=30)
    message_id = rig.sqs.put("1")
    await rig.clock.advance(11.5)

    assert extensions(rig) == [[30], [30]]
    assert rig.sqs.find(message_id).visible_at == 41


async def test_a_lease_that_sqs_refuses_is_reported_lost_and_no_longer_extended(rig):
    rig.sqs.fail(
        "ChangeMessageVisibilityBatch", Fault(entry_code="ReceiptHandleIsInvalid", sender_fault=True)
    )
    handler = Handler(closed=True)
    rig.start(handler, max_workers=1, visibility_seconds=30)
    rig.sqs.put("1")
    await rig.clock.advance(25)
    assert len(extensions(rig)) == 1

    handler.gate.set()
    [settlement] = await rig.settled()

    assert settlement.lease_lost
    assert settlement.outcome is Outcome.DELETED


async def test_a_beat_on_its_way_does_not_undo_a_backoff(rig):
    gate = asyncio.Event()
    rig.sqs.fail("ChangeMessageVisibilityBatch", Fault(gate=gate))
    handler = Handler(answer=Nack(reason="not yet"), closed=True)
    rig.start(handler, visibility_seconds=30)
    message_id = rig.sqs.put("1")
    await rig.clock.advance(10)
    handler.gate.set()
    await catch_up()
    assert extensions(rig) == [[30]]

    gate.set()
    await rig.settled()

    assert extensions(rig) == [[30], [2]]
    assert rig.sqs.find(message_id).visible_at == 12


async def test_no_beat_overtakes_a_backoff_on_its_way(rig):
    gate = asyncio.Event()
    rig.sqs.fail("ChangeMessageVisibilityBatch", Fault(gate=gate))
    rig.start(Handler(answer=Nack(reason="not yet")), visibility_seconds=30)
    rig.sqs.put("1")
    await rig.clock.advance(29)

    assert extensions(rig) == [[2]]

    gate.set()
    [settlement] = await rig.settled()
    assert settlement.retry_seconds == 2
