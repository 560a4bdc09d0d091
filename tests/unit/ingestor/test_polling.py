"""The poller finds pushes of which no event came, and deploys nothing that nobody pushed."""

from __future__ import annotations

from gitmoxi.domain.records import CommitStatus
from tests.unit.ingestor.stage import BRANCH, URL, a_service

SHOP, CART = a_service("dev/shop"), a_service("dev/cart")
OTHER = "https://git.example.com/team/other"


async def test_scenario_21_a_new_tip_is_found(stage):
    stage.commit(SHOP)
    await stage.push()
    stage.commit(CART)

    assert await stage.poller().poll() == [f"{URL} ({BRANCH})"]

    assert await stage.changed(2) == {"dev/cart": "added"}


async def test_the_first_commit_is_never_deployed_by_polling(stage):
    stage.commit(SHOP)

    assert await stage.poller().poll() == []

    assert await stage.deployments() == []


async def test_a_processed_tip_is_left_alone(stage):
    stage.commit(SHOP)
    await stage.push()

    assert await stage.poller().poll() == []
    assert stage.announced == [1]


async def test_an_interval_passes_between_two_polls(stage):
    stage.commit(SHOP)
    await stage.push()
    poller = stage.poller(interval_seconds=60)
    await poller.poll()
    stage.commit(CART)

    stage.clock.advance(59)
    assert await poller.poll() == []
    stage.clock.advance(1)
    assert await poller.poll() == [f"{URL} ({BRANCH})"]


async def test_the_wall_clock_may_jump(stage):
    stage.commit(SHOP)
    await stage.push()
    poller = stage.poller(interval_seconds=60)
    await poller.poll()
    stage.commit(CART)
    stage.clock.jump(-3600)
    stage.clock.advance(60)

    assert await poller.poll() == [f"{URL} ({BRANCH})"]


async def test_no_interval_no_polling(stage):
    stage.commit(SHOP)
    await stage.push()
    stage.commit(CART)

    assert await stage.poller(interval_seconds=0).poll() == []


async def test_a_repository_that_cannot_be_read_does_not_stop_the_others(stage):
    stage.git.create(OTHER)
    await stage.register(url=OTHER)
    for url in (OTHER, URL):
        stage.commit(SHOP, url=url)
        await stage.push(repository=url)
        stage.commit(CART, url=url)
    stage.git.remove(OTHER)

    assert await stage.poller().poll() == [f"{URL} ({BRANCH})"]

    stage.git.set_reachable(URL, reachable=False)
    stage.commit({"x": "y"}, url=URL)
    assert await stage.poller().poll() == []


async def test_every_branch_is_polled(stage):
    await stage.register(branches=("main", "release"))
    for branch in ("main", "release"):
        stage.commit(SHOP, branch=branch)
        await stage.push(branch=branch)
        stage.commit(CART, branch=branch)

    assert await stage.poller().poll() == [f"{URL} (main)", f"{URL} (release)"]
    assert all(c.status is CommitStatus.INGESTED for c in await stage.commits())
