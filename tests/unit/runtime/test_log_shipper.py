"""Lines are shipped in batches; an absent CloudWatch costs at most the oldest lines, never the work."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

import pytest
from botocore.exceptions import ClientError

from gitmoxi.runtime.log_shipper import LogShipper


class CloudWatchLogs:
    """One log group that keeps what it is sent, as far as CreateLogStream and PutLogEvents."""

    def __init__(self):
        self.streams: dict[str, list[dict]] = {}
        self.batches: list[list[dict]] = []
        self.away = False
        self.hangs = False
        self.refuses: str | None = None
        self.breaks: list[Exception] = []
        self.refused = asyncio.Event()
        self.arrived = asyncio.Event()

    @asynccontextmanager
    async def client(self):
        if self.breaks:
            raise self.breaks.pop()
        yield self

    async def create_log_stream(self, *, logGroupName, logStreamName):  # noqa: N803 - the API's own spelling
        self._answer("CreateLogStream")
        if logStreamName in self.streams:
            raise _error("ResourceAlreadyExistsException", "CreateLogStream")
        self.streams[logStreamName] = []

    async def put_log_events(self, *, logGroupName, logStreamName, logEvents):  # noqa: N803 - as above
        if self.hangs:
            await asyncio.Event().wait()
        self._answer("PutLogEvents")
        if self.refuses is not None and any(self.refuses in event["message"] for event in logEvents):
            raise _error("InvalidParameterException", "PutLogEvents")
        times = [event["timestamp"] for event in logEvents]
        assert times == sorted(times), "AWS refuses a batch out of order"
        assert len(logEvents) <= 10_000
        assert times[-1] - times[0] < 24 * 3600 * 1000
        assert sum(len(event["message"].encode()) + 26 for event in logEvents) <= 1_048_576
        self.batches.append(logEvents)
        self.streams[logStreamName].extend(logEvents)
        self.arrived.set()

    def _answer(self, operation):
        if self.away:
            self.refused.set()
            raise _error("ServiceUnavailableException", operation)

    @property
    def messages(self):
        return [event["message"] for event in self.streams.get("s1", [])]


def _error(code, operation):
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


@pytest.fixture
def cloudwatch():
    return CloudWatchLogs()


def shipper(cloudwatch, step_ms=1, **options):
    ticks = itertools.count(1, step_ms)
    return LogShipper(
        client_factory=cloudwatch.client,
        group="/gitmoxi/gitmoxi/planner",
        stream="s1",
        now_ms=lambda: next(ticks),
        interval_seconds=0.005,
        **options,
    )


async def stopped(logs):
    """Run until the final flush is over."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_soon(stop.set)
    await logs.run(stop)


async def test_lines_are_shipped_in_order(cloudwatch):
    logs = shipper(cloudwatch)
    for number in range(3):
        logs.offer(f"line {number}")
    await stopped(logs)
    assert cloudwatch.messages == ["line 0", "line 1", "line 2"]
    assert len(cloudwatch.batches) == 1


async def test_an_existing_stream_is_used(cloudwatch):
    cloudwatch.streams["s1"] = []
    logs = shipper(cloudwatch)
    logs.offer("after a restart")
    await stopped(logs)
    assert cloudwatch.messages == ["after a restart"]


@pytest.mark.parametrize(
    ("lines", "batches"),
    [
        pytest.param(["x" * 400_000] * 5, 3, id="bytes"),
        pytest.param(["é" * 200_000] * 5, 3, id="bytes, not characters"),
        pytest.param(["x"] * 12_000, 2, id="number"),
    ],
)
async def test_batches_keep_the_apis_limits(cloudwatch, lines, batches):
    logs = shipper(cloudwatch, capacity=20_000)
    for line in lines:
        logs.offer(line)
    await stopped(logs)
    assert cloudwatch.messages == lines
    assert len(cloudwatch.batches) == batches


async def test_lines_wait_while_cloudwatch_is_away(cloudwatch):
    cloudwatch.away = True
    logs = shipper(cloudwatch)
    logs.offer("kept")
    stop = asyncio.Event()
    running = asyncio.create_task(logs.run(stop))
    async with asyncio.timeout(5):
        await cloudwatch.refused.wait()
        cloudwatch.away = False
        await cloudwatch.arrived.wait()
        stop.set()
        await running
    assert cloudwatch.messages == ["kept"]
    assert logs.dropped == 0


async def test_a_full_buffer_drops_the_oldest_and_says_so(cloudwatch):
    logs = shipper(cloudwatch, capacity=2)
    for number in range(5):
        logs.offer(f"line {number}")
    await stopped(logs)
    *kept, report = cloudwatch.messages
    assert kept == ["line 3", "line 4"]
    assert json.loads(report) == {"event": "log.dropped", "level": "warning", "count": 3}
    assert logs.dropped == 3


async def test_a_line_that_cloudwatch_would_refuse_is_dropped_alone(cloudwatch):
    logs = shipper(cloudwatch)
    logs.offer("x" * 1_100_000)
    logs.offer("fits")
    await stopped(logs)
    assert cloudwatch.messages[0] == "fits"
    assert logs.dropped == 1


async def test_a_batch_spans_less_than_a_day(cloudwatch):
    logs = shipper(cloudwatch, step_ms=10 * 3600 * 1000)
    for number in range(5):
        logs.offer(f"line {number}")
    await stopped(logs)
    assert [len(batch) for batch in cloudwatch.batches] == [3, 2]


async def test_a_batch_that_is_refused_for_what_it_holds_does_not_block_the_next(cloudwatch):
    cloudwatch.refuses = "bad"
    logs = shipper(cloudwatch)
    logs.offer("bad" + "x" * 900_000)
    logs.offer("good" + "x" * 900_000)
    await stopped(logs)
    assert cloudwatch.messages[0].startswith("good")
    assert logs.dropped == 1


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError("no network")])
async def test_a_client_that_cannot_even_be_made_is_made_again(cloudwatch, error):
    cloudwatch.breaks = [error]
    logs = shipper(cloudwatch)
    logs.offer("kept")
    stop = asyncio.Event()
    running = asyncio.create_task(logs.run(stop))
    async with asyncio.timeout(5):
        await cloudwatch.arrived.wait()
        stop.set()
        await running
    assert cloudwatch.messages == ["kept"]


async def test_a_hanging_cloudwatch_cannot_hold_up_the_end_of_the_process(cloudwatch):
    cloudwatch.hangs = True
    logs = shipper(cloudwatch, flush_seconds=0.02)
    logs.offer("lost")
    async with asyncio.timeout(5):
        await stopped(logs)
    assert cloudwatch.messages == []
    assert logs.dropped == 1
