"""A repository or branch that is gone pauses its deployments, is told of once, and goes on later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.domain.repositories import repository_id
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.ports.git import RepositoryAccessError, RepositoryUnreachableError
from gitmoxi_ingestor.reachability import LONGEST_PAUSE, after_failure, is_due
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL, Stage, a_service

MINUTE = 60
T0 = Stage().clock.now()


async def poll_for(stage, minutes: float, poller=None) -> None:
    """Poll as the process does, once a minute."""
    poller = poller or stage.poller()
    for _ in range(int(minutes)):
        await poller.poll()
        stage.clock.advance(MINUTE)


async def alerts(stage) -> list[str]:
    """The kinds of the audit entries about repositories, oldest first."""
    kinds = [entry.kind for entry in await stage.ledger.audit(100)]
    return [kind for kind in reversed(kinds) if kind != "push.refused"]


@pytest.fixture
async def deployed(stage):
    """A repository whose one service is deployed."""
    stage.commit(a_service("dev/shop"))
    await stage.push()
    return stage


async def test_scenario_26_a_deleted_branch_is_told_of_once_and_deletes_nothing(deployed):
    deployed.git.delete_branch(URL, BRANCH)

    await poll_for(deployed, 60)

    assert await alerts(deployed) == ["branch.deleted"]
    assert deployed.meter.counts == [("RepositoryAlerts", "branch.deleted")]
    assert await deployed.changed(1) == {"dev/shop": "added"}
    assert len(await deployed.deployments()) == 1
    health = await deployed.reachability.health(REPOSITORY)
    assert (health.ok, health.missing_branches) == (True, (BRANCH,))
    assert deployed.reachability.writes == 1


async def test_scenario_26_a_branch_that_comes_back_goes_on(deployed):
    poller = deployed.poller()
    tip = deployed.git._repositories[repository_id(URL)].branches[BRANCH]
    deployed.git.delete_branch(URL, BRANCH)
    await poll_for(deployed, 3, poller)
    deployed.git.point(URL, BRANCH, tip)
    deployed.commit(a_service("dev/cart"))

    await poll_for(deployed, 3, poller)

    assert await alerts(deployed) == ["branch.deleted", "branch.returned"]
    assert await deployed.changed(2) == {"dev/cart": "added"}
    assert (await deployed.reachability.health(REPOSITORY)).missing_branches == ()


async def test_a_branch_that_nobody_has_pushed_yet_is_shown_and_no_alarm(stage):
    await poll_for(stage, 3)
    health = await stage.reachability.health(REPOSITORY)
    assert health.missing_branches == (BRANCH,)
    assert "Push it, or take it out of the registration" in health.because
    assert await alerts(stage) == []


async def test_scenario_27_an_unreachable_repository_keeps_its_last_state(deployed):
    deployed.git.set_reachable(URL, reachable=False)

    await poll_for(deployed, 120)

    assert await alerts(deployed) == ["repository.unreachable"]
    health = await deployed.reachability.health(REPOSITORY)
    assert not health.ok
    assert health.failing_since == T0
    assert "What runs stays as it is; nothing is deployed or deleted meanwhile." in health.because
    assert len(await deployed.deployments()) == 1


async def test_scenario_27_it_is_asked_more_and_more_seldom_and_found_again(deployed):
    deployed.git.set_reachable(URL, reachable=False)
    poller = deployed.poller()
    await poll_for(deployed, 120, poller)
    assert deployed.reachability.writes == 5 + 6  # after 1, 2, 4, 8 and then each 15 minutes
    deployed.git.set_reachable(URL, reachable=True)
    deployed.commit(a_service("dev/cart"))

    await poll_for(deployed, 16, poller)

    assert await alerts(deployed) == ["repository.unreachable", "repository.reachable"]
    assert await deployed.changed(2) == {"dev/cart": "added"}
    assert (await deployed.reachability.health(REPOSITORY)).failures == 0


async def test_scenario_27_a_repository_that_is_gone_is_told_of_at_once(deployed):
    deployed.git.remove(URL)

    await poll_for(deployed, 1)

    (entry,) = await deployed.ledger.audit(1)
    assert entry.kind == "repository.unreachable"
    assert entry.summary.startswith(f"there is no repository at {URL}. What runs stays as it is")
    assert "whether its registered token may read it" in entry.summary


async def test_scenario_27_one_lost_packet_is_no_news(deployed):
    poller = deployed.poller()
    for reachable in (False, True, False, True):
        deployed.git.set_reachable(URL, reachable=reachable)
        await poll_for(deployed, 2, poller)
    assert await alerts(deployed) == []


async def test_scenario_27_each_streak_of_failures_is_told_of_once(deployed):
    poller = deployed.poller()
    for _ in range(2):
        deployed.git.set_reachable(URL, reachable=False)
        await poll_for(deployed, 20, poller)
        deployed.git.set_reachable(URL, reachable=True)
        await poll_for(deployed, 20, poller)
    assert await alerts(deployed) == ["repository.unreachable", "repository.reachable"] * 2


async def test_several_processes_tell_of_it_once(deployed):
    deployed.git.set_reachable(URL, reachable=False)
    pollers = [deployed.poller() for _ in range(3)]
    for _ in range(60):
        for poller in pollers:
            await poller.poll()
        deployed.clock.advance(MINUTE)
    assert await alerts(deployed) == ["repository.unreachable"]


async def test_while_all_is_well_nothing_is_written(deployed):
    await poll_for(deployed, 60)
    assert deployed.reachability.writes == 1


REFUSED: PermanentError = RepositoryAccessError(f"{URL} refused our credentials")
SILENT: RetryableError = RepositoryUnreachableError(f"{URL} cannot be read now")


async def test_the_pause_doubles_up_to_a_quarter_of_an_hour(stage):
    repository = await stage.ledger.repository(REPOSITORY)
    known, pauses = None, []
    for _ in range(2000):
        known = after_failure(repository, SILENT, known, T0, interval=timedelta(minutes=1))
        pauses.append((known.retry_at - T0) / timedelta(minutes=1))
    assert pauses[:6] == [1, 2, 4, 8, 15, 15]
    assert pauses[-1] == 15


@pytest.mark.parametrize(
    ("seconds", "due"),
    [
        pytest.param(-1, True, id="past"),
        pytest.param(0, True, id="now"),
        pytest.param(1, False, id="soon"),
        pytest.param(LONGEST_PAUSE.total_seconds() * 2 + 1, True, id="a clock was wrong"),
    ],
)
def test_when_it_is_time_for_a_look(seconds, due):
    known = RepositoryHealth(
        repository_id=REPOSITORY,
        checked_at=T0,
        ok=False,
        because="",
        retry_at=T0 + timedelta(seconds=seconds),
    )
    assert is_due(known, T0) is due
    assert is_due(None, T0)
