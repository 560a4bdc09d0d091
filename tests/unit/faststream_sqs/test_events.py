"""PutEvents: in groups of ten and one megabyte, failed entries repeated, refused ones told."""

import asyncio

import pytest

from faststream_sqs.engine.events import EventEntry, EventSender, PutEventsError
from tests.unit.faststream_sqs.fake_aws import Fault, client_error
from tests.unit.faststream_sqs.fake_clock import START


def entry(number: int = 0, **fields) -> EventEntry:
    return EventEntry(
        **({"bus": "shop", "source": "shop", "detail_type": f"n{number}", "detail": "{}"} | fields)
    )


@pytest.fixture
def put(aws, clock):
    async def put(entries):
        task = asyncio.create_task(EventSender(client=aws.events, clock=clock).put(entries))
        await clock.advance(60)
        return await task

    return put


def groups(aws) -> list[list[str]]:
    return [[e["DetailType"] for e in request["Entries"]] for request in aws.events.requests("PutEvents")]


async def test_ids_come_back_in_order(put, aws):
    assert await put([entry(1), entry(2)]) == ["event-1", "event-2"]
    assert await put([]) == []


async def test_an_entry_carries_all_its_fields(put, aws):
    await put([entry(bus="b", source="s", detail='{"a":1}', resources=("arn:x",), time=START)])

    assert aws.events.taken == [
        {
            "EventBusName": "b",
            "Source": "s",
            "DetailType": "n0",
            "Detail": '{"a":1}',
            "Resources": ["arn:x"],
            "Time": START,
        }
    ]


async def test_ten_go_into_a_call(put, aws):
    ids = await put([entry(number) for number in range(23)])

    assert [len(group) for group in groups(aws)] == [10, 10, 3]
    assert len(set(ids)) == 23


async def test_a_call_never_exceeds_a_megabyte(put, aws):
    await put([entry(number, detail='{"a":"' + "x" * 400_000 + '"}') for number in range(5)])

    assert [len(group) for group in groups(aws)] == [2, 2, 1]


@pytest.mark.parametrize("code", ["InternalFailure", "ThrottlingException"])
async def test_only_the_failed_entries_are_repeated(put, aws, code):
    aws.events.fail("PutEvents", Fault(entry_code=code, entries=lambda index: index in {1, 3}))

    ids = await put([entry(number) for number in range(4)])

    assert groups(aws) == [["n0", "n1", "n2", "n3"], ["n1", "n3"]]
    assert ids == ["event-1", "event-3", "event-2", "event-4"]


async def test_entries_that_fail_every_repeat_are_told_the_others_taken(put, aws):
    aws.events.fail(
        "PutEvents", Fault(entry_code="ThrottlingException", entries=lambda index: index == 0), times=6
    )

    with pytest.raises(PutEventsError, match="#0 n0: ThrottlingException by the fake") as raised:
        await put([entry(0), entry(1)])

    assert [failure.index for failure in raised.value.failures] == [0]
    assert len(groups(aws)) == 6
    assert [taken["DetailType"] for taken in aws.events.taken] == ["n1"]


async def test_refused_entries_are_not_repeated_and_later_groups_are_sent(put, aws):
    aws.events.fail(
        "PutEvents", Fault(entry_code="NotAuthorizedForSourceException", entries=lambda index: index == 2)
    )

    with pytest.raises(PutEventsError) as raised:
        await put([entry(number) for number in range(12)])

    assert [(f.index, f.code) for f in raised.value.failures] == [(2, "NotAuthorizedForSourceException")]
    assert [len(group) for group in groups(aws)] == [10, 2]
    assert len(aws.events.taken) == 11


async def test_a_failing_call_is_the_callers_to_see(put, aws):
    error = client_error("PutEvents", "AccessDeniedException")
    aws.events.fail("PutEvents", Fault(error=error))

    with pytest.raises(type(error), match="AccessDeniedException"):
        await put([entry()])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"bus": ""}, "needs a bus", id="no bus"),
        pytest.param({"source": ""}, "needs a source", id="no source"),
        pytest.param({"detail_type": ""}, "needs a detail_type", id="no detail-type"),
        pytest.param({"detail_type": "x" * 129}, "more than 128 characters", id="long detail-type"),
        pytest.param({"detail": "x" * 1_000_001}, "PutEvents takes 1000000", id="too large"),
        pytest.param({"detail": "ü" * 500_001}, "PutEvents takes 1000000", id="too large in bytes"),
    ],
)
def test_an_entry_that_eventbridge_would_refuse_is_refused_here(fields, message):
    with pytest.raises(ValueError, match=message):
        entry(**fields)
