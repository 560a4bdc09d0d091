"""Rollbacks, retries and undeletions that people ask for: one deployment each, planned like any other."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.contracts.messages import DeploymentPlanned, DeploymentRequested, RequestKind
from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError, ThrottledError
from tests.unit.ingestor.stage import KilledError
from tests.unit.planner.stage import (
    PlannerStage,
    a_task_definition,
    ecs_files,
    ecs_target,
    function_target,
    gone,
    lambda_files,
)

WEB = ecs_target("web")


def files(version: int) -> dict[str, Any]:
    return ecs_files("prod/web", "web", f"web:{version}")


async def release(stage: PlannerStage, version: int, *, to: State = State.SUCCEEDED) -> Deployment:
    """Commit, plan and carry out a version; it lives unless it fails."""
    stage.clock.advance(60)
    head = (await stage.deploy(files(version)))["prod/web"]
    await stage.finish(head, to=to)
    if to is State.SUCCEEDED:
        live(stage, version)
    return head


def live(stage: PlannerStage, version: int) -> None:
    if version == 1:
        return stage.ecs.run(files(1)["prod/web_svcdef.json"], files(1)["prod/web_taskdef.json"])
    registered = stage.ecs.call("RegisterTaskDefinition", **a_task_definition("web", f"web:{version}"))
    arn = registered["taskDefinition"]["taskDefinitionArn"]
    stage.ecs.call("UpdateService", cluster="prod", service="web", taskDefinition=arn)
    stage.ecs.settle()
    return None


@pytest.fixture
async def released(stage: PlannerStage) -> list[Deployment]:
    """Versions 1 and 2 were deployed; 2 runs, beside another service."""
    await stage.deploy(ecs_files("prod/other", "other"))
    return [await release(stage, 1), await release(stage, 2)]


def a_request(
    kind: RequestKind, deployment_id: str | None = None, target: str = WEB.id, new: str = "d-new"
) -> DeploymentRequested:
    return DeploymentRequested(
        kind=kind, target=target, deployment_id=deployment_id, new_deployment_id=new, by="ada"
    )


async def ask(stage: PlannerStage, kind: RequestKind, *args: Any, **more: Any) -> Deployment:
    """The deployment that a request leads to, planned."""
    stage.clock.advance(60)
    asked = a_request(kind, *args, **more)
    await stage.planner().requested(asked)
    head = await stage.ledger.deployment(asked.new_deployment_id)
    assert head is not None
    return head


async def now(stage: PlannerStage, head: Deployment) -> Deployment:
    found = await stage.ledger.deployment(head.id)
    assert found is not None
    return found


class TestRollingBack:
    async def test_it_waits_for_the_rollback_worker_with_the_recorded_documents(self, stage, released):
        first, second = released
        head = await ask(stage, RequestKind.ROLLBACK, first.id)

        assert (head.state, head.owner, head.verb) == (State.WAITING, Worker.ROLLBACK, Verb.ROLLBACK)
        assert (head.restores, head.requested_by, head.ending) == (first.id, "ada", State.SUCCEEDED)
        assert head.desired == (await now(stage, first)).desired
        assert head.change is ObjectChange.REQUESTED
        assert (head.origin.commit_sha, head.origin.seq) == (first.origin.commit_sha, second.origin.seq)
        assert (await stage.record("web")).waiting_id == head.id
        told = DeploymentPlanned(deployment_id=head.id, version=2, worker=Worker.ROLLBACK).model_dump_json()
        assert told in [event.detail for event in stage.publisher.published]

    async def test_its_plan_is_made_of_what_lives_and_warns_of_the_branch(self, stage, released):
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        plan = await stage.plan_of(head)
        assert plan.verb is Verb.ROLLBACK
        assert plan.strategy.startswith(f"to the revision of {released[0].id}")
        assert [str(d) for d in plan.differences] == ["containerDefinitions[web].image: web:2 → web:1"]
        assert plan.warnings[0].text == (
            "main still holds the newer files of prod/web: the next commit that changes them deploys them "
            "again; revert them there"
        )
        assert head.because == (
            f"ada asked to go back to the revision of {released[0].id}. {WEB} differs in 1 place."
        )

    async def test_without_a_name_it_is_the_last_one_that_ran_well_before(self, stage, released):
        assert (await ask(stage, RequestKind.ROLLBACK)).restores == released[0].id

    async def test_a_revision_that_runs_already_ends_at_once(self, stage, released):
        head = await ask(stage, RequestKind.ROLLBACK, released[1].id)

        assert (head.state, head.because) == (
            State.NO_CHANGE,
            f"ada asked to go back to the revision of {released[1].id}. {WEB} already is as wanted.",
        )

    async def test_a_running_deployment_is_not_interrupted(self, stage, released):
        third = await stage.start((await stage.deploy(files(3)))["prod/web"])
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        record = await stage.record("web")
        assert (record.active_id, record.waiting_id) == (third.id, head.id)
        assert await now(stage, third) == third

    async def test_also_not_where_a_newer_commit_would_supersede_it(self, stage, released):
        hasty = {"prod/web_depdef.json": {"onNewCommit": "supersede"}}
        heads = [(await stage.deploy(files(3) | hasty))["prod/web"]]
        await stage.finish(heads[0])
        fourth = await stage.start((await stage.deploy(files(4)))["prod/web"])
        head = await ask(stage, RequestKind.ROLLBACK, heads[0].id)

        assert head.state is State.WAITING
        assert await stage.ledger.commands(fourth.id, "") == []

    async def test_it_takes_the_place_of_a_commit_that_waits(self, stage, released):
        third = (await stage.deploy(files(3)))["prod/web"]
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert head.state is State.WAITING
        replaced = await now(stage, third)
        assert (replaced.state, replaced.because) == (
            State.SUPERSEDED,
            "d-new, which ada asked for, took its place in the line.",
        )

    async def test_a_newer_commit_takes_its_place(self, stage, released):
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)
        third = (await stage.deploy(files(3)))["prod/web"]

        assert ((await now(stage, head)).state, third.state) == (State.SUPERSEDED, State.WAITING)

    async def test_a_commit_that_came_in_between_is_not_overtaken(self, stage, released):
        def cut(name: str) -> None:
            if name == "request.after_create":
                raise KilledError

        asked = a_request(RequestKind.ROLLBACK, released[0].id)
        with pytest.raises(KilledError):
            await stage.planner(edge=cut).requested(asked)
        third = (await stage.deploy(files(3)))["prod/web"]
        await stage.planner().requested(asked)

        head = await stage.ledger.deployment("d-new")
        assert (head.state, (await now(stage, third)).state) == (State.SUPERSEDED, State.WAITING)
        assert "A newer commit of main stands in the line" in head.because

    async def test_what_was_deleted_by_hand_cannot_be_rolled_back(self, stage, released):
        stage.ecs.delete("web")
        stage.ecs.settle()
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert head.state is State.FAILED
        assert f"`gmctl undelete {WEB.id}` creates it again" in head.because

    async def test_a_held_deletion_is_answered_first(self, stage, released):
        stage.delete_limits = type(stage.delete_limits)(at_most=0, percent=0)
        held = (await stage.deploy(gone(files(2)) | {"other/x_svcdef.json": "{"}))["prod/web"]
        assert held.state is State.HELD
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert head.state is State.FAILED
        assert f"gmctl deployment abort {held.id}" in head.because
        assert (await stage.record("web")).held_id == held.id

    async def test_a_prefix_that_is_deployed_elsewhere_now_goes_on_owning_that(self, stage, released):
        moved = (await stage.deploy(ecs_files("prod/web", "elsewhere")))["prod/web"]
        await stage.finish(moved)
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert head.state is State.WAITING
        assert (await stage.owned())["prod/web"] == "elsewhere"

    async def test_another_s_target_is_left_to_its_new_owner(self, stage, released):
        renamed = await stage.deploy(gone(files(2)) | ecs_files("live/web", "web", "web:3"))
        await stage.finish(renamed["live/web"])
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert (head.state, head.origin.prefix) == (State.WAITING, "live/web")

    async def test_a_function_goes_back_by_the_same_way(self, stage):
        target = function_target("resize")
        heads = []
        for memory in (128, 256):
            documents = lambda_files("prod/resize", "resize")
            documents["prod/resize_lambdadef.json"]["MemorySize"] = memory
            stage.clock.advance(60)
            heads.append((await stage.deploy(documents))["prod/resize"])
            await stage.finish(heads[-1])
        head = await ask(stage, RequestKind.ROLLBACK, heads[0].id, target.id)

        assert head.state is State.FAILED, "it does not exist in this test's AWS"
        assert f"gmctl undelete {target.id}" in head.because


class TestRefusing:
    @pytest.mark.parametrize(
        ("request_", "told"),
        [
            pytest.param(a_request(RequestKind.ROLLBACK, "d-x"), "There is no deployment d-x", id="unknown"),
            pytest.param(
                a_request(RequestKind.ROLLBACK, target=ecs_target("new").id),
                "No earlier revision of",
                id="never deployed",
            ),
        ],
    )
    async def test_of_what_no_record_can_be_made_a_trace_is_left(self, stage, released, request_, told):
        planned = await stage.planner().requested(request_)

        assert planned.outcome == "refused"
        assert await stage.ledger.deployment("d-new") is None
        (entry,) = await stage.ledger.audit(1)
        assert entry.kind == "request.refused"
        assert entry.summary.startswith("The rollback that ada asked for is refused: ")
        assert told in entry.summary

    async def test_one_that_failed_is_no_revision(self, stage, released):
        failed = (await stage.deploy(files(3)))["prod/web"]
        await stage.finish(failed, to=State.FAILED)
        planned = await stage.planner().requested(a_request(RequestKind.ROLLBACK, failed.id))

        assert (planned.outcome, "ended as FAILED" in planned.because) == ("refused", True)

    async def test_documents_that_are_lost_end_it_with_the_reason(self, stage, released):
        stage.bodies = type(stage.bodies)()
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert head.state is State.FAILED
        assert head.because.startswith(f"The documents of {released[0].id} cannot be read any more: ")


class TestOnce:
    """Repeated, killed or met by another planner: one record, one place in the line."""

    async def test_the_same_message_again_makes_no_second_one(self, stage, released):
        head = await ask(stage, RequestKind.ROLLBACK, released[0].id)
        again = await stage.planner().requested(a_request(RequestKind.ROLLBACK, released[0].id))

        assert again.outcome == "stale"
        assert await now(stage, head) == head

    @pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
    @pytest.mark.parametrize("number", [1, 2])
    async def test_a_planner_that_dies_is_repeated(self, stage, released, number, after):
        asked = a_request(RequestKind.ROLLBACK, released[0].id)
        stage.ledger.dies_at, stage.ledger.dies_after_the_write = stage.ledger.transactions + number, after
        with pytest.raises(KilledError):
            await stage.planner().requested(asked)

        await stage.planner().requested(asked)

        head = await stage.ledger.deployment("d-new")
        assert (head.state, head.version) == (State.WAITING, 2)
        assert [step.name for step in await stage.ledger.steps(head.id)] == ["ask", "plan"]

    async def test_what_could_not_be_planned_is_due_for_the_sweeper(self, stage, released):
        stage.ecs.faults["web"] = [ThrottledError("slow down")]
        with pytest.raises(ThrottledError):
            await ask(stage, RequestKind.ROLLBACK, released[0].id)
        due = [
            item.deployment_id
            for shard in range(4)
            for item in await stage.ledger.due(Worker.PLANNER, shard, stage.clock.now(), 100)
        ]
        assert "d-new" in due

        await stage.planner().deployment("d-new")

        assert (await stage.ledger.deployment("d-new")).state is State.WAITING

    async def test_another_planner_that_made_the_record_first_is_joined(self, stage, released):
        stage.ledger.fails = [ContentionError("d-new exists")]
        with pytest.raises(ContentionError):
            await ask(stage, RequestKind.ROLLBACK, released[0].id)

        assert (await ask(stage, RequestKind.ROLLBACK, released[0].id)).state is State.WAITING


class TestRetrying:
    @pytest.fixture
    async def failed(self, stage, released) -> Deployment:
        head = (await stage.deploy(files(3)))["prod/web"]
        await stage.finish(head, to=State.FAILED)
        return head

    async def test_it_is_the_same_files_of_the_same_commit_with_every_safety(self, stage, failed):
        head = await ask(stage, RequestKind.RETRY, failed.id)

        assert (head.state, head.owner, head.verb) == (State.WAITING, Worker.ECS_DEPLOYER, Verb.UPDATE)
        assert (head.origin, head.snapshot, head.ending) == (failed.origin, failed.snapshot, None)
        assert head.desired == (await now(stage, failed)).desired
        assert head.because.startswith(f"ada asked to try {failed.id} again. ")
        assert "prod/web" in stage.renderer.rendered

    async def test_a_newer_commit_in_the_line_goes_before(self, stage, failed):
        await release(stage, 4)
        head = await ask(stage, RequestKind.RETRY, failed.id)

        assert head.state is State.SUPERSEDED

    async def test_of_files_that_could_not_be_read_too(self, stage):
        broken = (await stage.deploy(files(1) | {"prod/web_svcdef.json": "{"}))["prod/web"]
        assert broken.target is None
        head = await ask(stage, RequestKind.RETRY, broken.id, "")

        assert (head.state, head.cause) == (State.FAILED, broken.cause)

    async def test_a_deletion_that_was_refused_is_not_brought_about_by_a_retry(self, stage, released):
        refused = (await stage.deploy(gone(files(2)) | gone(ecs_files("prod/other", "other"))))["prod/web"]
        assert refused.state is State.FAILED
        planned = await stage.planner().requested(a_request(RequestKind.RETRY, refused.id))

        assert planned.outcome == "refused"
        assert "a deletion that was stopped before it began" in planned.because

    async def test_what_did_not_fail_is_not_tried_again(self, stage, released):
        planned = await stage.planner().requested(a_request(RequestKind.RETRY, released[1].id))

        assert (planned.outcome, "did not fail" in planned.because) == ("refused", True)

    async def test_a_deletion_is_tried_again_on_what_it_was_to_delete(self, stage, released):
        deletion = (await stage.deploy(gone(files(2))))["prod/web"]
        await stage.finish(deletion, to=State.FAILED)
        head = await ask(stage, RequestKind.RETRY, deletion.id)

        assert (head.state, head.verb, head.target) == (State.WAITING, Verb.DELETE, WEB)


class TestUndeleting:
    @pytest.fixture
    async def deleted(self, stage, released) -> Deployment:
        deletion = (await stage.deploy(gone(files(2))))["prod/web"]
        await stage.finish(deletion)
        stage.ecs.delete("web")
        stage.ecs.settle()
        return deletion

    async def test_it_is_created_from_the_last_recorded_documents(self, stage, released, deleted):
        head = await ask(stage, RequestKind.UNDELETE)

        assert (head.state, head.owner, head.verb) == (State.WAITING, Worker.ECS_DEPLOYER, Verb.CREATE)
        assert (head.restores, head.desired) == (released[1].id, (await now(stage, released[1])).desired)
        assert (await stage.record("web")).claim.prefix == "prod/web"
        assert (await stage.owned())["prod/web"] == "web"
        assert (await stage.plan_of(head)).warnings[0].text == (
            "main holds no files of prod/web: until they are committed again, no commit changes this target"
        )

    async def test_what_was_deleted_by_hand_comes_back_too_and_git_still_holds_it(self, stage, released):
        stage.ecs.delete("web")
        stage.ecs.settle()
        head = await ask(stage, RequestKind.UNDELETE)

        assert (head.state, head.verb) == (State.WAITING, Verb.CREATE)
        assert not any("holds no files" in warning.text for warning in (await stage.plan_of(head)).warnings)

    async def test_its_files_when_committed_again_go_on_from_there(self, stage, deleted):
        head = await ask(stage, RequestKind.UNDELETE)
        await stage.finish(head)
        live(stage, 1)
        back = (await stage.deploy(files(3)))["prod/web"]

        assert (back.state, back.verb) == (State.WAITING, Verb.UPDATE)

    async def test_what_exists_is_not_created_again(self, stage, released, deleted):
        live(stage, 1)
        head = await ask(stage, RequestKind.UNDELETE)

        assert head.state is State.FAILED
        assert f"{WEB} exists, so there is nothing to create again." in head.because

    async def test_what_another_prefix_claims_is_left_to_it(self, stage, deleted):
        taken = (await stage.deploy(ecs_files("live/web", "web", "web:9")))["live/web"]
        head = await ask(stage, RequestKind.UNDELETE)

        assert head.state is State.FAILED
        assert f"being deployed by {taken.id}" in head.because
        assert (await stage.record("web")).claim.prefix == "live/web"
