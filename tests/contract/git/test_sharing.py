"""One fetch per repository at a time, shared by all who wait, and never stale."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gitmoxi.adapters.git.flights import Flights
from gitmoxi.ports.git import BranchNotFoundError
from tests.contract.git.tokens import Tokens, new_token


async def joined(event):
    """Until a thread has set the event."""
    assert await asyncio.to_thread(event.wait, 20)


async def test_callers_who_come_while_a_fetch_runs_share_one_that_begins_later(hosting, mirror, url):
    git, behaviour = mirror(), hosting.behaviour
    behaviour.hold.clear()
    first = asyncio.create_task(git.fetch(url, "main"))
    await joined(behaviour.holding)
    newest = hosting.repository("acme/web").commit("main", {"a": b"2"})
    later = [asyncio.create_task(git.fetch(url, "main")) for _ in range(20)]
    behaviour.hold.set()
    assert await first == hosting.tip
    assert set(await asyncio.gather(*later)) == {newest}, "none of them may get the tip of before"
    assert (behaviour.listings, behaviour.fetches) == (2, 2)


async def test_several_branches_that_wait_are_one_fetch(hosting, mirror, url):
    git, behaviour = mirror(), hosting.behaviour
    tips = {name: hosting.repository("acme/web").commit(name, {"b": name.encode()}) for name in "xyz"}
    behaviour.hold.clear()
    first = asyncio.create_task(git.fetch(url, "main"))
    await joined(behaviour.holding)
    later = {name: asyncio.create_task(git.fetch(url, name)) for name in (*tips, "missing")}
    behaviour.hold.set()
    await first
    with pytest.raises(BranchNotFoundError, match="has no branch missing"):
        await later.pop("missing")
    assert {name: await fetched for name, fetched in later.items()} == tips
    assert behaviour.fetches == 2


async def test_repositories_are_fetched_side_by_side(hosting, mirror, url):
    hosting.repository("acme/api").commit("main", {"a": b"1"})
    hosting.behaviour.hold.clear()
    git = mirror(parallel=2)
    fetches = [asyncio.create_task(git.fetch(hosting.url(name), "main")) for name in ("acme/web", "acme/api")]
    await joined(hosting.behaviour.two_holding)
    hosting.behaviour.hold.set()
    await asyncio.gather(*fetches)


async def test_no_more_servers_are_asked_at_a_time_than_allowed(hosting, mirror, url):
    hosting.repository("acme/api").commit("main", {"a": b"1"})
    hosting.behaviour.hold.clear()
    git = mirror(parallel=1)
    fetches = [asyncio.create_task(git.fetch(hosting.url(name), "main")) for name in ("acme/web", "acme/api")]
    await joined(hosting.behaviour.holding)
    assert hosting.behaviour.listings == 1
    hosting.behaviour.hold.set()
    await asyncio.gather(*fetches)


async def test_a_mirror_is_read_while_it_is_being_fetched(hosting, mirror, url):
    git = mirror()
    await git.fetch(url, "main")
    hosting.repository("acme/web").commit("main", {"a": b"2"})
    hosting.behaviour.hold.clear()
    fetching = asyncio.create_task(git.fetch(url, "main"))
    await joined(hosting.behaviour.holding)
    assert await git.read_blobs(url, hosting.tip, ["a"]) == {"a": b"1"}
    hosting.behaviour.hold.set()
    await fetching


async def test_a_fetch_that_nobody_waits_for_any_more_ends_with_its_threads(hosting, mirror, url):
    git, behaviour = mirror(), hosting.behaviour
    behaviour.hold.clear()
    fetching = asyncio.create_task(git.fetch(url, "main"))
    await joined(behaviour.holding)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    # The next one has its turn only when the thread of the first has let the mirror go.
    behaviour.hold.set()
    assert await git.fetch(url, "main") == hosting.tip
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("git-egress")]


async def test_an_error_is_every_passengers_and_the_next_call_is_a_new_one(hosting, mirror, url):
    hosting.behaviour.password = new_token()
    tokens = Tokens(new_token())
    git = mirror(tokens)
    outcomes = await asyncio.gather(*(git.fetch(url, "main") for _ in range(5)), return_exceptions=True)
    assert len({str(outcome) for outcome in outcomes}) == 1
    tokens.remembered = tokens.fresh = hosting.behaviour.password
    assert await git.fetch(url, "main") == hosting.tip


async def test_a_passenger_who_leaves_does_not_end_the_flight_of_others():
    flights, go = Flights(asyncio.Semaphore(1)), asyncio.Event()

    async def fly(wants):
        await go.wait()
        return wants

    one = asyncio.create_task(flights.join("key", "a", fly))
    two = asyncio.create_task(flights.join("key", "b", fly))
    await asyncio.sleep(0)
    one.cancel()
    go.set()
    assert await two == {"a", "b"}
