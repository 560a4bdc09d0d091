"""A hosted model moves with the clock, sends its events, remembers its past and survives a restart."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.model_host import ModelHost
from tests.unit.local_cloud.standins import HandClock, Shelf

CONTEXT = CallContext(account="000000000000", region="us-east-1", caller="test")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def events():
    return []


@pytest.fixture
def host(clock, events):
    return ModelHost(service="shelf", create=Shelf, clock=clock, publish=events.append)


def create(host, name="a"):
    return host.call("CreateCluster", {"clusterName": name}, CONTEXT)


def listed(host):
    return host.call("ListClusters", {}, CONTEXT)["clusterArns"]


def test_events_leave_once_the_call_is_answered(host, events):
    create(host)

    assert [event.detail_type for event in events] == ["created"]


def test_what_is_asked_beside_the_api_sends_its_events_too(host, events):
    host.ask(lambda shelf: shelf.alarm_fired(account="000000000000", region="us-east-1", alarm="errors"))

    assert [event.detail_type for event in events] == ["alarm errors"]


def test_a_call_sees_everything_that_was_due(host, clock, events):
    create(host)
    clock.forward(6)
    listed(host)

    assert [event.detail_type for event in events] == ["created", "active"]


def test_a_refusal_reaches_the_caller(host):
    with pytest.raises(AwsError, match="no DeleteCluster here"):
        host.call("DeleteCluster", {}, CONTEXT)


async def test_what_is_due_happens_without_a_call(clock, events):
    host = ModelHost(service="shelf", create=Shelf, clock=clock, publish=events.append)
    create(host)
    clock.forward(6)

    async with running(host):
        await until(lambda: len(events) == 2)

    assert events[-1].detail_type == "active"


async def test_a_call_wakes_an_idle_model(clock, events):
    host = ModelHost(service="shelf", create=Shelf, clock=clock, publish=events.append)
    async with running(host):
        await asyncio.sleep(0)
        create(host)
        clock.forward(6)
        create(host, "b")
        await until(lambda: [event.detail_type for event in events].count("active") == 1)


async def test_a_model_that_breaks_is_reported_and_the_host_lives_on(clock, events):
    made = []

    def broken(**parts):
        made.append(Shelf(**parts))
        made[0].broken = True
        return made[0]

    host = ModelHost(service="shelf", create=broken, clock=clock, publish=events.append)
    async with running(host):
        await until(lambda: host.last_error is not None)

    assert host.last_error == "RuntimeError: the shelf broke"


def test_the_past_is_answered_as_it_was(host, clock):
    host.remember()
    create(host, "a")
    host.remember()
    clock.forward(10)
    create(host, "b")
    host.remember()
    clock.forward(1)

    def as_of(seconds):
        return host.call_in_the_past("ListClusters", {}, CONTEXT, seconds=seconds)["clusterArns"]

    assert listed(host) == ["a", "b"]
    assert as_of(5) == ["a"]
    assert as_of(100) == []


def test_a_read_of_the_past_sends_no_events(host, clock, events):
    host.remember()
    create(host)
    host.remember()
    clock.forward(20)
    before = len(events)

    host.call_in_the_past("ListClusters", {}, CONTEXT, seconds=1)

    assert len(events) == before


def test_without_a_memory_the_present_answers(host):
    create(host)
    host.forget()

    assert host.call_in_the_past("ListClusters", {}, CONTEXT, seconds=30) == {"clusterArns": ["a"]}


def test_the_state_outlives_the_host(host, clock, events, tmp_path):
    create(host)
    host.save(tmp_path / "ecs.json")

    again = ModelHost(service="shelf", create=Shelf, clock=clock, publish=events.append)
    again.load(tmp_path / "ecs.json")

    assert listed(again) == ["a"]


def test_without_a_saved_state_the_model_starts_empty(host, tmp_path):
    host.load(tmp_path / "nothing.json")

    assert listed(host) == []


@contextlib.asynccontextmanager
async def running(host):
    task = asyncio.create_task(host.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # bounded; the host has no event to wait on
            await asyncio.sleep(0)
