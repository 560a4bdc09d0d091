"""Channels are told what they should hear, each for itself, and each thing once."""

from __future__ import annotations

import pytest

from gitmoxi.domain.states import State
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError
from tests.unit.notifier.stage import CHANNELS

ONE, TWO = (channel.address for channel in CHANNELS)


@pytest.fixture
async def stage(stage):
    await stage.want(feedback=False, notifications=CHANNELS)
    return stage


async def test_a_failure_is_told_to_every_channel_at_once_and_a_success_with_its_commit(stage):
    key = await stage.ingest("web", "worker")
    failed = await stage.move("web", State.FAILED)
    await stage.teller().deployment(failed.id)
    done = await stage.move("worker", State.SUCCEEDED)
    await stage.teller().deployment(done.id)
    await stage.teller().commit(key)
    assert sorted(stage.noticed) == [(ONE, "deployment.failed"), (TWO, "deployment.failed")]


async def test_a_commit_is_told_once_when_all_of_it_is_done(stage):
    key = await stage.ingest("web", "worker")
    for name in ("web", "worker"):
        done = await stage.move(name, State.SUCCEEDED)
        await stage.teller().deployment(done.id)
        await stage.teller().commit(key)
    await stage.teller().commit(key)
    assert sorted(stage.noticed) == [(ONE, "commit.deployed"), (TWO, "commit.deployed")]


async def test_the_same_fact_is_not_told_twice(stage):
    await stage.ingest("web")
    failed = await stage.move("web", State.ROLLED_BACK)
    for _ in range(4):
        await stage.teller().deployment(failed.id)
    assert len(stage.noticed) == len(CHANNELS)


async def test_a_channel_that_is_out_of_order_holds_up_no_other_and_is_told_later(stage):
    await stage.ingest("web")
    failed = await stage.move("web", State.FAILED)
    stage.channels.faults[ONE] = [UnavailableError("away")]
    with pytest.raises(UnavailableError):
        await stage.teller().deployment(failed.id)
    assert [address for address, _ in stage.noticed] == [TWO]
    await stage.teller().deployment(failed.id)
    assert [address for address, _ in stage.noticed] == [TWO, ONE]


async def test_a_channel_that_refuses_is_written_down_without_its_address(stage):
    await stage.ingest("web")
    failed = await stage.move("web", State.FAILED)
    stage.channels.faults[ONE] = [FeedbackRefusedError("HTTP 410")]
    await stage.teller().deployment(failed.id)
    (summary,) = await stage.audited()
    assert "HTTP 410" in summary
    assert ONE not in summary


async def test_a_held_deletion_that_was_approved_meanwhile_is_no_news(stage):
    await stage.ingest("web")
    held = await stage.move("web", State.HELD)
    await stage.move("web", State.WAITING)
    await stage.teller().deployment(held.id)
    assert stage.noticed == []


async def test_facts_of_one_commit_are_answered_by_one_look(stage):
    key = await stage.ingest("web")
    looks = []

    async def send():
        looks.append(stage.clock.now())

    for _ in range(500):
        await stage.teller().gather(key, send)
    assert len(looks) == 1
    stage.clock.advance(3)
    await stage.teller().gather(key, send)
    assert len(looks) == 2
