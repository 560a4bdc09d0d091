"""Scenarios 24 to 32 and 43: what Git may do to a branch, from the push to what stands in the lines."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.codec import encode
from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import State
from gitmoxi.errors import RetryableError
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL
from tests.unit.planner.stage import (
    PlannerStage,
    a_service_document,
    a_task_definition,
    ecs_files,
    ecs_target,
    gone,
)

WEB, API = ecs_files("prod/web", "web"), ecs_files("prod/api", "api")
LATER = ecs_files("prod/later", "later")

ITEM_BYTES = 400_000
"""What DynamoDB takes at most is 400 KB an item (Amazon DynamoDB Developer Guide, Quotas)."""


@pytest.fixture
async def stage(stage: PlannerStage) -> PlannerStage:
    """``web`` and ``api`` run as the first commit has them."""
    for head in (await stage.deploy(WEB | API)).values():
        await stage.finish(head)
    for name in ("web", "api"):
        stage.ecs.run(a_service_document(name), a_task_definition(name))
    return stage


async def deletions(stage: PlannerStage) -> list[Deployment]:
    """Those that a deployer would carry out."""
    heads = await stage.deployments()
    return [head for head in heads if head.verb is Verb.DELETE and head.state is not State.HELD]


async def pushed(stage: PlannerStage) -> dict[str, Deployment]:
    result = await stage.push()
    if result.commit is None or result.outcome is not PushOutcome.INGESTED:
        return {}
    await stage.plan(result.commit.seq)
    return await stage.of(result.commit.seq)


async def test_scenario_24_a_force_push_to_an_older_commit_deletes_nothing_unasked(stage):
    first = await stage.git.resolve_tip(URL, BRANCH)
    later = await stage.deploy(LATER | ecs_files("prod/web", "web", "web:2"))
    await stage.finish(later["prod/web"])
    await stage.finish(later["prod/later"])
    stage.git.point(URL, BRANCH, first)

    heads = await pushed(stage)

    assert (heads["prod/later"].state, await deletions(stage)) == (State.HELD, [])
    assert "history was rewritten" in heads["prod/later"].because
    assert heads["prod/web"].state is State.NO_CHANGE, "planned against what lives, which is still web:1"


async def test_scenario_25_the_same_tree_under_another_commit_is_no_change(stage):
    before = len(await stage.deployments())
    first = await stage.git.resolve_tip(URL, BRANCH)
    stage.commit({"README.md": "1"})
    stage.commit({"README.md": None})
    squashed = await stage.git.resolve_tip(URL, BRANCH)
    assert squashed != first

    assert await pushed(stage) == {}
    assert len(await stage.deployments()) == before


async def test_scenario_26_a_branch_that_is_deleted_stops_and_is_told(stage):
    stage.git.delete_branch(URL, BRANCH)

    result = await stage.push()

    assert result.outcome is PushOutcome.REFUSED
    assert [entry.kind for entry in await stage.ledger.audit(5)] == ["push.refused"]
    assert await deletions(stage) == []
    assert set(await stage.owned()) == {"prod/web", "prod/api"}


async def test_scenario_27_a_repository_out_of_reach_keeps_the_last_state(stage):
    before = await stage.deployments()
    stage.git.set_reachable(URL, reachable=False)
    with pytest.raises(RetryableError):
        await stage.push()

    stage.git.remove(URL)
    stage.git.set_reachable(URL, reachable=True)
    result = await stage.push()

    assert result.outcome is PushOutcome.REFUSED
    assert await stage.deployments() == before


async def test_scenario_28_a_commit_without_any_file_deletes_nothing(stage):
    heads = await stage.deploy(gone(WEB | API))

    assert {head.state for head in heads.values()} == {State.FAILED}
    assert await deletions(stage) == []


async def test_scenario_29_a_renamed_file_is_an_update(stage):
    heads = await stage.deploy(gone(WEB) | ecs_files("live/web", "web", "web:2"))

    assert (heads["live/web"].verb, heads["prod/web"].state) == (Verb.UPDATE, State.NO_CHANGE)
    assert await deletions(stage) == []


async def test_scenario_30_two_files_that_claim_one_service_are_both_rejected_and_named(stage):
    heads = await stage.deploy(ecs_files("a/new", "new") | ecs_files("b/new", "new"))

    assert {head.state for head in heads.values()} == {State.FAILED}
    assert all("claimed by a/new and by b/new" in head.because for head in heads.values())


async def test_scenario_31_a_file_that_cannot_be_read_is_an_error_and_no_absence(stage):
    head = (await stage.deploy({"prod/web_svcdef.json": "{"}))["prod/web"]

    assert head.state is State.FAILED
    assert "prod/web_svcdef.json:1" in head.because
    assert await deletions(stage) == []


async def test_scenario_32_a_terraform_output_that_is_missing_applies_nothing(stage):
    task = a_task_definition("web", environment=[{"name": "DB", "value": "{{ db_host }}"}])
    files = WEB | {
        "prod/web_input.json": {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}},
        "infra/tf.json": {"db_host": {"value": "db-1"}},
        "prod/web_taskdef.json": task,
    }
    first = (await stage.deploy(files))["prod/web"]
    assert first.verb is Verb.UPDATE
    await stage.finish(first)

    head = (await stage.deploy({"infra/tf.json": {"port": {"value": 80}}}))["prod/web"]

    assert (head.state, head.verb) == (State.FAILED, None)
    assert "db_host" in head.because
    assert (await stage.record("web")).last_good.deployment_id == first.id
    assert await deletions(stage) == []


async def test_scenario_43_what_is_larger_than_an_item_is_stored_by_reference(stage):
    """DynamoDB takes 400 KB an item: a Terraform state of twice that lies with the bodies, by its hash."""
    state = {f"output_{number}": {"value": "x" * 1000} for number in range(800)}
    files = WEB | {
        "prod/web_input.json": {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}},
        "infra/tf.json": state,
        "prod/web_taskdef.json": a_task_definition("web", "web:{{ output_7 | length }}"),
    }
    seq = await stage.ingest(files)
    transact, written = stage.ledger.transact, []

    async def weighed(writes):
        written.extend(len(encode(write)) for write in writes)
        await transact(writes)

    stage.ledger.transact = weighed
    await stage.plan(seq)

    head = (await stage.of(seq))["prod/web"]
    assert head.state is State.WAITING
    assert any("web:1000" in str(d) for d in (await stage.plan_of(head)).differences)
    assert max(written) < ITEM_BYTES / 10
    assert max(len(content) for content in stage.bodies.contents.values()) > 2 * ITEM_BYTES
    assert len(encode(await stage.ledger.commit(REPOSITORY, BRANCH, seq))) < ITEM_BYTES / 10


class TestRecordedTargets:
    """A deletion goes to what is recorded, whatever the files would render to by now."""

    async def test_the_inputs_that_named_the_target_change_in_the_same_commit(self, stage):
        names = {"prod/job_input.json": {"name": "job"}}
        service = a_service_document("{{ name }}")
        files = {"prod/job_svcdef.json": service, "prod/job_taskdef.json": a_task_definition("job")} | names
        await stage.finish((await stage.deploy(files))["prod/job"])
        stage.ecs.run(a_service_document("job"), a_task_definition("job"))

        heads = await stage.deploy({"prod/job_svcdef.json": None, "prod/job_input.json": {"name": "api"}})

        assert (heads["prod/job"].verb, heads["prod/job"].target) == (Verb.DELETE, ecs_target("job"))
        assert [head.target.name for head in await deletions(stage)] == ["job"]
