"""Scenario 23: a commit that comes in the middle of a deployment, from the push to what runs in AWS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest

from gitmoxi.domain.deployments import CommandKind, Deployment
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target
from gitmoxi.planning.desired import DesiredEcs, DesiredLambda
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation import ecs_scenarios as ecs
from tests.simulation import lambda_scenarios as functions
from tests.simulation.cloud import ECS_TARGET, LAMBDA_TARGET
from tests.simulation.world import World

SUPERSEDE: dict[str, Any] = {"onNewCommit": "supersede"}
REGISTER, CREATE, UPDATE = ecs.REGISTER, ecs.CREATE, ecs.UPDATE


def web(image: str, **settings: Any) -> DesiredEcs:
    """The service, with settings under which a newer commit does not wait."""
    return ecs.web(image, {**ecs.OUR_BREAKER, **SUPERSEDE, **settings}, tags=ecs.TAGS)


def queueing(image: str) -> DesiredEcs:
    return ecs.web(image, tags=ecs.TAGS)


def greet(key: str, **members: Any) -> DesiredLambda:
    wanted = functions.greet(key, **members)
    return replace(wanted, settings={**wanted.settings, **SUPERSEDE})


async def serving(world: World) -> str:
    """``web:1`` runs and is the last good revision; tasks of ``web:slow`` take 90 s to start."""
    world.faults.entries += [
        ImageFault(match="slow", kind="slow_start", after_seconds=90),
        ImageFault(match="bad", kind="crash"),
    ]
    first = await world.push(queueing("web:1"))
    assert (await world.run(first)).state is State.SUCCEEDED
    await world.pass_time(30)
    world.aws.journal.clear()
    return first


async def record_of(world: World, target: Target) -> TargetRecord:
    record = await world.ledger.target(target)
    assert (record.active_id, record.waiting_id) == (None, None)
    assert record.last_good is not None
    return record


async def states(world: World, *deployments: str) -> list[State]:
    return [(await world.run(one)).state for one in deployments]


async def asked(world: World, deployment: str) -> list[CommandKind]:
    return [command.kind for command in await world.ledger.commands(deployment, "")]


class TestRollingService:
    """ECS itself replaces one rolling deployment by the next in flight."""

    async def test_scenario_23_a_commit_that_supersedes_replaces_the_deployment_in_flight(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        newer = await world.push(web("web:2"))
        begun = world.clock.now()

        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        superseded = await world.head(running)
        assert superseded.because == (
            f"Superseded by commit {newer_sha(await world.head(newer))}: the newer deployment replaces this "
            "one in flight."
        )
        assert (superseded.ended_at - begun).total_seconds() < 2, "it does not wait for the next look"
        await world.pass_time(30)
        assert world.images() == ["web:2", "web:2"]
        assert world.aws.mutations == [REGISTER, UPDATE, REGISTER, UPDATE]
        assert (await record_of(world, ECS_TARGET)).last_good.deployment_id == newer

    async def test_scenario_23_a_commit_that_queues_lets_the_deployment_end_first(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        newer = await world.push(queueing("web:2"))

        assert await states(world, running, newer) == [State.SUCCEEDED, State.SUCCEEDED]
        assert await asked(world, running) == []
        assert (await world.head(running)).ended_at <= (await world.head(newer)).started_at

    async def test_a_newer_one_that_fails_goes_back_to_what_succeeded_last(self) -> None:
        world = World()
        first = await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        newer = await world.push(web("web:bad"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.ROLLED_BACK]
        await world.pass_time(120)
        assert world.images() == ["web:1", "web:1"], "and not web:slow, which never succeeded"
        assert world.aws.mutations == [REGISTER, UPDATE, REGISTER, UPDATE, UPDATE]
        assert (await record_of(world, ECS_TARGET)).last_good.deployment_id == first

    async def test_a_failing_deployment_is_superseded_by_its_mend(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:bad", gmDeploymentCircuitBreaker={"failureThreshold": 50}))
        await world.run_until(running, "follow")

        newer = await world.push(web("web:2"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        await world.pass_time(30)
        assert world.images() == ["web:2", "web:2"]

    async def test_going_back_in_git_supersedes_too(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        newer = await world.push(web("web:1"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        await world.pass_time(30)
        assert world.images() == ["web:1", "web:1"]
        assert world.aws.mutations == [REGISTER, UPDATE, UPDATE]

    async def test_a_creation_is_superseded_in_flight(self) -> None:
        world = World()
        world.faults.entries.append(ImageFault(match="slow", kind="slow_start", after_seconds=90))
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        newer = await world.push(web("web:2"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        await world.pass_time(30)
        assert world.images() == ["web:2", "web:2"]
        assert world.aws.mutations == [REGISTER, CREATE, REGISTER, UPDATE]

    async def test_a_paused_deployment_gives_way_after_it_is_undone(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")
        await world.command(running, CommandKind.PAUSE)
        await world.pass_time(1)

        newer = await world.push(web("web:2"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        await world.pass_time(30)
        assert world.images() == ["web:2", "web:2"]

    async def test_many_commits_in_the_middle_of_one_ask_it_once(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        newer = [await world.push(web(f"web:{number}")) for number in range(2, 12)]

        assert await states(world, running, *newer) == [State.SUPERSEDED] * 10 + [State.SUCCEEDED]
        assert await asked(world, running) == [CommandKind.SUPERSEDE]
        await world.pass_time(30)
        assert world.images() == ["web:11", "web:11"]
        assert world.aws.mutations == [REGISTER, UPDATE, REGISTER, UPDATE]


class TestFunction:
    """A function is brought back first: its alias must not stand between two versions."""

    async def test_scenario_23_a_function_is_undone_before_the_newer_commit_begins(self) -> None:
        world = World()
        await functions.serving(world)
        world.aws.journal.clear()
        running = await world.push(greet("greet-2.zip", Timeout=9))
        await acted(world, running)

        newer = await world.push(greet("greet-3.zip"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        assert (world.alias(), world.versions()) == ("2", ["1", "2"])
        assert world.aws.mutations == [
            functions.CODE,
            functions.CODE,
            functions.CODE,
            functions.PUBLISH,
            functions.MOVE_ALIAS,
        ]
        assert (await record_of(world, LAMBDA_TARGET)).last_good.deployment_id == newer
        assert "Superseded by commit" in (await world.head(running)).cause

    async def test_a_newer_one_that_fails_goes_back_to_what_succeeded_last(self) -> None:
        world = World()
        await functions.serving(world)
        before = (await record_of(world, LAMBDA_TARGET)).last_good
        running = await world.push(greet("greet-2.zip"))
        await acted(world, running)

        newer = await world.push(greet("broken.zip"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.ROLLED_BACK]
        assert (world.alias(), world.versions()) == ("1", ["1"])
        assert (await record_of(world, LAMBDA_TARGET)).last_good == before


class TestWhoAnswersForIt:
    """What is superseded in flight leaves something unfinished, which the newer one takes over."""

    @pytest.fixture
    async def world(self) -> World:
        world = World()
        await serving(world)
        return world

    @pytest.fixture
    async def running(self, world: World) -> str:
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")
        return running

    async def test_a_newer_one_that_aws_refuses_undoes_it(self, world: World, running: str) -> None:
        refusal = ("AccessDeniedException", "User is not authorized to perform: ecs:RegisterTaskDefinition")
        world.aws.refusals[REGISTER] = refusal

        newer = await world.push(web("web:2"))

        assert await states(world, running, newer) == [State.SUPERSEDED, State.ROLLED_BACK]
        await world.pass_time(120)
        assert world.images() == ["web:1", "web:1"]
        assert "not authorized" in (await world.head(newer)).cause
        assert (await record_of(world, ECS_TARGET)).unsettled is False

    async def test_a_newer_one_that_is_aborted_before_it_starts_undoes_it(
        self, world: World, running: str
    ) -> None:
        newer = await world.push(web("web:2"))
        while not (await world.head(running)).state.terminal:
            await world.step()
        assert (await world.head(newer)).state is State.WAITING

        await world.command(newer, CommandKind.ABORT)

        assert await states(world, running, newer) == [State.SUPERSEDED, State.CANCELLED]
        await world.pass_time(120)
        assert world.images() == ["web:1", "web:1"]

    async def test_a_newer_one_that_is_aborted_before_anybody_gave_way_changes_nothing(
        self, world: World, running: str
    ) -> None:
        newer = await world.push(queueing("web:2"))
        await world.command(newer, CommandKind.ABORT)
        assert await states(world, newer) == [State.CANCELLED]

        await world.command(running, CommandKind.SUPERSEDE)

        assert await states(world, running) == [State.SUCCEEDED]
        assert world.images() == ["web:slow", "web:slow"]

    async def test_the_next_one_that_succeeds_settles_it(self, world: World, running: str) -> None:
        newer = await world.push(web("web:2"))
        assert await states(world, running, newer) == [State.SUPERSEDED, State.SUCCEEDED]
        assert (await record_of(world, ECS_TARGET)).unsettled is False
        world.aws.refusals[UPDATE] = ("AccessDeniedException", "no")

        last = await world.push(web("web:1"))

        assert await states(world, last) == [State.FAILED], "nothing is inherited from long ago"


class TestWhatIsNotSuperseded:
    """Something that cannot be left half-way goes on, and the newer commit waits."""

    async def test_a_rollback_ends_first(self) -> None:
        world = World()
        await serving(world)
        failing = await world.push(web("web:bad"))
        while (await world.head(failing)).state is not State.ROLLING_BACK:
            await world.step()

        newer = await world.push(web("web:2"))

        assert await states(world, failing, newer) == [State.ROLLED_BACK, State.SUCCEEDED]
        assert await asked(world, failing) == []
        await world.pass_time(30)
        assert world.images() == ["web:2", "web:2"]

    async def test_a_command_that_meets_a_rollback_is_refused(self) -> None:
        """The deployment began to roll back after the planner had read it."""
        world = World()
        await serving(world)
        failing = await world.push(web("web:bad"))
        while (await world.head(failing)).state is not State.ROLLING_BACK:
            await world.step()
        newer = await world.push(queueing("web:2"))

        await world.command(failing, CommandKind.SUPERSEDE)

        assert await states(world, failing, newer) == [State.ROLLED_BACK, State.SUCCEEDED]

    async def test_a_deletion_waits_for_what_runs(self) -> None:
        world = World()
        await serving(world)
        running = await world.push(web("web:slow"))
        await world.run_until(running, "follow")

        deletion = await world.delete(ECS_TARGET)

        assert await states(world, running, deletion) == [State.SUCCEEDED, State.SUCCEEDED]
        assert world.images() == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A deployment in its middle, a commit that supersedes it, and the right end of both."""

    ends: tuple[State, State]
    mutations: list[str]
    images: list[str]


IN_FLIGHT = Play(
    ends=(State.SUPERSEDED, State.SUCCEEDED),
    mutations=[REGISTER, UPDATE, REGISTER, UPDATE],
    images=["web:2", "web:2"],
)


async def superseded(world: World) -> Play:
    """The play, in a world that may kill, shuffle or crowd its workers from the newer commit on."""
    kill_at, world.kill_at = world.kill_at, None
    await serving(world)
    running = await world.push(web("web:slow"))
    await world.run_until(running, "follow")
    world.edges.clear()
    world.kill_at = kill_at
    newer = await world.push(web("web:2"))
    first, second = await states(world, running, newer)
    await world.pass_time(60)
    assert (await record_of(world, ECS_TARGET)).last_good.deployment_id == newer
    return Play(ends=(first, second), mutations=list(world.aws.mutations), images=world.images())


async def test_scenario_23_a_kill_at_any_edge_of_being_superseded_repeats_and_loses_nothing() -> None:
    calm = World()
    assert await superseded(calm) == IN_FLIGHT
    assert len(calm.edges) > 5

    for number, edge in enumerate(calm.edges, start=1):
        world = World(kill_at=number, redelivers=number % 2 == 0)
        assert await superseded(world) == IN_FLIGHT, f"killed at edge {number}, {edge}"
        assert world.killed


@pytest.mark.parametrize("seed", range(4))
async def test_scenario_4_5_6_23_duplicates_disorder_and_company_change_nothing(seed: int) -> None:
    assert await superseded(World(rivals=8, disorder=Random(seed))) == IN_FLIGHT


async def acted(world: World, deployment: str) -> None:
    """Let time go on until the deployment has changed something."""
    already = len(world.aws.mutations)
    while len(world.aws.mutations) == already:
        await world.step()
    assert (await world.head(deployment)).state is State.RUNNING


def newer_sha(newer: Deployment) -> str:
    return newer.origin.commit_sha[:12]
