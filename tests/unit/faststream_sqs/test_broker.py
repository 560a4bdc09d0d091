"""The broker on SQS in memory: what reaches which handler, and what becomes of messages that fail."""

import asyncio
import json
import threading
from typing import Annotated, Any

import pytest
from faststream import AckPolicy, Depends
from faststream.exceptions import AckMessage, NackMessage, RejectMessage, SetupError
from pydantic import BaseModel, ConfigDict

from faststream_sqs import Broker, DeadLetter, Outcome, SQSMessage, SQSQueue, detail_type
from faststream_sqs.message import SQSMessage as MessageClass
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL, Fault, client_error

QUEUE = SQSQueue(url=QUEUE_URL, dlq_url=DLQ_URL)


class Push(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    branch: str


PUSH = {"repository": "https://example.org/a.git", "branch": "main"}


def event(name: str, detail: Any, **fields: Any) -> str:
    return json.dumps(
        {
            "version": "0",
            "id": "6f5a8b8e-0000-0000-0000-000000000001",
            "detail-type": name,
            "source": "shop",
            "account": "123456789012",
            "time": "2026-03-01T12:00:00Z",
            "region": "eu-west-1",
            "resources": ["arn:aws:ecs:eu-west-1:123456789012:service/shop"],
            "detail": detail,
        }
        | fields
    )


async def test_an_event_reaches_its_handler_as_a_model(bench):
    got = []

    @bench.broker.subscriber(QUEUE, filter=detail_type("push.v1"), max_workers=8)
    async def on_push(body: Push, message: SQSMessage) -> None:
        got.append((body, message))

    await bench.broker.start()
    bench.sqs.put(event("push.v1", PUSH))
    [settlement] = await bench.settled()

    [(body, message)] = got
    assert body == Push(**PUSH)
    assert message.headers["source"] == "shop"
    assert message.headers["time"] == "2026-03-01T12:00:00Z"
    assert message.headers["resources"] == ["arn:aws:ecs:eu-west-1:123456789012:service/shop"]
    assert message.headers["id"] == message.correlation_id == "6f5a8b8e-0000-0000-0000-000000000001"
    assert (message.detail_type, message.source, message.receive_count) == ("push.v1", "shop", 1)
    assert settlement.outcome is Outcome.DELETED
    assert settlement.delivery.envelope.detail_type == "push.v1"
    assert bench.sqs.messages() == []


async def test_handlers_of_one_queue_share_its_messages_by_filter(bench):
    got = []

    @bench.broker.subscriber(QUEUE, filter=detail_type("push.v1"), max_workers=4)
    async def on_push(body: dict[str, Any]) -> None:
        got.append(("push", body))

    @bench.broker.subscriber(QUEUE, filter=detail_type("ECS Task State Change", source="aws.ecs"))
    async def on_task(body: dict[str, Any]) -> None:
        got.append(("task", body))

    @bench.broker.subscriber(QUEUE)
    async def on_rest(body: Any) -> None:
        got.append(("rest", body))

    await bench.broker.start()
    bench.sqs.put(event("push.v1", PUSH))
    bench.sqs.put(event("ECS Task State Change", {"lastStatus": "RUNNING"}, source="aws.ecs"))
    bench.sqs.put(event("ECS Task State Change", {"lastStatus": "FORGED"}, source="elsewhere"))
    bench.sqs.put('{"tick": 1}')
    await bench.settled(4)

    assert sorted(got, key=str) == [
        ("push", PUSH),
        ("rest", {"lastStatus": "FORGED"}),
        ("rest", {"tick": 1}),
        ("task", {"lastStatus": "RUNNING"}),
    ]
    assert {settlement.outcome for settlement in bench.records.settlements} == {Outcome.DELETED}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            event("Scheduled Event", {}, source="aws.events"), {}, id="scheduled event, empty detail"
        ),
        pytest.param('{"tick": 1}', {"tick": 1}, id="plain object"),
        pytest.param("[1, 2]", [1, 2], id="plain list"),
        pytest.param("17", 17, id="plain number"),
        pytest.param("null", None, id="null"),
        pytest.param('{"detail": {"a": 1}}', {"detail": {"a": 1}}, id="not an event: no detail-type"),
        pytest.param('{"detail-type": 1, "detail": {}}', {"detail-type": 1, "detail": {}}, id="not an event"),
    ],
)
async def test_bodies_of_every_kind_arrive(bench, body, expected):
    got = []

    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        got.append(body)

    await bench.broker.start()
    bench.sqs.put(body)
    [settlement] = await bench.settled()

    assert got == [expected]
    assert settlement.outcome is Outcome.DELETED


async def test_a_model_takes_an_empty_detail(bench):
    got = []

    class Sweep(BaseModel):
        model_config = ConfigDict(extra="forbid")

    @bench.broker.subscriber(QUEUE, filter=detail_type("Scheduled Event"))
    async def on_sweep(body: Sweep, message: SQSMessage) -> None:
        got.append(body)

    await bench.broker.start()
    bench.sqs.put(event("Scheduled Event", {}, source="aws.events"))
    await bench.settled()

    assert got == [Sweep()]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("not json", "the body is not JSON: Expecting value", id="not JSON"),
        pytest.param('{"a": NaN}', "the body is not JSON: NaN is not a JSON number", id="not a number"),
        pytest.param("[" * 100_000, "the body is not JSON: nested too deeply", id="too deep"),
        pytest.param(
            event("push.v1", {"repository": 1, "branch": "main"}),
            "the body does not fit its handler: body.repository: Input should be a valid string",
            id="wrong type",
        ),
        pytest.param(
            event("push.v1", {**PUSH, "force": True}),
            "the body does not fit its handler: body.force: Extra inputs are not permitted",
            id="unknown key",
        ),
        pytest.param(
            event("order.v1", {}),
            "no handler of this queue takes detail-type 'order.v1' of source 'shop'",
            id="no handler for the detail-type",
        ),
        pytest.param(
            '{"tick": 1}', "no handler of this queue takes plain bodies", id="no handler for plain bodies"
        ),
    ],
)
async def test_poison_is_dead_lettered_with_its_reason_then_deleted(bench, body, reason):
    called = []

    @bench.broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Push) -> None:
        called.append(body)

    await bench.broker.start()
    bench.sqs.put(body)
    [settlement] = await bench.settled()

    assert called == []
    assert bench.sqs.messages() == []
    [(buried_body, buried_reason)] = bench.buried()
    assert buried_body == body
    assert buried_reason.startswith(reason)
    assert (settlement.outcome, settlement.reason) == (Outcome.DEAD_LETTERED, buried_reason)


async def test_the_reason_names_fields_but_never_values(bench):
    @bench.broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Push) -> None:
        pass

    await bench.broker.start()
    bench.sqs.put(event("push.v1", {"repository": ["not-for-logs"], "branch": "main"}))
    await bench.settled()

    assert "body.repository" in bench.buried()[0][1]
    assert "not-for-logs" not in bench.buried()[0][1]


@pytest.mark.parametrize("policy", [AckPolicy.ACK, AckPolicy.MANUAL, AckPolicy.REJECT_ON_ERROR])
async def test_poison_is_dead_lettered_under_every_policy(bench, policy):
    @bench.broker.subscriber(QUEUE, ack_policy=policy)
    async def on_push(body: Push) -> None:
        pass

    await bench.broker.start()
    bench.sqs.put("{}")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.DEAD_LETTERED


async def test_a_body_that_cannot_be_spread_over_parameters_is_poison(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(repository: str, branch: str) -> None:
        pass

    await bench.broker.start()
    bench.sqs.put("17")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.DEAD_LETTERED


async def test_an_unreachable_dead_letter_queue_never_deletes(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_push(body: Push) -> None:
        pass

    bench.sqs.fail("SendMessage", Fault(error=client_error("SendMessage", "AccessDenied")), times=2)
    await bench.broker.start()
    bench.sqs.put("not json")
    first, second, third = await bench.settled(3)

    assert [first.outcome, second.outcome] == [Outcome.DEAD_LETTER_FAILED] * 2
    assert (first.retry_seconds, second.retry_seconds) == (2, 4)
    assert third.outcome is Outcome.DEAD_LETTERED
    assert bench.sqs.requests("DeleteMessageBatch") != []
    assert len(bench.buried()) == 1


def _validate_elsewhere() -> None:
    Push.model_validate({"repository": 1})


async def test_a_validation_error_of_the_handlers_own_work_is_a_retry(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(body: dict[str, Any]) -> None:
        Push.model_validate({"repository": 1})

    await bench.broker.start()
    bench.sqs.put("{}")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.RETRIED
    assert settlement.reason.startswith("ValidationError: ")


async def test_a_validation_error_of_a_dependency_is_a_retry(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(body: dict[str, Any], checked: Annotated[Any, Depends(_validate_elsewhere)]) -> None:
        pass

    await bench.broker.start()
    bench.sqs.put("{}")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.RETRIED


async def test_a_wrong_result_of_the_handler_is_a_retry_not_poison(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(body: dict[str, Any]) -> Push:
        return {"repository": 1}  # type: ignore[return-value]  # the mistake under test

    await bench.broker.start()
    bench.sqs.put("{}")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.RETRIED


@pytest.mark.parametrize(
    ("policy", "error", "outcome", "reason"),
    [
        pytest.param(None, RuntimeError("boom"), Outcome.RETRIED, "RuntimeError: boom", id="default: retry"),
        pytest.param(None, DeadLetter("no such shop"), Outcome.DEAD_LETTERED, "no such shop", id="asked for"),
        pytest.param(
            AckPolicy.MANUAL,
            DeadLetter("no such shop"),
            Outcome.DEAD_LETTERED,
            "no such shop",
            id="asked, manual",
        ),
        pytest.param(
            AckPolicy.ACK, DeadLetter("no such shop"), Outcome.DEAD_LETTERED, "no such shop", id="asked, ack"
        ),
        pytest.param(
            AckPolicy.REJECT_ON_ERROR,
            RuntimeError("boom"),
            Outcome.DEAD_LETTERED,
            "RuntimeError: boom",
            id="reject",
        ),
        pytest.param(AckPolicy.ACK, RuntimeError("boom"), Outcome.DELETED, None, id="ack"),
        pytest.param(
            AckPolicy.MANUAL, RuntimeError("boom"), Outcome.RETRIED, "RuntimeError: boom", id="manual"
        ),
        pytest.param(None, AckMessage(), Outcome.DELETED, None, id="FastStream's AckMessage"),
        pytest.param(
            None,
            NackMessage(),
            Outcome.RETRIED,
            "the handler asked for a retry",
            id="FastStream's NackMessage",
        ),
        pytest.param(
            None,
            RejectMessage(),
            Outcome.DEAD_LETTERED,
            "the handler rejected the message",
            id="FastStream's RejectMessage",
        ),
    ],
)
async def test_what_a_handlers_exception_means(bench, policy, error, outcome, reason):
    options = {} if policy is None else {"ack_policy": policy}

    @bench.broker.subscriber(QUEUE, **options)
    async def on_message(body: Any) -> None:
        raise error

    await bench.broker.start()
    bench.sqs.put("1")
    [settlement] = await bench.settled()

    assert (settlement.outcome, settlement.reason) == (outcome, reason)
    if outcome is Outcome.DEAD_LETTERED:
        assert bench.buried() == [("1", reason)]


async def test_a_handler_that_settles_nothing_under_manual_policy_is_a_retry(bench):
    @bench.broker.subscriber(QUEUE, ack_policy=AckPolicy.MANUAL)
    async def on_message(body: Any) -> None:
        pass

    await bench.broker.start()
    bench.sqs.put("1")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.RETRIED
    assert settlement.reason == "the handler neither acknowledged nor rejected the message"


async def test_the_first_decision_of_a_handler_stays(bench):
    @bench.broker.subscriber(QUEUE, ack_policy=AckPolicy.MANUAL)
    async def on_message(body: Any, message: SQSMessage) -> None:
        await message.ack()
        await message.reject("too late")
        raise RuntimeError("too late")

    await bench.broker.start()
    bench.sqs.put("1")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.DELETED


async def test_the_brokers_policy_is_the_subscribers_default(bench):
    broker = bench.make(ack_policy=AckPolicy.REJECT_ON_ERROR)

    @broker.subscriber(QUEUE)
    async def on_message(body: Any) -> None:
        raise RuntimeError("boom")

    await broker.start()
    bench.sqs.put("1")
    [settlement] = await bench.settled()

    assert settlement.outcome is Outcome.DEAD_LETTERED


async def test_messages_run_in_contexts_of_their_own(bench):
    seen = []

    @bench.broker.subscriber(QUEUE, max_workers=2)
    async def on_message(body: int, message: SQSMessage, broker: Broker) -> None:
        await asyncio.sleep(0)
        seen.append((body, message.delivery.body, broker))

    await bench.broker.start()
    for number in range(4):
        bench.sqs.put(str(number))
    await bench.settled(4)

    assert sorted((body, text) for body, text, _ in seen) == [(n, str(n)) for n in range(4)]
    assert {broker for _, _, broker in seen} == {bench.broker}


@pytest.mark.parametrize(
    ("brokers", "subscribers"),
    [
        pytest.param({}, {"ack_policy": AckPolicy.ACK_FIRST}, id="subscriber"),
        pytest.param({"ack_policy": AckPolicy.ACK_FIRST}, {}, id="broker"),
    ],
)
def test_ack_first_is_refused(bench, brokers, subscribers):
    with pytest.raises(SetupError, match="ACK_FIRST deletes a message before its work is done"):
        bench.make(**brokers).subscriber(QUEUE, **subscribers)


@pytest.mark.parametrize(
    ("queue", "options", "named"),
    [
        pytest.param(SQSQueue(url=QUEUE_URL), {}, "queue", id="queue"),
        pytest.param(QUEUE, {"max_workers": 3}, "max_workers", id="workers"),
        pytest.param(QUEUE, {"prefetch": 5}, "prefetch", id="prefetch"),
        pytest.param(QUEUE, {"ack_policy": AckPolicy.ACK}, "ack_policy", id="policy"),
    ],
)
def test_one_queue_declared_in_two_ways_is_refused(bench, queue, options, named):
    bench.broker.subscriber(QUEUE, max_workers=2)

    with pytest.raises(SetupError, match=f"declared twice with different {named};"):
        bench.broker.subscriber(queue, **options)


def test_one_queue_declared_again_is_the_same_subscriber(bench):
    first = bench.broker.subscriber(QUEUE, max_workers=2)

    assert bench.broker.subscriber(QUEUE).subscriber is first.subscriber
    assert bench.broker.subscriber(QUEUE_URL, max_workers=2).subscriber is first.subscriber


def test_a_filter_needs_a_name():
    with pytest.raises(ValueError, match="at least one name"):
        detail_type()


async def test_neither_filters_nor_injection_leave_the_event_loops_thread(bench):
    @bench.broker.subscriber(QUEUE, filter=detail_type("push.v1"))
    async def on_push(body: Push, message: SQSMessage, broker: Broker) -> None:
        pass

    await bench.broker.start()
    before = set(threading.enumerate())
    bench.sqs.put(event("push.v1", PUSH))
    await bench.settled()

    assert set(threading.enumerate()) - before == set()


async def test_the_message_class_itself_is_named_when_it_is_annotated_by_mistake(bench):
    @bench.broker.subscriber(QUEUE)
    async def on_message(body: Any, message: MessageClass) -> None:
        pass

    with pytest.raises(SetupError, match=r"from faststream_sqs\.annotations import SQSMessage"):
        await bench.broker.start()
