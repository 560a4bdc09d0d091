"""Deletes: in batches, confirmed one by one, repeated where they fail."""

import pytest

from faststream_sqs.engine.observer import Outcome
from tests.unit.faststream_sqs.conftest import Handler
from tests.unit.faststream_sqs.fake_aws import Fault, client_error


def batches(rig) -> list[int]:
    return [len(request["Entries"]) for request in rig.sqs.requests("DeleteMessageBatch")]


async def test_ten_are_deleted_at_once_and_the_rest_after_ten_milliseconds(rig):
    for number in range(13):
        rig.sqs.put(str(number))
    rig.start(Handler(), max_workers=20)
    await rig.clock.advance(0)
    assert batches(rig) == [10]

    await rig.clock.advance(0.009)
    assert batches(rig) == [10]

    await rig.clock.advance(0.001)
    assert batches(rig) == [10, 3]
    assert rig.sqs.messages() == []


async def test_messages_that_end_within_the_window_share_a_call(rig):
    rig.start(Handler())
    rig.sqs.put("1")
    await rig.clock.advance(0.005)
    rig.sqs.put("2")
    await rig.settled(2)

    assert batches(rig) == [2]


async def test_the_failed_entries_of_a_partial_failure_are_repeated(rig):
    rig.sqs.fail(
        "DeleteMessageBatch", Fault(entry_code="InternalError", entries=lambda index: index % 2 == 0)
    )
    for number in range(5):
        rig.sqs.put(str(number))
    rig.start(Handler())

    settlements = await rig.settled(5)

    assert batches(rig) == [5, 3]
    assert {settlement.outcome for settlement in settlements} == {Outcome.DELETED}
    assert rig.sqs.messages() == []


async def test_throttled_entries_are_repeated(rig):
    rig.sqs.fail("DeleteMessageBatch", Fault(entry_code="RequestThrottled", sender_fault=True))
    rig.sqs.put("1")
    rig.start(Handler())

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DELETED


async def test_an_entry_that_can_never_be_deleted_is_given_up(rig):
    rig.sqs.fail("DeleteMessageBatch", Fault(entry_code="ReceiptHandleIsInvalid", sender_fault=True))
    rig.sqs.put("1")
    rig.start(Handler())

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DELETE_FAILED
    assert batches(rig) == [1]


@pytest.mark.parametrize(
    ("failures", "outcome"),
    [
        pytest.param(8, Outcome.DELETED, id="the last repeat succeeds"),
        pytest.param(9, Outcome.DELETE_FAILED, id="every repeat fails"),
    ],
)
async def test_failing_calls_are_repeated_for_a_while(rig, failures, outcome):
    error = client_error("DeleteMessageBatch", "ServiceUnavailable")
    rig.sqs.fail("DeleteMessageBatch", Fault(error=error), times=failures)
    rig.sqs.put("1")
    rig.start(Handler(), visibility_seconds=60)

    [settlement] = await rig.settled()

    assert settlement.outcome is outcome


async def test_deletes_that_are_not_confirmed_slow_polling_down(rig):
    error = client_error("DeleteMessageBatch", "AccessDenied")
    rig.sqs.fail("DeleteMessageBatch", Fault(error=error), times=50)
    handler = Handler()
    rig.start(handler, max_workers=2, prefetch=1)
    for number in range(20):
        rig.sqs.put(str(number))
    await rig.clock.advance(5)

    assert len(handler.got) == 3
