"""Many repositories are polled by several processes, without a herd and without a call too many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from gitmoxi.adapters.memory.git import MemoryGit
from gitmoxi.domain.repositories import repository_id
from gitmoxi.errors import InvariantError, UnavailableError
from gitmoxi.ports.ledger import OutboxEvent
from gitmoxi_ingestor.polling import PARTS
from tests.unit.ingestor.stage import BRANCH, URL, Stage, a_service

MANY = 300
MINUTE = 60


class WatchedGit(MemoryGit):
    """Counts what its servers are asked, and how many are asked at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.fetched: Counter[str] = Counter()
        self.now = 0
        self.most = 0

    async def list_tips(self, url: str) -> Mapping[str, str]:
        self.asked[url] += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return await super().list_tips(url)

    async def fetch(self, url: str, branch: str) -> str:
        self.fetched[url] += 1
        return await super().fetch(url, branch)


@pytest.fixture
def stage() -> Stage:
    return Stage(git=WatchedGit())


def watched(stage: Stage) -> WatchedGit:
    assert isinstance(stage.git, WatchedGit)
    return stage.git


async def registered(stage: Stage, count: int = MANY) -> list[str]:
    urls = [f"https://git.example.com/team/service-{number}" for number in range(count)]
    for url in urls:
        stage.git.create(url)
        await stage.register(url=url)
        stage.commit(a_service("dev/shop"), url=url)
        await stage.push(repository=url)
    return urls


async def test_each_repository_is_asked_once_per_interval_by_all_processes_together(stage):
    urls = await registered(stage)
    pollers = [stage.poller() for _ in range(3)]

    for interval in range(1, 4):
        await asyncio.gather(*(poller.poll() for poller in pollers))
        assert watched(stage).asked == dict.fromkeys(urls, interval)
        stage.clock.advance(MINUTE)

    assert watched(stage).most <= 4 * len(pollers)


async def test_all_branches_of_a_repository_cost_one_request(stage):
    await stage.register(branches=("main", "release", "next"))
    for branch in ("main", "release", "next"):
        stage.commit(a_service("dev/shop"), branch=branch)

    await stage.poller().poll()

    assert watched(stage).asked == {URL: 1}


@pytest.mark.parametrize(("count", "most"), [(1, 3), (MANY, 2 + PARTS)])
async def test_an_idle_installation_makes_few_calls_of_the_database(stage, count, most):
    await registered(stage, count)
    poller = stage.poller()
    await poller.poll()  # a process that has just started reads each branch once
    stage.clock.advance(MINUTE)
    calls = Counter()
    for store in (stage.ledger, stage.reachability):
        for name in ("repositories", "branch", "commit", "healths", "health", "claim", "put_health"):
            if hasattr(store, name):
                setattr(store, name, _counted(calls, name, getattr(store, name)))

    await poller.poll()

    assert sum(calls.values()) == most, calls


def _counted(calls, name, method):
    async def counted(*args, **options):
        calls[name] += 1
        return await method(*args, **options)

    return counted


async def test_what_one_process_leaves_another_takes_over(stage):
    await stage.register()
    stage.commit(a_service("dev/shop"))
    await stage.push()
    first, second = stage.poller(), stage.poller()
    await first.poll()
    stage.commit(a_service("dev/cart"))
    assert await second.poll() == []

    stage.clock.advance(MINUTE)

    assert await second.poll() == [f"{URL} ({BRANCH})"]


async def test_a_repository_that_was_just_registered_is_polled_an_interval_later_at_most(stage):
    poller = stage.poller()
    assert await poller.poll() == []
    await registered(stage, 1)
    stage.clock.advance(MINUTE)
    await poller.poll()
    assert len(watched(stage).asked) == 1


async def test_a_tip_that_is_refused_is_not_refused_each_minute(stage):
    await stage.register()
    stage.commit(a_service("dev/shop"))
    await stage.push()
    stage.commit({"dev/cart_svcdef.json": "x", "dev/cart_fndef.json": "y"})
    await stage.poller().poll()
    fetches = watched(stage).fetched[URL]
    poller = stage.poller()
    for _ in range(3):
        stage.clock.advance(MINUTE)
        await poller.poll()
    assert watched(stage).fetched[URL] == fetches


class TestAsAPart:
    """The poller runs beside the queue's consumer, from start to stop."""

    async def test_it_finds_what_is_new_until_it_is_stopped(self, stage):
        await stage.register()
        stage.commit(a_service("dev/shop"))
        await stage.push()
        stage.commit(a_service("dev/cart"))
        stop, publish = asyncio.Event(), stage.publisher.publish

        async def last(events: Sequence[OutboxEvent]) -> None:
            stop.set()
            await publish(events)

        stage.publisher.publish = last
        async with asyncio.timeout(5):
            await stage.poller().run(stop)
        assert stage.announced == [1, 2]

    async def test_it_stops_in_its_pause(self, stage):
        stop = asyncio.Event()
        poller = stage.poller()

        async def for_ever(_seconds: float) -> None:
            await asyncio.Event().wait()

        stage.clock.sleep = for_ever
        running = asyncio.create_task(poller.run(stop))
        await asyncio.sleep(0)
        stop.set()
        async with asyncio.timeout(5):
            await running

    async def test_without_an_interval_it_waits_for_the_stop(self, stage):
        stop = asyncio.Event()
        stop.set()
        await stage.poller(interval_seconds=0).run(stop)
        assert watched(stage).asked == {}

    @pytest.mark.parametrize("fault", [UnavailableError("the store is down"), InvariantError("a bug")])
    async def test_what_goes_wrong_ends_no_process(self, stage, fault):
        await registered(stage, 1)
        repositories, faults = stage.ledger.repositories, [fault]

        async def faulty():
            if faults:
                raise faults.pop()
            return await repositories()

        stage.ledger.repositories = faulty
        stop = asyncio.Event()
        ask = stage.git.list_tips

        async def last(url: str) -> Mapping[str, str]:
            stop.set()
            return await ask(url)

        stage.git.list_tips = last
        async with asyncio.timeout(5):
            await stage.poller().run(stop)
        assert watched(stage).asked

    async def test_a_start_does_not_ask_all_servers_at_once(self, stage):
        await registered(stage, 64)
        stop = asyncio.Event()
        moments: list[float] = []
        ask = stage.git.list_tips

        async def noted(url: str) -> Mapping[str, str]:
            moments.append(stage.clock.monotonic())
            if len(moments) == 64:
                stop.set()
            return await ask(url)

        stage.git.list_tips = noted
        async with asyncio.timeout(5):
            await stage.poller().run(stop)
        at_once = Counter(round(moment) for moment in moments)
        assert len(at_once) == PARTS
        assert max(at_once.values()) < 64 / 2


def test_the_parts_are_of_about_the_same_size():
    ids = [repository_id(f"https://git.example.com/{number}") for number in range(MANY)]
    sizes = Counter(int(each[-2:], 16) % PARTS for each in ids)
    assert len(sizes) == PARTS
    assert max(sizes.values()) < 2 * MANY / PARTS
