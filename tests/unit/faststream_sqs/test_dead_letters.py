"""The dead-letter queue: the body untouched, the reason beside it, and never a delete before it."""

import pytest

from faststream_sqs.engine.delivery import Bury
from faststream_sqs.engine.observer import Outcome
from tests.unit.faststream_sqs.conftest import Handler
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL, Fault, client_error


def string(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


async def test_a_buried_message_keeps_its_body_and_attributes_and_tells_where_it_came_from(rig):
    rig.start(Handler(answer=Bury(reason="no such shop")))
    message_id = rig.sqs.put('{"a": 1}', receives=2, attributes={"correlation_id": string("c-1")})

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DEAD_LETTERED
    assert rig.sqs.messages() == []
    [buried] = rig.sqs.messages(DLQ_URL)
    assert buried.body == '{"a": 1}'
    assert buried.attributes == {
        "DeadLetterReason": string("no such shop"),
        "correlation_id": string("c-1"),
        "DeadLetterMessageId": string(message_id),
        "DeadLetterQueueUrl": string(QUEUE_URL),
        "DeadLetterReceiveCount": string("3"),
    }


async def test_the_message_is_deleted_only_after_its_copy_is_safe(rig):
    rig.start(Handler(answer=Bury(reason="no such shop")))
    rig.sqs.put("1")
    await rig.settled()

    calls = [name for name, _ in rig.sqs.calls if name in {"SendMessage", "DeleteMessageBatch"}]
    assert calls == ["SendMessage", "DeleteMessageBatch"]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(client_error("SendMessage", "AccessDenied"), id="denied"),
        pytest.param(client_error("SendMessage", "QueueDoesNotExist"), id="gone"),
        pytest.param(ConnectionError("unreachable"), id="unreachable"),
        pytest.param(TimeoutError(), id="timed out"),
    ],
)
async def test_an_unreachable_dead_letter_queue_keeps_the_message(rig, error):
    rig.sqs.fail("SendMessage", Fault(error=error))
    rig.start(Handler(answer=Bury(reason="no such shop")))
    rig.sqs.put("1")

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DEAD_LETTER_FAILED
    assert settlement.retry_seconds == 2
    assert "no such shop" in settlement.reason
    assert rig.sqs.requests("DeleteMessageBatch") == []
    assert len(rig.sqs.messages()) == 1


async def test_without_a_dead_letter_queue_poison_is_left_to_the_queues_redrive(rig):
    rig.start(Handler(answer=Bury(reason="no such shop")), dlq_url=None)
    rig.sqs.put("1")

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DEAD_LETTER_FAILED
    assert settlement.reason == "no dead-letter queue is set; no such shop"
    assert len(rig.sqs.messages()) == 1


@pytest.mark.parametrize(
    ("number", "own", "details"),
    [
        pytest.param(6, 6, 3, id="all fit"),
        pytest.param(8, 8, 1, id="details give way"),
        pytest.param(10, 9, 0, id="the reason comes first"),
    ],
)
async def test_ten_attributes_are_never_exceeded(rig, number, own, details):
    rig.start(Handler(answer=Bury(reason="no such shop")))
    rig.sqs.put("1", attributes={f"own{index}": string("x") for index in range(number)})

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DEAD_LETTERED
    names = list(rig.sqs.messages(DLQ_URL)[0].attributes)
    assert sum(name.startswith("own") for name in names) == own
    assert sum(name.startswith("DeadLetter") for name in names) == details + 1
    assert "DeadLetterReason" in names


async def test_a_redriven_message_that_fails_anew_gets_its_new_reason(rig):
    rig.start(Handler(answer=Bury(reason="still no such shop")))
    rig.sqs.put("1", attributes={"DeadLetterReason": string("old"), "DeadLetterMessageId": string("old")})

    await rig.settled()

    attributes = rig.sqs.messages(DLQ_URL)[0].attributes
    assert attributes["DeadLetterReason"] == string("still no such shop")
    assert attributes["DeadLetterMessageId"] != string("old")


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        pytest.param("a\x00b\x1bc\ufffed", "a\ufffdb\ufffdc\ufffdd", id="characters SQS rejects"),
        pytest.param("x" * 5000, "x" * 1024, id="too long"),
        pytest.param("", "no reason given", id="empty"),
        pytest.param("größer als 9 € 🚀", "größer als 9 € 🚀", id="any language"),
    ],
)
async def test_every_reason_can_be_sent(rig, reason, sent):
    rig.start(Handler(answer=Bury(reason=reason)))
    rig.sqs.put("1")

    await rig.settled()

    assert rig.sqs.messages(DLQ_URL)[0].attributes["DeadLetterReason"] == string(sent)


async def test_a_delete_that_fails_after_the_copy_is_told(rig):
    rig.sqs.fail("DeleteMessageBatch", Fault(entry_code="ReceiptHandleIsInvalid", sender_fault=True))
    rig.start(Handler(answer=Bury(reason="no such shop")))
    rig.sqs.put("1")

    [settlement] = await rig.settled()

    assert settlement.outcome is Outcome.DELETE_FAILED
    assert len(rig.sqs.messages(DLQ_URL)) == 1
