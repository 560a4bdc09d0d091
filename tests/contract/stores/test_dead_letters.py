"""Dead-letter queues: what one sees of them, and what going back to work and deletion leave."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitmoxi.adapters.aws.dead_letters import SqsDeadLetters
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.dead_letters import MemoryDeadLetters
from gitmoxi.domain.states import Worker
from gitmoxi.errors import ThrottledError
from gitmoxi.ports.dead_letters import DeadLetter, DeadLetters, QueueDepth
from gitmoxi_local.faults import CallFaultSpec
from gitmoxi_local.process import LocalCloudProcess
from tests.contract.stores.conftest import ClientFactory

PLANNER = Worker.PLANNER
HOLD_SECONDS = 60
ATTRIBUTES = {"DeadLetterReason": "not JSON", "ERROR_CODE": "NO_PERMISSIONS", "traceparent": "00-1-2-01"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Dead letters of the planner, a way to give one up, and to see what its own queue has."""

    letters: DeadLetters
    give_up: Callable[[str], Awaitable[None]]
    work: Callable[[], Awaitable[list[tuple[str, dict[str, str]]]]]


@pytest.fixture
def memory_desk() -> Desk:
    letters = MemoryDeadLetters(FakeClock())

    async def give_up(body: str) -> None:
        letter = DeadLetter(
            id=secrets.token_hex(8),
            body=body,
            attributes=ATTRIBUTES,
            sent_at=datetime.now(UTC),
            receive_count=0,
            receipt="",
        )
        letters.put(PLANNER, letter)

    async def work() -> list[tuple[str, dict[str, str]]]:
        return letters.returned[PLANNER]

    return Desk(letters=letters, give_up=give_up, work=work)


@pytest.fixture
async def aws_desk(client_for: ClientFactory) -> AsyncIterator[Desk]:
    sqs = await client_for("sqs")
    urls = [
        (await sqs.create_queue(QueueName=f"{kind}-{secrets.token_hex(6)}"))["QueueUrl"]
        for kind in ("work", "dead")
    ]

    async def give_up(body: str) -> None:
        attributes = {name: {"DataType": "String", "StringValue": text} for name, text in ATTRIBUTES.items()}
        await sqs.send_message(QueueUrl=urls[1], MessageBody=body, MessageAttributes=attributes)

    async def work() -> list[tuple[str, dict[str, str]]]:
        answer = await sqs.receive_message(
            QueueUrl=urls[0], MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        )
        return [(message["Body"], _texts(message)) for message in answer.get("Messages", [])]

    yield Desk(
        letters=SqsDeadLetters(sqs, queue_url=lambda _: urls[0], dlq_url=lambda _: urls[1]),
        give_up=give_up,
        work=work,
    )
    for url in urls:
        await sqs.delete_queue(QueueUrl=url)


def _texts(message: dict[str, Any]) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}


@pytest.fixture(params=["memory", "aws"])
def desk(request: pytest.FixtureRequest) -> Desk:
    chosen: Desk = request.getfixturevalue(f"{request.param}_desk")
    return chosen


async def test_an_empty_queue_has_nothing_to_receive(desk: Desk) -> None:
    assert await desk.letters.depth(PLANNER) == QueueDepth(waiting=0, in_flight=0)
    assert await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS) == []


async def test_a_letter_tells_what_it_was_and_why_it_lies_there(desk: Desk) -> None:
    await desk.give_up("{größer")
    [letter] = await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)
    assert (letter.body, letter.attributes, letter.receive_count) == ("{größer", ATTRIBUTES, 1)
    assert abs(letter.sent_at - datetime.now(UTC)) < timedelta(minutes=5)


async def test_what_is_held_is_hidden_until_it_is_released(desk: Desk) -> None:
    await desk.give_up("a")
    held = await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)
    assert await desk.letters.depth(PLANNER) == QueueDepth(waiting=0, in_flight=1)
    assert await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS) == []

    await desk.letters.release(PLANNER, held)

    [again] = await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)
    assert (again.id, again.receive_count) == (held[0].id, 2)


async def test_releasing_what_is_gone_is_no_error(desk: Desk) -> None:
    await desk.give_up("a")
    held = await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)
    await desk.letters.delete(PLANNER, held[0])
    await desk.letters.release(PLANNER, held)
    assert await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS) == []


async def test_sending_back_takes_off_what_the_dead_letter_queue_added_and_keeps_the_letter(
    desk: Desk,
) -> None:
    await desk.give_up("a")
    [letter] = await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)

    await desk.letters.send_back(PLANNER, letter)

    assert await desk.letters.depth(PLANNER) == QueueDepth(waiting=0, in_flight=1)
    assert await desk.work() == [("a", {"traceparent": "00-1-2-01"})]


async def test_what_is_deleted_comes_back_never(desk: Desk) -> None:
    await desk.give_up("a")
    [letter] = await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)
    await desk.letters.delete(PLANNER, letter)
    assert await desk.letters.depth(PLANNER) == QueueDepth(waiting=0, in_flight=0)


async def test_a_receive_takes_ten_at_most(desk: Desk) -> None:
    for number in range(12):
        await desk.give_up(str(number))
    assert len(await desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)) == 10


async def test_a_throttle_is_told_as_one(aws_desk: Desk, cloud: LocalCloudProcess) -> None:
    cloud.client.add_faults(calls=[CallFaultSpec(service="sqs", action="ReceiveMessage", kind="throttle")])
    with pytest.raises(ThrottledError):
        await aws_desk.letters.receive(PLANNER, hold_seconds=HOLD_SECONDS)
