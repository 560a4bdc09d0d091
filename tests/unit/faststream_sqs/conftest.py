"""Fixtures: a clock that tests move, AWS in memory, and consumers that are always stopped."""

import asyncio

import pytest

from faststream_sqs import SQSBroker
from faststream_sqs.engine.consumer import Consumer
from faststream_sqs.engine.delivery import Ack, Delivery
from faststream_sqs.engine.observer import Outcome, Poll, Settlement
from faststream_sqs.engine.queue import SQSQueue
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL, FakeAws
from tests.unit.faststream_sqs.fake_clock import FakeClock, until


class Records:
    """An observer that remembers."""

    def __init__(self):
        self.polls: list[Poll] = []
        self.settlements: list[Settlement] = []

    def polled(self, poll):
        self.polls.append(poll)

    def settled(self, settlement):
        self.settlements.append(settlement)

    @property
    def outcomes(self) -> list[Outcome]:
        return [settlement.outcome for settlement in self.settlements]


class Handler:
    """Remembers what it got; does as told: answers, raises, or waits at the gate."""

    def __init__(self, *, answer=None, error=None, closed=False):
        self.answer = answer or Ack()
        self.error = error
        self.got: list[Delivery] = []
        self.ended = 0
        self.gate = asyncio.Event()
        if not closed:
            self.gate.set()

    async def __call__(self, delivery):
        self.got.append(delivery)
        await self.gate.wait()
        self.ended += 1
        if self.error:
            raise self.error
        return self.answer


class Rig:
    """Everything a consumer needs, and the consumer."""

    def __init__(self, clock: FakeClock, aws: FakeAws, records: Records):
        self.clock, self.aws, self.sqs, self.records = clock, aws, aws.sqs, records
        self._consumers: list[Consumer] = []

    def start(self, handler, *, max_workers=10, prefetch=0, dlq_url=DLQ_URL, **queue) -> Consumer:
        consumer = Consumer(
            queue=SQSQueue(url=QUEUE_URL, dlq_url=dlq_url, **queue),
            client=self.sqs,
            handler=handler,
            max_workers=max_workers,
            prefetch=prefetch,
            observer=self.records,
            clock=self.clock,
        )
        consumer.start()
        self._consumers.append(consumer)
        return consumer

    async def stop(self, consumer, timeout_seconds=30):
        self._consumers.remove(consumer)
        stopping = asyncio.create_task(consumer.stop(timeout_seconds))
        await until(stopping.done, clock=self.clock)
        await stopping

    async def stop_all(self):
        for consumer in list(self._consumers):
            await self.stop(consumer, timeout_seconds=0)

    async def settled(self, number=1):
        await until(lambda: len(self.records.settlements) >= number, clock=self.clock)
        return self.records.settlements


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def aws(clock):
    return FakeAws(clock)


@pytest.fixture
def records():
    return Records()


@pytest.fixture
async def rig(clock, aws, records):
    rig = Rig(clock, aws, records)
    yield rig
    await rig.stop_all()


class Bench:
    """A broker on AWS in memory that the test starts and the fixture stops."""

    def __init__(self, clock, aws, records):
        self.clock, self.aws, self.sqs, self.records = clock, aws, aws.sqs, records
        self.broker = self.make()

    def make(self, **arguments) -> SQSBroker:
        self.broker = SQSBroker(
            client_factory=self.aws.client,
            observer=self.records,
            clock=self.clock,
            logger=None,
            event_source="shop",
            event_bus="shop-bus",
            **arguments,
        )
        return self.broker

    async def settled(self, number=1):
        await until(lambda: len(self.records.settlements) >= number, clock=self.clock)
        return self.records.settlements

    async def stop(self):
        stopping = asyncio.create_task(self.broker.stop())
        await until(stopping.done, clock=self.clock)
        await stopping

    def buried(self) -> list[tuple[str, str]]:
        """Body and reason of what is in the dead-letter queue."""
        return [
            (message.body, message.attributes["DeadLetterReason"]["StringValue"])
            for message in self.sqs.messages(DLQ_URL)
        ]


@pytest.fixture
async def bench(clock, aws, records):
    bench = Bench(clock, aws, records)
    yield bench
    await bench.stop()
