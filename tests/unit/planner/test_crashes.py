"""Planning that dies, is repeated, meets company or an AWS that is down: what is left is planned, once."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError, ThrottledError, UnavailableError
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, KilledError
from tests.unit.planner.stage import PlannerStage, ecs_files, gone

EDGES = ("plan.after_render", "commit.before_publish", "plan.after_commit")
FIRST = {
    **ecs_files("prod/a", "a"),
    **ecs_files("prod/b", "b"),
    **ecs_files("prod/old", "renamed"),
}
SECOND = {
    **ecs_files("prod/a", "a", "web:2"),
    **gone(ecs_files("prod/b", "b")),
    **gone(ecs_files("prod/old", "renamed")),
    **ecs_files("prod/new", "renamed", "web:2"),
    **ecs_files("prod/twin1", "twin"),
    **ecs_files("prod/twin2", "twin"),
    "prod/bad_svcdef.json": "{",
}
"""An update, a deletion that is held beside an unreadable file, a rename, two rivals, a broken one."""

TRANSACTIONS = 7


@pytest.fixture
async def stage(stage: PlannerStage) -> PlannerStage:
    for head in (await stage.deploy(FIRST)).values():
        await stage.finish(head)
    for name in ("a", "b", "renamed"):
        files = ecs_files(name, name)
        stage.ecs.run(files[f"{name}_svcdef.json"], files[f"{name}_taskdef.json"])
    await stage.ingest(SECOND)
    return stage


async def outcome(stage: PlannerStage) -> dict[str, tuple[State, Verb | None]]:
    return {prefix: (head.state, head.verb) for prefix, head in (await stage.of(2)).items()}


EXPECTED = {
    "prod/a": (State.WAITING, Verb.UPDATE),
    "prod/b": (State.HELD, Verb.DELETE),
    "prod/old": (State.NO_CHANGE, None),
    "prod/new": (State.WAITING, Verb.UPDATE),
    "prod/twin1": (State.FAILED, None),
    "prod/twin2": (State.FAILED, None),
    "prod/bad": (State.FAILED, None),
}


async def assert_planned_once(stage: PlannerStage) -> None:
    assert await outcome(stage) == EXPECTED
    assert {head.version for head in (await stage.of(2)).values()} == {2}
    assert (await stage.record("renamed")).claim.prefix == "prod/new"
    planned = [e.detail for e in stage.publisher.published if e.detail_type == "deployment.planned.v1"]
    assert len(set(planned)) == 3 + 2


async def test_undisturbed(stage):
    before = stage.ledger.transactions

    await stage.plan(2)

    await assert_planned_once(stage)
    assert stage.ledger.transactions - before == TRANSACTIONS


@pytest.mark.parametrize("edge", EDGES)
async def test_a_kill_at_an_edge(stage, edge):
    def kill(name: str) -> None:
        if name == edge:
            raise KilledError

    with pytest.raises(KilledError):
        await stage.planner(edge=kill).commit(REPOSITORY, BRANCH, 2)

    await stage.plan(2)
    await stage.courier().sweep(Worker.PLANNER)

    await assert_planned_once(stage)


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("number", range(1, TRANSACTIONS + 1))
async def test_a_kill_at_any_transaction(stage, number, after):
    stage.ledger.dies_at = stage.ledger.transactions + number
    stage.ledger.dies_after_the_write = after
    with pytest.raises(KilledError):
        await stage.plan(2)

    await stage.plan(2)
    await stage.courier().sweep(Worker.PLANNER)

    await assert_planned_once(stage)


@pytest.mark.parametrize("number", range(1, TRANSACTIONS + 1))
async def test_a_store_that_fails_at_any_transaction(stage, number):
    real, calls = stage.ledger.transact, 0

    async def transact(writes):
        nonlocal calls
        calls += 1
        if calls == number:
            raise UnavailableError("the store is down")
        await real(writes)

    stage.ledger.transact = transact
    with pytest.raises(UnavailableError):
        await stage.plan(2)

    await stage.plan(2)

    await assert_planned_once(stage)


async def test_scenario_16_contention_is_tried_again_with_what_is_stored_now(stage):
    stage.ledger.fails = [ContentionError("somebody else wrote first")] * 4

    await stage.plan(2)

    await assert_planned_once(stage)


async def test_scenario_6_16_eight_planners_plan_it_once(stage):
    await asyncio.gather(*(stage.planner().commit(REPOSITORY, BRANCH, 2) for _ in range(8)))

    await assert_planned_once(stage)


async def test_one_planner_plans_a_branch_once_at_a_time(stage):
    planner, rendered = stage.planner(), len(stage.renderer.rendered)

    await asyncio.gather(*(planner.commit(REPOSITORY, BRANCH, 2) for _ in range(8)))

    await assert_planned_once(stage)
    assert len(stage.renderer.rendered) - rendered == 5


async def test_planning_again_looks_at_nothing(stage):
    await stage.plan(2)
    reads, rendered = len(stage.ecs.reads), len(stage.renderer.rendered)

    again = await stage.plan(2)

    assert again.because == "7 deployments: 7 planned before."
    assert (len(stage.ecs.reads), len(stage.renderer.rendered)) == (reads, rendered)


class TestNotNow:
    """What cannot be planned now is tried again; what is planned stays planned."""

    async def test_a_throttle_of_one_target_holds_up_no_other(self, stage):
        stage.ecs.faults["a"] = [ThrottledError("slow down")]

        with pytest.raises(ThrottledError):
            await stage.plan(2)

        assert await outcome(stage) == EXPECTED | {"prod/a": (State.RECEIVED, None)}
        rendered = len(stage.renderer.rendered)
        await stage.plan(2)
        await assert_planned_once(stage)
        assert stage.renderer.rendered[rendered:] == ["prod/a"]

    async def test_a_renderer_that_is_out_of_reach_leaves_all_for_later(self, stage):
        stage.renderer.faults = [UnavailableError("no process could be started")]

        with pytest.raises(UnavailableError):
            await stage.plan(2)

        assert {state for state, _ in (await outcome(stage)).values()} == {State.RECEIVED}
        await stage.plan(2)
        await assert_planned_once(stage)

    async def test_a_service_that_is_still_being_deleted_is_planned_anew(self, stage):
        await stage.plan(2)
        stage.ecs.delete("a")
        seq = await stage.ingest(ecs_files("prod/a", "a", "web:3"))

        await stage.plan(seq)

        head = (await stage.of(seq))["prod/a"]
        assert (head.state, head.verb) == (State.WAITING, Verb.CREATE)

    async def test_a_bug_in_one_object_is_told_before_what_can_be_tried_again(self, stage):
        stage.ecs.faults["a"] = [ThrottledError("slow down")]
        stage.ecs.faults["renamed"] = [RuntimeError("a bug")]

        with pytest.raises(RuntimeError):
            await stage.plan(2)

        planned = {prefix: state for prefix, (state, _) in (await outcome(stage)).items()}
        assert [p for p, state in planned.items() if state is State.RECEIVED] == ["prod/a", "prod/new"]


class TestWakes:
    """The sweeper wakes every deployment that is due; one planning serves them all."""

    async def test_the_wake_of_one_plans_its_commit(self, stage):
        planner, (first, *_) = stage.planner(), (await stage.of(2)).values()

        assert (await planner.deployment(first.id)).outcome == "planned"

        await assert_planned_once(stage)

    async def test_the_others_are_stale(self, stage):
        planner, heads = stage.planner(), (await stage.of(2)).values()

        outcomes = [(await planner.deployment(head.id)).outcome for head in heads]

        assert outcomes[0] == "planned"
        assert sorted(outcomes[1:]) == ["held", *["stale"] * 5]
        assert {head.version for head in (await stage.of(2)).values()} == {2}
        assert (await planner.deployment("d-404")).outcome == "stale"

    async def test_while_aws_is_throttled_one_wake_tries_and_the_others_rest(self, stage):
        stage.renderer.faults = [UnavailableError("no process could be started")] * 100
        planner, heads = stage.planner(), list((await stage.of(2)).values())
        with pytest.raises(UnavailableError):
            await planner.deployment(heads[0].id)
        tried = len(stage.renderer.faults)

        assert {(await planner.deployment(head.id)).outcome for head in heads} == {"busy"}
        assert len(stage.renderer.faults) == tried

        stage.renderer.faults = []
        stage.clock.advance(60)
        assert (await planner.deployment(heads[0].id)).outcome == "planned"

    async def test_a_wake_meanwhile_is_dropped(self, stage):
        planner, (first, *_) = stage.planner(), (await stage.of(2)).values()

        results = await asyncio.gather(planner.commit(REPOSITORY, BRANCH, 2), planner.deployment(first.id))

        assert [result.outcome for result in results] == ["planned", "busy"]


async def test_a_commit_of_three_hundred_objects_is_planned_in_small_transactions(stage):
    files = {p: c for n in range(300) for p, c in ecs_files(f"many/s{n}", f"s{n}").items()}
    await stage.plan(2)
    seq = await stage.ingest(files)
    done, reads = len(stage.ledger.writes), len(stage.ecs.reads)

    await stage.plan(seq)

    assert {head.state for head in (await stage.of(seq)).values()} == {State.WAITING}
    assert len(stage.ledger.writes) - done == 300
    assert max(stage.ledger.writes[done:]) <= 10
    assert len(stage.ecs.reads) - reads == 300
