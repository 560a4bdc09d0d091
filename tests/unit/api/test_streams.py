"""Streams: every step once, in order, to any number of clients, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.domain.states import State
from gitmoxi.errors import UnavailableError
from gitmoxi_api.replies import DeploymentReply
from gitmoxi_api.server import ApiServer, address_of, listen
from gitmoxi_api.streaming.feeds import Feed, Item
from gitmoxi_api.views import deployment_view
from tests.unit.api.stage import FaultyLedger, Stage, a_deployment


class CountingLedger(FaultyLedger):
    """Counts reads of HEAD, and may be away for some of them."""

    def __init__(self):
        super().__init__()
        self.reads = 0
        self.away: list[Exception] = []

    async def deployment(self, deployment_id):
        self.reads += 1
        if self.away:
            raise self.away.pop()
        return await super().deployment(deployment_id)


@pytest.fixture
def stage():
    return Stage(ledger=CountingLedger(), clock=SystemClock())


class Served:
    """An API on a port."""

    def __init__(self, app, address, stop, running):
        self.streams = app.state.parts.streams
        self.address = address
        self.stop = stop
        self.running = running

    @asynccontextmanager
    async def events(self, path, **headers) -> AsyncIterator[AsyncIterator[dict]]:
        async with (
            httpx.AsyncClient(base_url=self.address, timeout=20) as client,
            client.stream("GET", path, headers=headers) as response,
        ):
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _parsed(response)


async def _parsed(response):
    event: dict = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if line == ":":
            yield {"event": "heartbeat"}
        elif name:
            event[name] = json.loads(value) if name == "data" else value.strip()
        elif event:
            yield event
            event = {}


@asynccontextmanager
async def _serving(stage, limit=200):
    listener, stop, ready = listen("127.0.0.1", 0), asyncio.Event(), asyncio.Event()
    app = stage.app(max_streams=limit)
    running = asyncio.create_task(ApiServer(app, listener, ready.set).run(stop))
    await ready.wait()
    try:
        yield Served(app, address_of(listener), stop, running)
    finally:
        stop.set()
        await running
        listener.close()


@pytest.fixture
async def served(stage):
    async with _serving(stage) as served:
        yield served


async def _next(events, name):
    async for event in events:
        if event["event"] == name:
            return event
    raise AssertionError(f"the stream ended without {name}")


async def _all(events):
    return [event async for event in events if event["event"] not in {"heartbeat", "live"}]


async def _until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - counts, which nobody announces
            await asyncio.sleep(0.01)


async def test_steps_come_as_they_are_committed_and_the_end_is_last(stage, served):
    head = a_deployment()
    await stage.ingest(head)
    async with served.events("/v1/deployments/d-1/stream") as events:
        assert (await _next(events, "step"))["id"] == "1"
        begun = time.monotonic()
        head = await stage.move(head, State.RUNNING, "One of two tasks runs.")
        step = await _next(events, "step")
        assert time.monotonic() - begun < 2, "0.4 s at most between two looks"
        assert (step["id"], step["data"]["step"]["because"]) == ("2", "One of two tasks runs.")
        await stage.move(head, State.SUCCEEDED, "All run.")
        last = await _all(events)
    assert [event["event"] for event in last] == ["step", "end"]
    assert last[1]["data"]["deployment"]["state"] == "SUCCEEDED"
    await _until(lambda: (served.streams.open_count, served.streams.look_count) == (0, 0))


async def test_a_client_that_comes_back_gets_what_it_has_not(stage, served):
    head = a_deployment()
    await stage.ingest(head)
    for state in (State.RUNNING, State.RUNNING, State.SUCCEEDED):
        head = await stage.move(head, state, "Further.")
    async with served.events("/v1/deployments/d-1/stream", **{"Last-Event-ID": "2"}) as events:
        assert [event.get("id") for event in await _all(events)] == ["3", "4", None]


@pytest.mark.parametrize("event_id", ["", "x", "-1", "٣", "9" * 60])
async def test_an_event_id_of_somebody_else_is_no_fault(stage, served, event_id):
    await stage.ingest(a_deployment(state=State.SUCCEEDED))
    headers = {"Last-Event-ID": event_id.encode()}
    async with served.events("/v1/deployments/d-1/stream", **headers) as events:
        assert (await _all(events))[-1]["event"] == "end"


async def test_a_silent_stream_shows_that_it_lives(stage, served):
    await stage.ingest(a_deployment())
    async with served.events("/v1/deployments/d-1/stream") as events:
        await _next(events, "step")
        await _next(events, "heartbeat")


async def test_a_hundred_clients_share_one_look(stage, served):
    head = a_deployment()
    await stage.ingest(head)
    seen = asyncio.Semaphore(0)

    async def client():
        async with served.events("/v1/deployments/d-1/stream") as events:
            await _next(events, "step")
            seen.release()
            return await _all(events)

    clients = [asyncio.create_task(client()) for _ in range(100)]
    for _ in clients:
        await seen.acquire()
    assert (served.streams.open_count, served.streams.look_count) == (100, 1)
    reads_before = stage.ledger.reads
    begun = time.monotonic()
    await stage.move(head, State.SUCCEEDED, "All run.")
    told = await asyncio.gather(*clients)
    assert {json.dumps(events) for events in told} == {json.dumps(told[0])}
    looks = 2 + (time.monotonic() - begun) / 0.1
    assert stage.ledger.reads - reads_before <= looks
    await _until(lambda: (served.streams.open_count, served.streams.look_count) == (0, 0))


async def test_a_client_that_goes_leaves_nothing_behind(stage, served):
    await stage.ingest(a_deployment())
    async with served.events("/v1/deployments/d-1/stream") as events:
        await _next(events, "step")
    async with served.events("/v1/stream") as events:
        await _next(events, "live")
    await _until(lambda: (served.streams.open_count, served.streams.look_count) == (0, 0))


async def test_a_client_that_does_not_read_holds_nobody_up(stage, served):
    head = a_deployment()
    await stage.ingest(head)
    port = int(served.address.rpartition(":")[2])
    _, slow = await asyncio.open_connection("127.0.0.1", port, limit=1)
    slow.write(b"GET /v1/deployments/d-1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    async with served.events("/v1/deployments/d-1/stream") as events:
        await _next(events, "step")
        for number in range(200):
            head = await stage.move(head, State.RUNNING, f"{number} " + "x" * 2000)
        await stage.move(head, State.SUCCEEDED, "All run.")
        told = await _all(events)
    assert [event["id"] for event in told[:-1]] == [str(number) for number in range(2, 203)]
    slow.close()
    await _until(lambda: served.streams.open_count == 0)


async def test_no_more_streams_than_are_allowed(stage):
    await stage.ingest(a_deployment())
    async with (
        _serving(stage, limit=1) as served,
        served.events("/v1/stream") as events,
        httpx.AsyncClient(base_url=served.address) as client,
    ):
        await _next(events, "live")
        refused = await client.get("/v1/deployments/d-1/stream")
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:gitmoxi:problem:unavailable")
        assert (await client.get("/v1/deployments/d-1")).status_code == 200


async def test_what_does_not_exist_is_no_stream(served):
    async with httpx.AsyncClient(base_url=served.address) as client:
        assert (await client.get("/v1/deployments/d-none/stream")).status_code == 404
        foreign = await client.get("/v1/stream", headers={"Host": "evil.example"})
    assert foreign.status_code == 421
    assert served.streams.open_count == 0


async def test_a_stop_ends_every_stream_at_once(stage, served):
    await stage.ingest(a_deployment())
    async with (
        served.events("/v1/deployments/d-1/stream") as one,
        served.events("/v1/stream") as fleet,
    ):
        await _next(one, "step")
        await _next(fleet, "live")
        begun = time.monotonic()
        served.stop.set()
        await asyncio.gather(_all(one), _all(fleet))
        await served.running
    assert time.monotonic() - begun < 3, "the grace is 5 s"


async def test_a_store_that_is_away_for_a_moment_loses_nothing(stage):
    head = a_deployment()
    await stage.ingest(head)
    stage = Stage(ledger=stage.ledger)  # whose clock does not wait
    async with _serving(stage) as served, served.events("/v1/deployments/d-1/stream") as events:
        await _next(events, "step")
        stage.ledger.away = [UnavailableError("away")] * 3
        await stage.move(head, State.SUCCEEDED, "All run.")
        assert [event["event"] for event in await _all(events)] == ["step", "end"]


async def test_a_fault_in_a_look_ends_its_streams_only(stage, served):
    await stage.ingest(a_deployment())
    async with served.events("/v1/stream") as fleet:
        await _next(fleet, "live")
        async with served.events("/v1/deployments/d-1/stream") as events:
            await _next(events, "step")
            stage.ledger.away = [ZeroDivisionError()]
            assert await _all(events) == []
        await _next(fleet, "heartbeat")


async def test_the_fleet_begins_with_what_is_under_way_and_tells_each_step_of_all(stage, served):
    running, over = a_deployment("d-run"), a_deployment("d-over", state=State.SUCCEEDED)
    other = a_deployment("d-other", branch="next")
    await stage.ingest(running, over)
    await stage.ingest(other, seq=8, branch="next", delivery_id="other")
    async with (
        served.events("/v1/stream") as all_of_it,
        served.events("/v1/stream?branch=main") as of_main,
    ):
        stands = [await _next(all_of_it, "deployment") for _ in range(2)]
        assert {event["data"]["deployment"]["id"] for event in stands} == {"d-run", "d-other"}
        assert (await _next(of_main, "deployment"))["data"]["deployment"]["id"] == "d-run"
        await _next(all_of_it, "live")
        await _next(of_main, "live")
        await stage.move(other, State.SUCCEEDED, "Over there.")
        await stage.move(running, State.SUCCEEDED, "Here.")
        told = [await _next(all_of_it, "step") for _ in range(2)]
        assert {event["data"]["step"]["because"] for event in told} == {"Over there.", "Here."}
        assert (await _next(of_main, "step"))["data"]["step"]["because"] == "Here."
        await stage.ingest(a_deployment("d-new"), seq=9, delivery_id="new")
        assert (await _next(of_main, "step"))["data"]["deployment"]["id"] == "d-new"


async def test_a_commit_with_hundreds_of_objects_is_told_whole(stage, served):
    await stage.ingest(a_deployment("d-known"))
    names = {f"d-{number:03}" for number in range(150)}
    async with served.events("/v1/stream") as events:
        await _next(events, "live")
        for seq, some in enumerate(batched(sorted(names), 40), start=8):
            await stage.ingest(*map(a_deployment, some), seq=seq, delivery_id=str(seq))
        told = {(await _next(events, "step"))["data"]["deployment"]["id"] for _ in names}
    assert told == names


async def test_a_client_of_the_fleet_that_comes_back_gets_what_it_has_not(stage, served):
    head = a_deployment()
    await stage.ingest(head)
    async with served.events("/v1/stream") as watched, served.events("/v1/stream") as first:
        await _next(watched, "live")
        await _next(first, "live")
        head = await stage.move(head, State.RUNNING, "Seen.")
        known = (await _next(first, "step"))["id"]
        await stage.move(head, State.SUCCEEDED, "Missed.")
        await _next(watched, "step")
        await _next(watched, "step")
        async with served.events("/v1/stream", **{"Last-Event-ID": known}) as again:
            assert (await _next(again, "step"))["data"]["step"]["because"] == "Missed."


def batched(names, size):
    return [names[start : start + size] for start in range(0, len(names), size)]


def _item(cursor) -> Item:
    head: DeploymentReply = deployment_view(a_deployment())
    return Item(cursor=cursor, deployment=head, text=str(cursor))


async def test_a_reader_that_lags_too_far_behind_is_sent_away():
    feed = Feed(keeps=3)
    feed.publish(map(_item, (1, 2, 3)))
    reader = feed.read(0, patience_seconds=1)
    assert (await anext(reader)).cursor == 1
    feed.publish(map(_item, (4, 5, 6)))
    assert [item.cursor async for item in reader] == []
    assert (feed.reaches(3), feed.reaches(2), feed.newest) == (True, False, 6)
