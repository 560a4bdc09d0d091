"""Held deletions: nothing is deleted until somebody approves it, and nothing is lost meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import Command, CommandKind, Deployment, ObjectChange, Verb
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.ledger import PutCommand
from gitmoxi_planner.held import LOOK_AGAIN
from gitmoxi_planner.plan import CommitPlanned
from tests.unit.ingestor.stage import URL, KilledError
from tests.unit.planner.stage import PlannerStage, ecs_files, ecs_target, gone, lambda_files

NAMES = ("a", "b", "c", "d", "e", "stays")
FILES = {name: ecs_files(f"prod/{name}", name) for name in NAMES}
DOOMED = NAMES[:5]


def all_of(*names: str) -> dict:
    return {path: content for name in names for path, content in FILES[name].items()}


@pytest.fixture
async def stage(stage: PlannerStage) -> PlannerStage:
    """Six services run that are ours."""
    for head in (await stage.deploy(all_of(*NAMES))).values():
        await stage.finish(head)
    for name in NAMES:
        stage.ecs.run(FILES[name][f"prod/{name}_svcdef.json"], FILES[name][f"prod/{name}_taskdef.json"])
    return stage


@pytest.fixture
async def held(stage: PlannerStage) -> dict[str, Deployment]:
    """A commit deletes five of them, which is too many."""
    return await stage.deploy(gone(all_of(*DOOMED)))


async def ask(stage: PlannerStage, head: Deployment, kind: CommandKind = CommandKind.APPROVE) -> None:
    command = Command(id=stage.ids.ulid(), deployment_id=head.id, kind=kind, by="ada", at=stage.clock.now())
    await stage.ledger.transact([PutCommand(command=command)])


async def approve(stage: PlannerStage, head: Deployment) -> CommitPlanned:
    await ask(stage, head)
    return await stage.planner().deployment(head.id)


def made_by_others(stage: PlannerStage, name: str) -> None:
    """Somebody deletes the service and makes one of the same name."""
    stage.ecs.delete(name)
    stage.ecs.settle()
    files = FILES[name]
    stage.ecs.run(files[f"prod/{name}_svcdef.json"], files[f"prod/{name}_taskdef.json"], ours=False)


async def now(stage: PlannerStage, head: Deployment) -> Deployment:
    found = await stage.ledger.deployment(head.id)
    assert found is not None
    return found


class TestHolding:
    async def test_the_deletions_wait_and_say_what_to_type(self, stage, held):
        assert {head.state for head in held.values()} == {State.HELD}
        head = held["prod/a"]
        command = f"gmctl commit approve-deletes -c {head.origin.commit_sha[:12]} -r {URL} -b main"
        assert (head.verb, head.target, head.owner) == (Verb.DELETE, ecs_target("a"), Worker.PLANNER)
        assert head.next_at == stage.clock.now() + LOOK_AGAIN
        assert head.because == (
            "The deletion is held: the commit deletes 5 of the branch's 6 targets, more than the 3 that may "
            f"go without approval. {ecs_target('a')} keeps running until a person approves that it is "
            f"deleted, with `{command}`, or a newer commit brings its definition file back."
        )

    async def test_the_rest_of_the_commit_goes_on(self, stage):
        heads = await stage.deploy(
            gone(all_of(*DOOMED)) | ecs_files("prod/stays", "stays", "web:2") | ecs_files("prod/new", "new")
        )

        assert {p: head.state for p, head in heads.items() if head.state is not State.HELD} == {
            "prod/stays": State.WAITING,
            "prod/new": State.WAITING,
        }

    async def test_nothing_stands_in_a_line_and_every_prefix_still_owns_its_target(self, stage, held):
        record = await stage.record("a")
        assert (record.waiting_id, record.active_id) == (None, None)
        assert (record.held_id, record.claim.prefix) == (held["prod/a"].id, "prod/a")
        assert set(await stage.owned()) == {f"prod/{name}" for name in NAMES}

    async def test_the_plan_and_the_step_are_there_and_the_bus_is_told(self, stage, held):
        head = held["prod/a"]
        assert (await stage.plan_of(head)).verb is Verb.DELETE
        step = (await stage.ledger.steps(head.id))[-1]
        assert (step.name, step.state, step.because) == ("hold", State.HELD, head.because)
        told = [e.detail_type for e in stage.publisher.published if head.id in e.detail]
        assert told == ["deployment.held.v1"]

    async def test_the_commit_s_sentence_counts_them(self, stage):
        seq = await stage.ingest(gone(all_of(*DOOMED)) | ecs_files("prod/new", "new"))

        assert (await stage.plan(seq)).because == "6 deployments: 1 waits, 5 are held for approval."

    async def test_planning_the_commit_again_changes_nothing(self, stage, held):
        await stage.plan(2)

        assert await stage.of(2) == held

    async def test_what_others_made_is_refused_at_once(self, stage):
        made_by_others(stage, "a")

        heads = await stage.deploy(gone(all_of(*DOOMED)))

        assert heads["prod/a"].state is State.FAILED
        assert heads["prod/b"].state is State.HELD

    async def test_three_deletions_need_no_approval(self, stage):
        heads = await stage.deploy(gone(all_of("a", "b", "c")))

        assert {head.state for head in heads.values()} == {State.WAITING}

    async def test_the_installation_s_setting_counts(self, stage):
        stage.delete_limits = DeleteLimits(at_most=0, percent=0)

        assert (await stage.deploy(gone(all_of("a"))))["prod/a"].state is State.HELD

    async def test_the_repository_s_own_number_counts_more(self, stage):
        await stage.register(max_deletes=5)

        heads = await stage.deploy(gone(all_of(*DOOMED)))

        assert {head.state for head in heads.values()} == {State.WAITING}

    async def test_targets_of_another_branch_do_not_count(self, stage):
        await stage.register(branches=("main", "next"))
        others = {p: c for n in range(30) for p, c in ecs_files(f"next/s{n}", f"s{n}").items()}
        stage.commit(others, branch="next")
        result = await stage.push(branch="next")
        await stage.planner().commit(result.commit.repository_id, "next", result.commit.seq)

        heads = await stage.deploy(gone(all_of(*DOOMED)))

        assert {head.state for head in heads.values()} == {State.HELD}

    @pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
    @pytest.mark.parametrize("number", range(1, 6))
    async def test_a_planner_that_dies_in_mid_commit_leaves_none_to_be_deleted(self, stage, number, after):
        seq = await stage.ingest(gone(all_of(*DOOMED)))
        stage.ledger.dies_at = stage.ledger.transactions + number
        stage.ledger.dies_after_the_write = after
        with pytest.raises(KilledError):
            await stage.plan(seq)

        await stage.plan(seq)

        assert {(head.state, head.version) for head in (await stage.of(seq)).values()} == {(State.HELD, 2)}


class TestApproving:
    async def test_an_approved_deletion_goes_into_the_line_and_names_who(self, stage, held):
        planned = await approve(stage, held["prod/a"])

        head = await now(stage, held["prod/a"])
        assert (head.state, head.owner, head.verb) == (State.WAITING, Worker.ECS_DEPLOYER, Verb.DELETE)
        assert head.because == (
            f"The definition file was deleted, so {ecs_target('a')} is. ada approved that."
        )
        assert (planned.outcome, planned.because) == ("answered", head.because)
        record = await stage.record("a")
        assert (record.waiting_id, record.held_id) == (head.id, None)
        assert "prod/a" not in await stage.owned()

    async def test_it_counts_for_that_deletion_only(self, stage, held):
        await approve(stage, held["prod/a"])

        assert {(await now(stage, held[f"prod/{n}"])).state for n in DOOMED[1:]} == {State.HELD}

    async def test_the_deployer_does_not_meet_the_approval_again(self, stage, held):
        await approve(stage, held["prod/a"])

        head = await now(stage, held["prod/a"])
        assert await stage.ledger.commands(head.id, head.command_cursor) == []

    async def test_approved_twice_it_is_deleted_once(self, stage, held):
        await ask(stage, held["prod/a"])
        await approve(stage, held["prod/a"])
        first = await now(stage, held["prod/a"])

        assert (await stage.planner().deployment(first.id)).outcome == "stale"
        assert await now(stage, first) == first

    async def test_eight_planners_answer_once(self, stage, held):
        await ask(stage, held["prod/a"])

        await asyncio.gather(*(stage.planner().deployment(held["prod/a"].id) for _ in range(8)))

        assert (await now(stage, held["prod/a"])).version == held["prod/a"].version + 1

    async def test_a_wake_without_an_answer_changes_nothing(self, stage, held):
        assert (await stage.planner().deployment(held["prod/a"].id)).outcome == "held"
        assert await now(stage, held["prod/a"]) == held["prod/a"]

    async def test_it_is_looked_at_again_each_hour_for_as_long_as_it_takes(self, stage, held):
        for _ in range(3):
            stage.clock.advance(LOOK_AGAIN.total_seconds())
            await stage.planner().deployment(held["prod/a"].id)

        head = await now(stage, held["prod/a"])
        assert (head.state, head.next_at) == (State.HELD, stage.clock.now() + LOOK_AGAIN)
        assert len(await stage.ledger.steps(head.id)) == 2, "nothing happened that is to be told"

    async def test_an_approval_that_no_message_told_of_is_found(self, stage, held):
        await ask(stage, held["prod/a"])
        stage.clock.advance(timedelta(hours=2).total_seconds())
        due = [
            item.deployment_id
            for shard in range(4)
            for item in await stage.ledger.due(Worker.PLANNER, shard, stage.clock.now(), 100)
        ]
        assert held["prod/a"].id in due

        await stage.planner().deployment(held["prod/a"].id)

        assert (await now(stage, held["prod/a"])).state is State.WAITING

    async def test_an_aws_that_is_away_leaves_it_held(self, stage, held):
        stage.ecs.faults["a"] = [ThrottledError("slow down")]
        with pytest.raises(ThrottledError):
            await approve(stage, held["prod/a"])
        assert (await now(stage, held["prod/a"])).state is State.HELD

        await stage.planner().deployment(held["prod/a"].id)

        assert (await now(stage, held["prod/a"])).state is State.WAITING

    @pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
    async def test_a_planner_that_dies_answers_once(self, stage, held, after):
        await ask(stage, held["prod/a"])
        stage.ledger.dies_at = stage.ledger.transactions + 1
        stage.ledger.dies_after_the_write = after
        with pytest.raises(KilledError):
            await stage.planner().deployment(held["prod/a"].id)

        await stage.planner().deployment(held["prod/a"].id)
        await stage.courier().sweep(Worker.PLANNER)

        head = await now(stage, held["prod/a"])
        assert (head.state, head.version) == (State.WAITING, held["prod/a"].version + 1)

    async def test_what_somebody_else_took_over_meanwhile_is_not_deleted(self, stage, held):
        made_by_others(stage, "a")

        await approve(stage, held["prod/a"])

        head = await now(stage, held["prod/a"])
        assert head.state is State.FAILED
        assert "was not made by Gitmoxi and is not deleted" in head.because
        assert (await stage.record("a")).held_id is None

    async def test_an_aborted_one_is_cancelled_and_its_target_kept(self, stage, held):
        await ask(stage, held["prod/a"], CommandKind.ABORT)
        await stage.planner().deployment(held["prod/a"].id)

        head = await now(stage, held["prod/a"])
        assert (head.state, head.next_at) == (State.CANCELLED, None)
        assert head.because == f"Cancelled by ada: {ecs_target('a')} is not deleted."
        assert (await stage.record("a")).held_id is None
        taken = (await stage.deploy(ecs_files("live/a", "a", "web:2")))["live/a"]
        assert (taken.state, taken.verb) == (State.WAITING, Verb.UPDATE)


class TestOvertaken:
    """A newer commit decides about the target anew."""

    async def test_a_definition_file_that_comes_back_cancels_the_deletion(self, stage, held):
        head = (await stage.deploy(ecs_files("prod/a", "a", "web:2")))["prod/a"]

        deletion = await now(stage, held["prod/a"])
        assert (head.state, head.verb) == (State.WAITING, Verb.UPDATE)
        assert (deletion.state, deletion.next_at) == (State.SUPERSEDED, None)
        assert deletion.because == (
            f"Commit {head.origin.commit_sha[:12]} brings prod/a back, so {ecs_target('a')} is not deleted."
        )
        assert (await stage.record("a")).held_id is None
        assert (await now(stage, held["prod/b"])).state is State.HELD

    async def test_also_if_it_is_as_what_lives(self, stage, held):
        head = (await stage.deploy(all_of("a")))["prod/a"]

        assert head.state is State.NO_CHANGE
        assert (await now(stage, held["prod/a"])).state is State.SUPERSEDED
        assert (await stage.record("a")).held_id is None
        assert "prod/a" in await stage.owned()

    async def test_also_if_it_cannot_be_read(self, stage, held):
        head = (await stage.deploy(FILES["a"] | {"prod/a_svcdef.json": "{"}))["prod/a"]

        assert head.state is State.FAILED
        assert (await now(stage, held["prod/a"])).state is State.SUPERSEDED
        assert (await stage.record("a")).held_id is None

    async def test_also_if_it_wants_another_target_now(self, stage, held):
        head = (await stage.deploy(ecs_files("prod/a", "moved")))["prod/a"]

        assert head.target == ecs_target("moved")
        assert (await now(stage, held["prod/a"])).state is State.SUPERSEDED
        assert any("keeps running, orphaned" in str(w) for w in (await stage.plan_of(head)).warnings)

    async def test_another_prefix_may_take_the_target_over(self, stage, held):
        head = (await stage.deploy(ecs_files("live/a", "a", "web:2")))["live/a"]

        assert (head.state, head.verb) == (State.WAITING, Verb.UPDATE)
        deletion = await now(stage, held["prod/a"])
        assert deletion.state is State.SUPERSEDED
        assert f"wants {ecs_target('a')} for live/a" in deletion.because
        owned = await stage.owned()
        assert owned["live/a"] == "a"
        assert "prod/a" not in owned

    async def test_another_branch_takes_nothing_over(self, stage, held):
        await stage.register(branches=("main", "next"))
        stage.commit(ecs_files("next/a", "a"), branch="next")
        result = await stage.push(branch="next")
        await stage.planner().commit(result.commit.repository_id, "next", result.commit.seq)

        assert (await now(stage, held["prod/a"])).state is State.HELD

    async def test_an_approval_that_comes_too_late_deletes_nothing(self, stage, held):
        await stage.deploy(all_of("a"))

        assert (await approve(stage, held["prod/a"])).outcome == "stale"
        assert (await stage.record("a")).waiting_id is None

    async def test_a_newer_commit_that_is_not_planned_yet_comes_before_the_approval(self, stage, held):
        await stage.ingest(all_of("a"))

        await approve(stage, held["prod/a"])

        assert (await now(stage, held["prod/a"])).state is State.SUPERSEDED

    async def test_also_while_a_still_newer_one_is_being_taken_in(self, stage, held):
        await stage.ingest(all_of("a"))
        stage.commit(ecs_files("prod/stays", "stays", "web:2"))
        stage.ledger.dies_at = stage.ledger.transactions + 2
        with pytest.raises(KilledError):
            await stage.push()

        await approve(stage, held["prod/a"])

        assert (await now(stage, held["prod/a"])).state is State.SUPERSEDED

    async def test_a_newer_commit_that_cannot_be_planned_now_is_waited_for(self, stage, held):
        await stage.ingest(all_of("a"))
        stage.renderer.faults = [UnavailableError("no process could be started")]

        with pytest.raises(UnavailableError):
            await approve(stage, held["prod/a"])

        assert (await now(stage, held["prod/a"])).state is State.HELD

    async def test_a_second_deletion_takes_the_place_of_the_first(self, stage, held):
        await stage.deploy(all_of("a"))
        stage.delete_limits = DeleteLimits(at_most=0, percent=0)
        first = (await stage.deploy(gone(all_of("a"))))["prod/a"]
        await stage.deploy(FILES["a"] | {"prod/a_svcdef.json": "{"})

        second = (await stage.deploy(gone(all_of("a"))))["prod/a"]

        assert (await now(stage, first)).state is State.SUPERSEDED
        assert (second.state, (await stage.record("a")).held_id) == (State.HELD, second.id)

    async def test_a_function_in_the_place_of_a_service_keeps_its_prefix(self, stage):
        stage.delete_limits = DeleteLimits(at_most=0, percent=0)
        await stage.deploy(gone(all_of("a")) | lambda_files("prod/a", "a"))
        by_change = {h.change: h for h in (await stage.of(2)).values()}
        deletion = by_change[ObjectChange.DELETED]
        assert (deletion.state, deletion.kind) == (State.HELD, TargetKind.ECS)

        await approve(stage, deletion)

        assert (await now(stage, deletion)).state is State.WAITING
        (owned,) = [
            o
            for o in await stage.ledger.ownerships(deletion.origin.repository_id, "main")
            if o.prefix == "prod/a"
        ]
        assert owned.target.kind is TargetKind.LAMBDA
