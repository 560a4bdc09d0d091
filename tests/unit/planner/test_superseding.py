"""`onNewCommit`: what the planner asks of the deployment that runs when a newer one comes into its line."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.contracts.messages import CommandGiven
from gitmoxi.domain.deployments import Command, CommandKind, Deployment
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError, UnavailableError
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, KilledError
from tests.unit.planner.stage import PlannerStage, ecs_files, gone, lambda_files

SUPERSEDE = {"onNewCommit": "supersede"}
STAYS = ecs_files("prod/stays", "stays")
SHORT = 12


def web(image: str, **settings: str) -> dict:
    return ecs_files("prod/web", "web", image) | {"prod/web_depdef.json": settings}


@pytest.fixture
async def active(stage: PlannerStage) -> Deployment:
    """``web:1`` is being deployed."""
    return await stage.start((await stage.deploy(web("web:1") | STAYS))["prod/web"])


async def asked(stage: PlannerStage, head: Deployment) -> list[Command]:
    return await stage.ledger.commands(head.id, "")


def told(stage: PlannerStage) -> list[CommandGiven]:
    return [
        CommandGiven.model_validate_json(event.detail)
        for event in stage.publisher.published
        if event.detail_type == CommandGiven.DETAIL_TYPE
    ]


class TestWhoDecides:
    """The newer commit's files say whether it waits."""

    async def test_the_newer_commit_says_supersede(self, stage, active):
        newer = (await stage.deploy(web("web:2", **SUPERSEDE)))["prod/web"]

        [command] = await asked(stage, active)
        assert (command.kind, command.by) == (
            CommandKind.SUPERSEDE,
            f"commit {newer.origin.commit_sha[:SHORT]}",
        )
        [message] = told(stage)
        assert (message.deployment_id, message.worker, message.command_id) == (
            active.id,
            Worker.ECS_DEPLOYER,
            command.id,
        )
        assert newer.state is State.WAITING
        assert (await stage.record("web")).active_id == active.id, "its owner decides, not the planner"

    async def test_what_the_older_commit_said_does_not_count(self, stage):
        active = await stage.start((await stage.deploy(web("web:1", **SUPERSEDE)))["prod/web"])

        await stage.deploy(web("web:2", onNewCommit="queue"))

        assert await asked(stage, active) == []

    async def test_the_default_is_to_wait(self, stage, active):
        await stage.deploy(web("web:2"))

        assert (await asked(stage, active), told(stage)) == ([], [])

    async def test_a_deletion_has_no_settings_and_waits(self, stage):
        active = await stage.start((await stage.deploy(web("web:1", **SUPERSEDE) | STAYS))["prod/web"])

        deletion = (await stage.deploy(gone(web("web:1"))))["prod/web"]

        assert (deletion.state, await asked(stage, active)) == (State.WAITING, [])

    async def test_a_function_says_it_in_its_own_settings(self, stage):
        files = lambda_files("prod/fn", "fn")
        active = await stage.start((await stage.deploy(files))["prod/fn"])

        await stage.deploy({"prod/fn_lambdadepdef.json": {"alias": "live", **SUPERSEDE}})
        assert await asked(stage, active) == [], "settings alone deploy nothing"
        await stage.deploy(lambda_files("prod/fn", "fn", **SUPERSEDE) | changed_function("fn"))

        assert [command.kind for command in await asked(stage, active)] == [CommandKind.SUPERSEDE]
        assert told(stage)[0].worker is Worker.LAMBDA_DEPLOYER


class TestWhatGivesWay:
    """Only what can be left where it stands is asked."""

    async def test_a_rollback_is_not_asked(self, stage, active):
        await stage.finish(active, to=State.ROLLING_BACK)

        newer = (await stage.deploy(web("web:2", **SUPERSEDE)))["prod/web"]

        assert (newer.state, await asked(stage, active)) == (State.WAITING, [])

    async def test_a_paused_one_is(self, stage, active):
        await stage.finish(active, to=State.PAUSED)

        await stage.deploy(web("web:2", **SUPERSEDE))

        assert [command.kind for command in await asked(stage, active)] == [CommandKind.SUPERSEDE]

    async def test_a_deletion_is_not_asked(self, stage, active):
        await stage.finish(active)
        deletion = await stage.start((await stage.deploy(gone(web("web:1"))))["prod/web"])

        newer = (await stage.deploy(web("web:2", **SUPERSEDE)))["prod/web"]

        assert (newer.state, await asked(stage, deletion)) == (State.WAITING, [])

    async def test_one_that_only_waits_is_replaced_without_a_word(self, stage):
        waiting = (await stage.deploy(web("web:1")))["prod/web"]

        await stage.deploy(web("web:2", **SUPERSEDE))

        assert (await stage.ledger.deployment(waiting.id)).state is State.SUPERSEDED
        assert await asked(stage, waiting) == []

    async def test_one_that_was_asked_is_not_asked_again(self, stage, active):
        for number in range(2, 7):
            await stage.deploy(web(f"web:{number}", **SUPERSEDE))

        assert len(await asked(stage, active)) == len(told(stage)) == 1

    async def test_one_that_ended_meanwhile_is_not_asked(self, stage, active):
        seq = await stage.ingest(web("web:2", **SUPERSEDE))
        transact = stage.ledger.transact

        async def ends_meanwhile(writes):
            stage.ledger.transact = transact
            await stage.finish(active)
            await transact(writes)

        stage.ledger.transact = ends_meanwhile
        await stage.plan(seq)

        assert (await asked(stage, active), told(stage)) == ([], [])
        assert (await stage.of(seq))["prod/web"].state is State.WAITING


class TestOnce:
    """The question stands in the transaction that places the newer one: both or neither, once."""

    @pytest.fixture
    async def seq(self, stage, active):
        return await stage.ingest(web("web:2", **SUPERSEDE))

    async def assert_asked_once(self, stage: PlannerStage, active: Deployment, seq: int) -> None:
        [command] = await asked(stage, active)
        assert {message.command_id for message in told(stage)} == {command.id}
        newer = (await stage.of(seq))["prod/web"]
        assert (newer.state, newer.version) == (State.WAITING, 2)

    @pytest.mark.parametrize("edge", ["plan.after_render", "commit.before_publish", "plan.after_commit"])
    async def test_a_kill_at_an_edge(self, stage, active, seq, edge):
        def kill(name: str) -> None:
            if name == edge:
                raise KilledError

        with pytest.raises(KilledError):
            await stage.planner(edge=kill).commit(REPOSITORY, BRANCH, seq)

        await stage.plan(seq)
        await stage.courier().sweep(Worker.PLANNER)

        await self.assert_asked_once(stage, active, seq)

    @pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
    async def test_a_kill_at_the_transaction(self, stage, active, seq, after):
        stage.ledger.dies_at = stage.ledger.transactions + 1
        stage.ledger.dies_after_the_write = after
        with pytest.raises(KilledError):
            await stage.plan(seq)

        await stage.plan(seq)
        await stage.courier().sweep(Worker.PLANNER)

        await self.assert_asked_once(stage, active, seq)

    @pytest.mark.parametrize(
        "error",
        [
            pytest.param(ContentionError("somebody else wrote first"), id="contention"),
            pytest.param(UnavailableError("the store is down"), id="an outage"),
        ],
    )
    async def test_a_transaction_that_is_not_carried_out(self, stage, active, seq, error):
        stage.ledger.fails = [error]
        try:
            await stage.plan(seq)
        except UnavailableError:
            await stage.plan(seq)

        await self.assert_asked_once(stage, active, seq)

    async def test_eight_planners_and_a_hundred_messages(self, stage, active, seq):
        await asyncio.gather(*(stage.planner().commit(REPOSITORY, BRANCH, seq) for _ in range(8)))
        for _ in range(100):
            await stage.plan(seq)

        await self.assert_asked_once(stage, active, seq)

    async def test_the_command_comes_after_what_people_asked_before(self, stage, active, seq):
        """Commands are read in the order of their ids, from the last answered one on."""
        await stage.ingest(web("web:3"))
        by_hand = Command(
            id=stage.ids.ulid(),
            deployment_id=active.id,
            kind=CommandKind.PAUSE,
            by="ann",
            at=stage.clock.now(),
        )

        await stage.plan(seq)

        assert [command.id > by_hand.id for command in await asked(stage, active)] == [True]


def changed_function(name: str) -> dict:
    """Another handler, so that there is something to deploy."""
    document = lambda_files("prod/fn", name)["prod/fn_lambdadef.json"]
    return {"prod/fn_lambdadef.json": document | {"Handler": "app.other"}}
