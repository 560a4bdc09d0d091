"""A commit's status follows its deployments, is said once, and never goes back in time."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.states import State
from gitmoxi.errors import RetryableError, ThrottledError, UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError
from gitmoxi_notifier.saying import BUSY
from tests.unit.ingestor.stage import KilledError


async def test_a_commit_is_pending_and_then_a_success(stage):
    key = await stage.ingest("web", "worker")
    await stage.teller().commit(key)
    await stage.move("web", State.SUCCEEDED)
    await stage.teller().commit(key)
    await stage.move("worker", State.NO_CHANGE)
    await stage.teller().commit(key)
    assert stage.told == [
        ("pending", "0 of 2 done."),
        ("pending", "1 of 2 done."),
        ("success", "1 deployed, 1 unchanged."),
    ]


async def test_a_status_says_which_installation_and_branch_and_leads_to_more(stage):
    key = await stage.ingest("web")
    await stage.teller().commit(key)
    (update,) = stage.host.statuses
    assert (update.context, update.branch) == ("blue/main", "main")
    assert update.url == f"https://gitmoxi.test/v1/commits/{update.sha}/files"


async def test_a_failure_is_told_with_its_cause(stage):
    key = await stage.ingest("web")
    await stage.move("web", State.FAILED, cause="The image is not there.")
    await stage.teller().commit(key)
    assert stage.told == [("failure", "prod/web failed: The image is not there.")]


async def test_the_same_is_not_said_twice_however_often_it_is_heard(stage):
    key = await stage.ingest("web")
    for _ in range(5):
        await stage.teller().commit(key)
    assert len(stage.told) == 1


async def test_a_late_message_never_turns_a_success_back_into_pending(stage):
    """Messages carry ids only: whatever their order, the records are read as they are now."""
    key = await stage.ingest("web")
    await stage.move("web", State.SUCCEEDED)
    for _ in range(3):
        await stage.teller().commit(key)
    assert stage.told == [("success", "1 deployed.")]


async def test_an_older_processing_of_a_commit_is_not_told_after_a_newer_one(stage):
    first = await stage.ingest("web")
    await stage.move("web", State.FAILED)
    again = await stage.push(force=True, delivery_id="again")
    assert again.commit.seq > first.seq
    second = first.__class__(repository_id=first.repository_id, branch=first.branch, seq=again.commit.seq)
    await stage.teller().commit(second)
    assert await stage.teller().commit(first) == "outdated"
    assert [state for state, _ in stage.told] == ["pending"]


class SlowHost:
    """Holds the first status back until it is let go."""

    def __init__(self, host):
        self.host, self.let_go, self.begun = host, asyncio.Event(), asyncio.Event()
        self.first = True

    async def set_status(self, repository, update, ref=""):
        if self.first:
            self.first = False
            self.begun.set()
            await self.let_go.wait()
        return await self.host.set_status(repository, update, ref)


async def test_two_workers_cannot_overtake_each_other_at_the_host(stage):
    key = await stage.ingest("web")
    slow = SlowHost(stage.host)
    teller = stage.teller()
    teller.statuses.hosts.adapters["github"] = slow
    telling = asyncio.create_task(teller.commit(key))
    await slow.begun.wait()

    await stage.move("web", State.SUCCEEDED)
    with pytest.raises(ThrottledError, match="another worker"):
        await stage.teller().commit(key)
    slow.let_go.set()
    await telling
    await stage.teller().commit(key)
    assert [state for state, _ in stage.told] == ["pending", "success"]


async def test_what_a_dead_worker_claimed_is_told_by_another_after_a_while(stage):
    key = await stage.ingest("web")
    stage.host.faults.append(KilledError())  # the process ends in the midst of it
    with pytest.raises(KilledError):
        await stage.teller().commit(key)
    with pytest.raises(RetryableError):
        await stage.teller().commit(key)
    stage.clock.advance(BUSY.total_seconds())
    await stage.teller().commit(key)
    assert len(stage.told) == 1


async def test_an_outage_is_raised_and_told_later(stage):
    key = await stage.ingest("web")
    stage.host.faults.append(UnavailableError("the host is away"))
    with pytest.raises(UnavailableError):
        await stage.teller().commit(key)
    await stage.teller().commit(key)
    assert len(stage.told) == 1


async def test_a_refusal_is_written_down_once_and_tried_again_with_the_next_commit(stage):
    refusals = [FeedbackRefusedError("HTTP 403. The token needs more.") for _ in range(3)]
    stage.host.faults.extend(refusals)
    first = await stage.ingest("web")
    for _ in range(3):
        assert await stage.teller().commit(first) == "refused"
    (summary,) = await stage.audited()
    assert summary.startswith("https://git.example.com/team/shop: the status of a commit could not be told")
    assert summary.endswith("HTTP 403. The token needs more.")
    second = await stage.ingest("web", image="2")
    assert await stage.teller().commit(second) == "pending"


@pytest.mark.parametrize(
    ("wants", "outcome"),
    [
        pytest.param({"feedback": False}, "nobody asked", id="feedback is off"),
        pytest.param({"provider": None}, "refused", id="nobody said of which kind the host is"),
    ],
)
async def test_nothing_is_told_where(stage, wants, outcome):
    await stage.want(**wants)
    assert await stage.teller().commit(await stage.ingest("web")) == outcome
    assert stage.told == []


async def test_a_repository_or_a_commit_that_is_gone_is_forgotten(stage):
    key = await stage.ingest("web")
    unknown = key.__class__(repository_id=key.repository_id, branch="main", seq=99)
    assert await stage.teller().commit(unknown) == "forgotten"
    await stage.ledger.delete_repository(key.repository_id)
    assert await stage.teller().commit(key) == "nobody asked"
