"""Orphans: how a target becomes one, is adopted again, or is deleted by a person."""

from __future__ import annotations

import pytest

from gitmoxi.contracts.messages import DeploymentRequested, RequestKind
from gitmoxi.domain.deployments import Command, CommandKind, Deployment, Verb
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutCommand
from tests.unit.planner.stage import (
    PlannerStage,
    a_service_document,
    a_task_definition,
    ecs_files,
    ecs_target,
    gone,
)

WEB, STAYS = ecs_files("prod/web", "web"), ecs_files("prod/stays", "stays")


@pytest.fixture
async def web(stage: PlannerStage) -> Deployment:
    """``prod/web`` runs as ``web``."""
    heads = await stage.deploy(WEB | STAYS)
    for head in heads.values():
        await stage.finish(head)
    for name in ("web", "stays"):
        stage.ecs.run(a_service_document(name), a_task_definition(name))
    return heads["prod/web"]


async def orphans(stage: PlannerStage) -> dict[str, str]:
    """Why each is one, by name."""
    return {orphan.target.name: orphan.because for orphan in await stage.ledger.orphans()}


async def moved(stage: PlannerStage) -> Deployment:
    """``prod/web`` is deployed to ``web-2`` from now on."""
    return (await stage.deploy(ecs_files("prod/web", "web-2")))["prod/web"]


async def ask(
    stage: PlannerStage, about: Deployment, name: str = "web", new_id: str = "d-asked"
) -> Deployment:
    """What the API sends when a person deletes an orphan."""
    request = DeploymentRequested(
        kind=RequestKind.DELETE,
        target=ecs_target(name).id,
        deployment_id=about.id,
        new_deployment_id=new_id,
        by="ann",
    )
    await stage.planner().requested(request)
    head = await stage.ledger.deployment(new_id)
    assert head is not None
    return head


class TestBecomingOne:
    """What was ours, still runs, and stands in no file."""

    async def test_a_prefix_that_goes_to_another_target_leaves_the_old_one(self, stage, web):
        newer = await moved(stage)

        [orphan] = await stage.ledger.orphans()
        assert (orphan.target, orphan.claim.prefix, orphan.claim.branch) == (
            ecs_target("web"),
            "prod/web",
            "main",
        )
        assert orphan.since == stage.clock.now()
        assert orphan.because == (
            f"prod/web is deployed to {ecs_target('web-2')} since commit {newer.origin.commit_sha[:12]}."
        )
        plan = await stage.plan_of(newer)
        assert any(f"gmctl orphan delete {ecs_target('web').id}" in str(w) for w in plan.warnings)

    async def test_two_prefixes_that_swap_their_targets_leave_none(self, stage, web):
        heads = await stage.deploy(
            ecs_files("prod/web", "stays", "web:2") | ecs_files("prod/stays", "web", "web:2")
        )

        assert {head.state for head in heads.values()} == {State.WAITING}
        assert await orphans(stage) == {}
        assert await stage.owned() == {"prod/web": "stays", "prod/stays": "web"}
        for head in heads.values():
            assert not any("orphan" in str(warning) for warning in (await stage.plan_of(head)).warnings)

    async def test_a_rename_leaves_none(self, stage, web):
        await stage.deploy(gone(WEB) | ecs_files("live/web", "web", "web:2"))

        assert await orphans(stage) == {}

    async def test_a_refused_deletion_leaves_one(self, stage, web):
        heads = await stage.deploy(gone(WEB | STAYS))

        assert {head.state for head in heads.values()} == {State.FAILED}
        assert set(await orphans(stage)) == {"web", "stays"}
        assert "would delete everything" in (await orphans(stage))["web"]

    async def test_a_held_deletion_that_is_cancelled_leaves_one(self, stage, web):
        held = (await stage.deploy(gone(WEB) | {"prod/bad_svcdef.json": "{"}))["prod/web"]
        assert (held.state, await orphans(stage)) == (State.HELD, {})
        command = Command(
            id=stage.ids.ulid(), deployment_id=held.id, kind=CommandKind.ABORT, by="ann", at=stage.clock.now()
        )
        await stage.ledger.transact([PutCommand(command=command)])
        await stage.planner().deployment(held.id)

        assert "Cancelled by ann" in (await orphans(stage))["web"]

    @pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED], ids=str)
    async def test_a_deletion_that_ends_without_deleting_leaves_one(self, stage, web, end):
        deletion = (await stage.deploy(gone(WEB)))["prod/web"]
        assert await orphans(stage) == {}

        await stage.finish(deletion, to=end)

        [orphan] = await stage.ledger.orphans()
        assert (orphan.target.name, orphan.deployment_id) == ("web", deletion.id)
        assert orphan.because == f"Its deletion ended {end}: It ended."

    async def test_a_deletion_that_fails_while_its_prefix_is_back_leaves_none(self, stage, web):
        deletion = await stage.start((await stage.deploy(gone(WEB)))["prod/web"])
        await stage.deploy(ecs_files("prod/web", "web", "web:2"))

        await stage.finish(deletion, to=State.FAILED)

        assert await orphans(stage) == {}

    async def test_a_deletion_that_deletes_leaves_none(self, stage, web):
        await stage.finish((await stage.deploy(gone(WEB)))["prod/web"])

        assert await orphans(stage) == {}


class TestAdoption:
    """A definition file that stands for an orphan takes it out."""

    async def test_the_prefix_comes_back_to_it(self, stage, web):
        await stage.finish(await moved(stage))

        await stage.deploy(WEB)

        assert set(await orphans(stage)) == {"web-2"}, "and now the other one is left"

    async def test_another_prefix_takes_it(self, stage, web):
        await moved(stage)

        head = (await stage.deploy(ecs_files("prod/other", "web", "web:3")))["prod/other"]

        assert (head.state, await orphans(stage)) == (State.WAITING, {})

    async def test_what_is_adopted_as_it_is_counts_too(self, stage, web):
        await moved(stage)

        head = (await stage.deploy(ecs_files("prod/other", "web")))["prod/other"]

        assert (head.state, await orphans(stage)) == (State.NO_CHANGE, {})


class TestDeletion:
    """A person deletes an orphan: a deployment like any other, in the line of its target."""

    @pytest.fixture
    async def orphan(self, stage, web):
        await stage.finish(await moved(stage))
        return web

    async def test_it_stands_in_the_line_and_says_who_asked(self, stage, orphan):
        head = await ask(stage, orphan)

        assert (head.state, head.verb, head.target) == (State.WAITING, Verb.DELETE, ecs_target("web"))
        assert (head.requested_by, head.restores) == ("ann", orphan.id)
        assert head.because == (
            "ann asked to delete it, because no definition file stands for it. "
            f"{ecs_target('web')} is deleted."
        )
        assert (await stage.record("web")).waiting_id == head.id

    async def test_its_end_takes_it_out_and_leaves_the_prefix_alone(self, stage, orphan):
        await stage.finish(await ask(stage, orphan))

        assert await orphans(stage) == {}
        assert (await stage.owned())["prod/web"] == "web-2"
        assert (await stage.record("web")).claim is None

    async def test_one_that_fails_stays_an_orphan(self, stage, orphan):
        await stage.finish(await ask(stage, orphan), to=State.FAILED)

        assert set(await orphans(stage)) == {"web"}

    async def test_the_same_request_again_makes_no_second_one(self, stage, orphan):
        for _ in range(3):
            await ask(stage, orphan)

        asked = [head for head in await stage.deployments() if head.requested_by == "ann"]
        assert [head.version for head in asked] == [2]

    async def test_what_a_file_stands_for_is_refused(self, stage, orphan):
        request = DeploymentRequested(
            kind=RequestKind.DELETE,
            target=ecs_target("stays").id,
            deployment_id=(await stage.of(1))["prod/stays"].id,
            new_deployment_id="d-no",
            by="ann",
        )

        planned = await stage.planner().requested(request)

        assert planned.outcome == "refused"
        assert "is no orphan" in planned.because
        assert await stage.ledger.deployment("d-no") is None
        assert [entry.kind for entry in await stage.ledger.audit(1)] == ["request.refused"]

    async def test_one_that_is_adopted_in_between_is_not_deleted(self, stage, orphan):
        seq = await stage.ingest(ecs_files("prod/other", "web", "web:3"))
        transact = stage.ledger.transact
        adopted: list[int] = []

        async def adopt_first(writes):
            stage.ledger.transact = transact
            await transact(writes)
            adopted.append((await stage.plan(seq)).commit.seq)

        stage.ledger.transact = adopt_first
        head = await ask(stage, orphan)

        assert adopted == [seq]
        assert head.state is not State.WAITING
        assert (await stage.of(seq))["prod/other"].state is State.WAITING

    async def test_what_others_made_is_not_deleted(self, stage, orphan):
        stage.ecs.call(
            "UntagResource",
            resourceArn=ecs_target("web").service_arn,
            tagKeys=["gitmoxi:owner"],
        )

        head = await ask(stage, orphan)

        assert head.state is State.FAILED
        assert "gitmoxi:owner" in head.because
        assert set(await orphans(stage)) == {"web"}

    async def test_a_newer_commit_that_wants_it_comes_after_and_creates_it_again(self, stage, orphan):
        await stage.start(await ask(stage, orphan))

        newer = (await stage.deploy(ecs_files("prod/other", "web", "web:3")))["prod/other"]

        assert newer.state is State.WAITING
        assert await orphans(stage) == {}
