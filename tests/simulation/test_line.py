"""The line from the push on: many commits, several branches, outages, and messages that come twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from gitmoxi.domain.deployments import Deployment, ObjectChange
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import State
from tests.simulation.line_world import LineWorld, service
from tests.unit.ingestor.stage import URL, a_push
from tests.unit.planner.stage import ecs_target

HOURS = 3600


@pytest.fixture
async def world() -> LineWorld:
    world = LineWorld()
    await world.register(branches=("main", "next"))
    return world


def web(image: str, **settings: str) -> dict:
    return service("prod/web", "web", image, **settings)


def live(world: LineWorld, name: str) -> str | None:
    return world.targets.live.get(ecs_target(name).id)


def states(heads: list[Deployment]) -> Counter[State]:
    return Counter(head.state for head in heads)


class TestManyCommits:
    """Fifty commits of one branch, a second apart, while each deployment takes a minute."""

    async def test_the_newest_is_what_runs_and_few_were_deployed(self, world):
        for number in range(1, 51):
            await world.pushed(web(f"good:{number}"))
            await world.pass_time(1)

        heads = await world.settled()

        assert live(world, "web") == "good:50"
        assert states(heads) == {State.SUCCEEDED: 2, State.SUPERSEDED: 48}
        assert [mutation.image for mutation in world.targets.journal] == ["good:1", "good:50"]

    async def test_each_that_supersedes_begins_at_once(self, world):
        for number in range(1, 51):
            await world.pushed(web(f"good:{number}", onNewCommit="supersede"))
            await world.pass_time(1)

        heads = await world.settled()

        assert live(world, "web") == "good:50"
        assert states(heads) == {State.SUCCEEDED: 1, State.SUPERSEDED: 49}
        assert [mutation.image for mutation in world.targets.journal][-1] == "good:50"

    async def test_some_fail_and_some_revert(self, world):
        images = ["good:1", "bad:1", "good:1", "bad:2", "good:2", "bad:3"]
        for number in range(48):
            await world.pushed(web(images[number % len(images)]))
            await world.pass_time(7)

        heads = await world.settled()

        [last] = [head for head in heads if head.origin.seq == max(head.origin.seq for head in heads)]
        assert last.state is State.ROLLED_BACK
        record = await world.record("web")
        good = await world.ledger.deployment(record.last_good.deployment_id)
        assert good.state in {State.SUCCEEDED, State.NO_CHANGE}
        assert live(world, "web") in {"good:1", "good:2"}

    async def test_scenario_45_a_revert_of_what_failed_is_not_stuck(self, world):
        for image in ("good:1", "bad:1", "good:1"):
            await world.pushed(web(image))
            await world.pass_time(200)

        heads = await world.settled()

        assert [head.state for head in heads] == [State.SUCCEEDED, State.ROLLED_BACK, State.NO_CHANGE]
        assert live(world, "web") == "good:1"

    @pytest.mark.parametrize("seed", range(5))
    async def test_scenario_4_5_shuffled_and_doubled_messages_start_nothing_older_after_newer(self, seed):
        world = LineWorld(disorder=Random(seed))
        await world.register()
        for number in range(1, 31):
            await world.pushed(web(f"good:{number}", onNewCommit="supersede" if number % 3 == 0 else "queue"))
            await world.pass_time(4)

        heads = {head.id: head for head in await world.settled()}

        started = [heads[one].origin.seq for one in dict.fromkeys(world.targets.starts)]
        assert started == sorted(started)
        assert started[-1] == 30
        assert live(world, "web") == "good:30"


class TestManyTargets:
    """Targets have lines of their own."""

    async def test_a_slow_target_holds_up_nobody(self, world):
        files = service("prod/slow", "slow", "slow:1")
        for number in range(20):
            files |= service(f"prod/s{number}", f"s{number}", "good:1")
        await world.pushed(files)

        await world.pass_time(70)

        heads = await world.deployments()
        assert states(heads) == {State.SUCCEEDED: 20, State.RUNNING: 1}
        assert len({head.started_at for head in heads}) == 1, "all began at once"

    async def test_branches_with_targets_of_their_own_go_on_side_by_side(self, world):
        await world.pushed(web("slow:1"))
        await world.pushed(service("prod/web", "web-next", "good:1"), branch="next")

        await world.pass_time(70)

        assert {head.origin.branch: head.state for head in await world.deployments()} == {
            "main": State.RUNNING,
            "next": State.SUCCEEDED,
        }

    async def test_scenario_30_the_branch_that_comes_second_is_refused_and_both_are_named(self, world):
        await world.pushed(web("good:1"))
        await world.pass_time(100)
        await world.pushed(web("good:2"), branch="next")

        heads = await world.settled()

        refused = heads[-1] if heads[-1].origin.branch == "next" else heads[0]
        assert refused.state is State.FAILED
        assert f"prod/web in {URL} (main)" in refused.because
        assert f"prod/web in {URL} (next)" in refused.because
        assert live(world, "web") == "good:1"


class TestAgain:
    """What is sent again, by machines or by people."""

    async def test_scenario_22_the_same_webhook_a_hundred_times_is_one_deployment(self, world):
        sha = world.commit(web("good:1"))
        for number in range(100):
            await world.ingestor().push(a_push(commit=sha, delivery_id=f"delivery-{number % 3}"))
            await world.pass_time(1)

        assert states(await world.settled()) == {State.SUCCEEDED: 1}
        assert len(world.targets.journal) == 1

    async def test_scenario_22_a_hundred_webhooks_at_once_are_one_deployment(self, world):
        sha = world.commit(web("good:1"))
        pushes = (world.ingestor().push(a_push(commit=sha, delivery_id="one")) for _ in range(100))
        answers = await asyncio.gather(*pushes)

        assert states(await world.settled()) == {State.SUCCEEDED: 1}
        assert Counter(answer.outcome for answer in answers)[PushOutcome.INGESTED] >= 1
        assert len(world.targets.journal) == 1

    async def test_force_plans_every_object_of_the_branch_again(self, world):
        await world.pushed(web("good:1") | service("prod/api", "api", "good:1"))
        await world.settled()
        await world.pushed(web("good:2"))
        await world.settled()
        world.targets.journal.clear()

        await world.push_again(force=True)

        forced = [head for head in await world.settled() if head.change is ObjectChange.FORCED]
        assert {head.origin.prefix: head.state for head in forced} == {
            "prod/api": State.SUCCEEDED,
            "prod/web": State.SUCCEEDED,
        }
        assert sorted(mutation.image for mutation in world.targets.journal) == ["good:1", "good:2"]

    async def test_scenario_19_messages_that_come_back_after_the_end_do_nothing(self, world):
        await world.pushed(web("good:1"))
        await world.pushed(web("good:2"))
        before = await world.settled()
        journal = list(world.targets.journal)

        assert world.delivered
        await world.redrive()
        await world.pass_time(300)

        assert await world.settled() == before
        assert world.targets.journal == journal


class TestOutage:
    """All services are down, and come back."""

    async def test_scenario_20_after_hours_the_tip_is_deployed_once(self, world):
        await world.pushed(web("good:1"))
        await world.settled()
        world.targets.journal.clear()
        world.stopped = True
        for number in range(2, 52):
            world.commit(web(f"good:{number}"))
            await world.pass_time(5 * HOURS / 50)
        world.stopped = False

        await world.push_again()
        heads = await world.settled()

        assert [head.state for head in heads] == [State.SUCCEEDED, State.SUCCEEDED]
        assert [mutation.image for mutation in world.targets.journal] == ["good:51"]

    async def test_scenario_20_pushes_that_were_taken_in_before_end_with_the_tip_alone(self, world):
        """The ingestor went on, planner and deployers were down."""
        world.stopped = True
        for number in range(1, 51):
            await world.pushed(web(f"good:{number}"))
            await world.pass_time(60)
        world.stopped = False

        heads = await world.settled(within=timedelta(hours=1))

        assert states(heads) == {State.SUPERSEDED: 49, State.SUCCEEDED: 1}
        assert [mutation.image for mutation in world.targets.journal] == ["good:50"]
