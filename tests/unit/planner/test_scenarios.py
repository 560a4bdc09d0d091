"""Scenarios 24 to 31: what Git may do to a branch, from the push to what stands in the lines."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import State
from gitmoxi.errors import RetryableError
from tests.unit.ingestor.stage import BRANCH, URL
from tests.unit.planner.stage import PlannerStage, a_service_document, a_task_definition, ecs_files, gone

WEB, API = ecs_files("prod/web", "web"), ecs_files("prod/api", "api")
LATER = ecs_files("prod/later", "later")


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
