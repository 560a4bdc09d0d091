"""The rules that look at a commit as a whole: rivals, renames, moves, and what guards deletions."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import NotFoundError, ThrottledError
from tests.unit.ingestor.stage import BRANCH, URL
from tests.unit.planner.stage import (
    PlannerStage,
    a_service_document,
    ecs_files,
    ecs_target,
    function_target,
    gone,
    lambda_files,
)

WEB, STAYS = ecs_files("prod/web", "web"), ecs_files("prod/stays", "stays")
BROKEN = {"live/web_svcdef.json": "{", "live/web_taskdef.json": "{}"}


@pytest.fixture
async def running(stage: PlannerStage) -> PlannerStage:
    """``prod/web`` and ``prod/stays`` are deployed."""
    for head in (await stage.deploy(WEB | STAYS)).values():
        await stage.finish(head)
    return stage


class TestClaims:
    """A target belongs to one path-prefix."""

    async def test_two_prefixes_of_one_commit_are_both_rejected_and_both_named(self, stage):
        heads = await stage.deploy(WEB | ecs_files("prod/twin", "web") | STAYS)

        assert [heads[p].state for p in ("prod/web", "prod/twin", "prod/stays")] == [
            State.FAILED,
            State.FAILED,
            State.WAITING,
        ]
        assert heads["prod/web"].because == heads["prod/twin"].because
        assert heads["prod/web"].because.startswith(
            f"{ecs_target('web')} is claimed by prod/twin and by prod/web: a target belongs to one"
        )
        assert (await stage.record("web")).revision == 0

    async def test_a_target_of_another_prefix_is_refused_and_that_prefix_named(self, running):
        head = (await running.deploy(ecs_files("prod/twin", "web")))["prod/twin"]

        assert head.state is State.FAILED
        assert f"{ecs_target('web')} belongs to prod/web in {URL} (main), and prod/twin" in head.because
        assert (await running.record("web")).claim.prefix == "prod/web"

    async def test_another_branch_is_another_claimant(self, running):
        await running.register(branches=(BRANCH, "next"))
        running.commit(WEB, branch="next")
        result = await running.push(branch="next")

        await running.planner().commit(result.commit.repository_id, "next", result.commit.seq)

        (head,) = [d for d in await running.deployments() if d.origin.branch == "next"]
        assert head.state is State.FAILED
        assert "belongs to prod/web" in head.because


class TestRenames:
    """``git mv`` is an update, whatever happens on the way."""

    RENAME = gone(WEB) | ecs_files("live/web", "web", "web:2")

    async def assert_renamed(self, stage: PlannerStage, seq: int) -> None:
        heads = await stage.of(seq)
        assert (heads["live/web"].state, heads["live/web"].verb) == (State.WAITING, Verb.UPDATE)
        assert heads["prod/web"].state is State.NO_CHANGE
        assert heads["prod/web"].because == (f"prod/web is live/web now: {ecs_target('web')} is not deleted.")
        assert (await stage.record("web")).claim.prefix == "live/web"
        assert await stage.owned() == {"live/web": "web", "prod/stays": "stays"}

    @pytest.fixture
    async def running(self, running: PlannerStage) -> PlannerStage:
        for name in ("web", "stays"):
            files = ecs_files(name, name)
            running.ecs.run(files[f"{name}_svcdef.json"], files[f"{name}_taskdef.json"])
        return running

    async def test_it_is_an_update_and_no_deletion(self, running):
        await running.deploy(self.RENAME)

        await self.assert_renamed(running, 2)

    async def test_an_aws_that_is_down_for_the_new_name_splits_it_not(self, running):
        seq = await running.ingest(self.RENAME)
        running.ecs.faults["web"] = [ThrottledError("slow down")]
        with pytest.raises(ThrottledError):
            await running.plan(seq)
        heads = await running.of(seq)
        assert {heads["live/web"].state, heads["prod/web"].state} == {State.RECEIVED, State.NO_CHANGE}

        await running.plan(seq)

        await self.assert_renamed(running, seq)

    async def test_a_new_name_that_fails_keeps_the_target_and_may_be_mended(self, running):
        running.ecs.faults["web"] = [NotFoundError("the cluster is not there")]
        heads = await running.deploy(self.RENAME)
        assert (heads["live/web"].state, heads["prod/web"].state) == (State.FAILED, State.NO_CHANGE)

        head = (await running.deploy(ecs_files("live/web", "web", "web:3")))["live/web"]

        assert (head.state, head.verb) == (State.WAITING, Verb.UPDATE)

    async def test_an_unreadable_new_name_has_the_deletion_held_and_may_be_mended(self, running):
        heads = await running.deploy(gone(WEB) | BROKEN)
        assert (heads["live/web"].state, heads["prod/web"].state) == (State.FAILED, State.HELD)
        assert "The deletion is held: live/web came with the same commit" in heads["prod/web"].because

        head = (await running.deploy(ecs_files("live/web", "web", "web:3")))["live/web"]

        assert (head.state, head.verb) == (State.WAITING, Verb.UPDATE)
        assert (await running.ledger.deployment(heads["prod/web"].id)).state is State.SUPERSEDED
        assert await running.owned() == {"live/web": "web", "prod/stays": "stays"}

    async def test_a_conflict_may_be_the_new_name_too(self, running):
        heads = await running.deploy(
            gone(WEB) | ecs_files("live/web", "web") | {"live/web_lambdadef.json": "{}"}
        )

        assert heads["prod/web"].state is State.HELD
        assert "live/web came with the same commit" in heads["prod/web"].because

    async def test_two_new_names_delete_nothing(self, running):
        heads = await running.deploy(gone(WEB) | ecs_files("a/web", "web") | ecs_files("b/web", "web"))

        assert {head.state for head in heads.values()} == {State.FAILED}
        assert (
            "refused: a/web and b/web of the same commit cannot be deployed and want it"
            in heads["prod/web"].because
        )

    async def test_an_unreadable_function_is_no_new_name_of_a_service(self, running):
        heads = await running.deploy(
            gone(WEB) | {"live/f_lambdadef.json": "{", "live/f_lambdadepdef.json": "{}"}
        )

        assert (heads["prod/web"].state, heads["prod/web"].verb) == (State.WAITING, Verb.DELETE)

    async def test_an_unreadable_change_of_another_object_refuses_no_deletion(self, running):
        heads = await running.deploy(gone(WEB) | {"prod/stays_taskdef.json": "{"})

        assert (heads["prod/web"].state, heads["prod/web"].verb) == (State.WAITING, Verb.DELETE)
        assert heads["prod/stays"].state is State.FAILED

    async def test_a_rename_in_two_commits_is_an_update_too_while_the_deletion_waits(self, running):
        deletion = (await running.deploy(gone(WEB)))["prod/web"]

        head = (await running.deploy(ecs_files("live/web", "web", "web:2")))["live/web"]

        assert (head.state, head.verb) == (State.WAITING, Verb.UPDATE)
        assert (await running.ledger.deployment(deletion.id)).state is State.SUPERSEDED


class TestDeleteGuard:
    """Nothing is ever deleted by accident."""

    async def test_a_commit_that_leaves_no_definition_file_deletes_nothing(self, running):
        heads = await running.deploy(gone(WEB | STAYS))

        assert {head.state for head in heads.values()} == {State.FAILED}
        assert all("leaves no definition file at all" in head.because for head in heads.values())

    async def test_and_its_files_may_come_back(self, running):
        await running.deploy(gone(WEB | STAYS))

        heads = await running.deploy(WEB | STAYS)

        assert {head.state for head in heads.values()} == {State.WAITING}
        assert await running.owned() == {"prod/web": "web", "prod/stays": "stays"}

    async def test_a_target_that_went_to_another_prefix_is_not_deleted_by_the_old_one(self, running):
        await running.deploy(ecs_files("prod/web", "moved"))
        await running.deploy(ecs_files("prod/taker", "web"))

        head = (await running.deploy(gone(WEB)))["prod/web"]

        assert head.target == ecs_target("moved")
        assert (await running.record("web")).claim.prefix == "prod/taker"


class TestMoves:
    """The rendered target of a prefix changes."""

    async def test_the_old_one_keeps_running_and_the_plan_says_so(self, running):
        head = (await running.deploy(ecs_files("prod/web", "moved")))["prod/web"]

        assert (head.verb, head.target) == (Verb.CREATE, ecs_target("moved"))
        assert str((await running.plan_of(head)).warnings[-1]) == (
            f"prod/web was deployed to {ecs_target('web')} before: that one keeps running, orphaned, until "
            f"you delete it with `gmctl orphan delete {ecs_target('web').id}`"
        )
        assert (await running.owned())["prod/web"] == "moved"
        assert (await running.record("web")).waiting_id is None

    async def test_a_later_deletion_deletes_the_new_one_only(self, running):
        await running.finish((await running.deploy(ecs_files("prod/web", "moved")))["prod/web"])

        head = (await running.deploy(gone(WEB)))["prod/web"]

        assert head.target == ecs_target("moved")
        assert (await running.record("web")).waiting_id is None

    async def test_what_it_left_may_be_taken_by_another_prefix_in_the_same_commit(self, running):
        heads = await running.deploy(ecs_files("prod/web", "moved") | ecs_files("prod/new", "web"))

        assert {head.state for head in heads.values()} == {State.WAITING}
        assert await running.owned() == {"prod/web": "moved", "prod/new": "web", "prod/stays": "stays"}

    async def test_two_that_swap_are_both_updated(self, running):
        heads = await running.deploy(ecs_files("prod/web", "stays") | ecs_files("prod/stays", "web"))

        assert {head.state for head in heads.values()} == {State.WAITING}
        assert await running.owned() == {"prod/web": "stays", "prod/stays": "web"}

    async def test_a_service_that_becomes_a_function_is_deleted_and_the_function_created(self, running):
        await running.deploy(gone(WEB) | lambda_files("prod/web", "web"))

        by_kind = {head.kind: head for head in await running.deployments() if head.origin.seq == 2}
        deletion, addition = by_kind[TargetKind.ECS], by_kind[TargetKind.LAMBDA]
        assert (deletion.state, deletion.verb) == (State.WAITING, Verb.DELETE)
        assert deletion.target == ecs_target("web")
        assert (addition.state, addition.target) == (State.WAITING, function_target("web"))
        (owned,) = [
            o
            for o in await running.ledger.ownerships(addition.origin.repository_id, BRANCH)
            if o.prefix == "prod/web"
        ]
        assert owned.target == function_target("web")
        assert not any("orphaned" in str(w) for w in (await running.plan_of(addition)).warnings)


async def test_a_service_document_names_its_cluster_once_for_all(stage):
    heads = await stage.deploy(
        WEB
        | ecs_files("prod/twin", "web")
        | {
            "prod/twin_svcdef.json": a_service_document(
                "web", cluster="arn:aws:ecs:eu-west-1:111122223333:cluster/prod"
            )
        }
    )

    assert {head.state for head in heads.values()} == {State.FAILED}
