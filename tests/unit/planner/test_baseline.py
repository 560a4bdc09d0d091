"""The first commit of a branch that is registered with a baseline: compared, claimed, never changed."""

from __future__ import annotations

import pytest

from gitmoxi.contracts.messages import DeploymentPlanned, DeploymentRequested, RequestKind
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State, Status, Worker
from gitmoxi.errors import AccessDeniedError, UnavailableError
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL, KilledError
from tests.unit.planner.stage import (
    PlannerStage,
    a_service_document,
    a_task_definition,
    ecs_files,
    ecs_target,
    function_target,
    gone,
    lambda_files,
)

EQUAL, DIFFERENT, MISSING = (ecs_files(f"prod/{n}", n) for n in ("equal", "different", "missing"))
BROKEN = {"prod/broken_svcdef.json": "{"}
TREE = EQUAL | DIFFERENT | MISSING | BROKEN


@pytest.fixture
async def stage() -> PlannerStage:
    """Two services that others made live; one of them is not as the repository wants it."""
    stage = PlannerStage()
    await stage.register(baseline=True)
    stage.ecs.run(a_service_document("equal"), a_task_definition("equal"), ours=False)
    stage.ecs.run(a_service_document("different"), a_task_definition("different", "web:0"), ours=False)
    return stage


async def states(stage: PlannerStage, seq: int) -> dict[str, State]:
    return {prefix: head.state for prefix, head in (await stage.of(seq)).items()}


BASELINED = {
    "prod/equal": State.BASELINED,
    "prod/different": State.BASELINED,
    "prod/missing": State.BASELINED,
    "prod/broken": State.FAILED,
}


async def test_each_object_says_how_it_compares_with_what_lives(stage):
    heads = await stage.deploy(TREE)

    assert {prefix: head.state for prefix, head in heads.items()} == BASELINED
    assert heads["prod/equal"].because == f"{ecs_target('equal')} equals what prod/equal wants."
    assert heads["prod/different"].because == (
        f"{ecs_target('different')} differs in 1 place; nothing was changed."
    )
    assert heads["prod/missing"].because == (
        f"{ecs_target('missing')} does not exist yet; the next commit that changes prod/missing creates it."
    )
    assert "prod/broken_svcdef.json" in heads["prod/broken"].because
    assert heads["prod/equal"].state.status is Status.PROCESSED_SUCCESS


async def test_the_plans_keep_what_the_differences_are(stage):
    heads = await stage.deploy(TREE)

    plans = {p: await stage.plan_of(h) for p, h in heads.items() if h.state is State.BASELINED}
    assert {prefix: plan.verb for prefix, plan in plans.items()} == {
        "prod/equal": Verb.NOTHING,
        "prod/different": Verb.UPDATE,
        "prod/missing": Verb.CREATE,
    }
    assert any("web:0 → web:1" in str(d) for d in plans["prod/different"].differences)
    assert {heads[prefix].verb for prefix in plans} == {Verb.NOTHING}


async def test_each_record_remembers_how_its_target_compared(stage):
    heads = await stage.deploy(TREE)

    lasts = {
        prefix: (await stage.record(prefix.partition("/")[2])).last
        for prefix in ("prod/equal", "prod/different", "prod/missing")
    }
    assert {prefix: (last.deployment_id, last.state, last.verb) for prefix, last in lasts.items()} == {
        "prod/equal": (heads["prod/equal"].id, State.BASELINED, Verb.NOTHING),
        "prod/different": (heads["prod/different"].id, State.BASELINED, Verb.UPDATE),
        "prod/missing": (heads["prod/missing"].id, State.BASELINED, Verb.CREATE),
    }
    assert lasts["prod/different"].because == heads["prod/different"].because
    assert {prefix for prefix, last in lasts.items() if last.only_compared} == {
        "prod/different",
        "prod/missing",
    }


async def test_nothing_gets_into_a_line_and_no_deployer_is_told(stage):
    await stage.deploy(TREE)

    for name in ("equal", "different", "missing"):
        record = await stage.record(name)
        assert (record.active_id, record.waiting_id, record.held_id) == (None, None, None)
    told = {event.detail_type for event in stage.publisher.published}
    assert DeploymentPlanned.DETAIL_TYPE not in told
    assert "deployment.baselined.v1" in told


async def test_targets_are_claimed_from_day_one(stage):
    await stage.deploy(TREE)

    assert await stage.owned() == {
        "prod/equal": "equal",
        "prod/different": "different",
        "prod/missing": "missing",
    }
    twin = (await stage.deploy(ecs_files("test/twin", "different")))["test/twin"]
    assert twin.state is State.FAILED
    assert "belongs to prod/different" in twin.because


async def test_two_prefixes_with_one_target_are_found_on_day_one(stage):
    heads = await stage.deploy(EQUAL | ecs_files("prod/twin", "equal"))

    assert {head.state for head in heads.values()} == {State.FAILED}
    assert "is claimed by prod/equal and by prod/twin" in heads["prod/twin"].because


async def test_what_lives_as_wanted_is_what_the_first_deployment_is_rolled_back_to(stage):
    heads = await stage.deploy(TREE)

    good = (await stage.record("equal")).last_good
    assert good is not None
    assert (good.deployment_id, good.desired) == (heads["prod/equal"].id, heads["prod/equal"].desired)
    assert good.values["task_definition"].endswith(":task-definition/equal:1")
    for prefix in ("different", "missing"):
        assert (await stage.record(prefix)).last_good is None
        assert heads[f"prod/{prefix}"].desired is None


async def test_a_person_goes_back_to_a_baseline_that_was_equal(stage):
    first = (await stage.deploy(TREE))["prod/equal"]
    newer = (await stage.deploy(ecs_files("prod/equal", "equal", "web:2")))["prod/equal"]
    await stage.finish(newer)
    registered = stage.ecs.call("RegisterTaskDefinition", **a_task_definition("equal", "web:2"))
    arn = registered["taskDefinition"]["taskDefinitionArn"]
    stage.ecs.call("UpdateService", cluster="prod", service="equal", taskDefinition=arn)
    stage.ecs.settle()

    asked = DeploymentRequested(
        kind=RequestKind.ROLLBACK,
        target=ecs_target("equal").id,
        deployment_id=first.id,
        new_deployment_id="d-back",
        by="ada",
    )
    await stage.planner().requested(asked)

    head = await stage.ledger.deployment("d-back")
    assert (head.state, head.verb, head.desired) == (State.WAITING, Verb.ROLLBACK, first.desired)


async def test_a_later_commit_deploys_what_it_changes_and_leaves_the_rest_as_it_is(stage):
    await stage.deploy(TREE)

    heads = await stage.deploy(ecs_files("prod/missing", "missing", "web:2"))

    assert {prefix: (head.state, head.verb) for prefix, head in heads.items()} == {
        "prod/missing": (State.WAITING, Verb.CREATE)
    }


async def test_a_second_push_of_the_same_commit_changes_nothing(stage):
    await stage.deploy(TREE)
    before = await stage.deployments()

    assert (await stage.push()).commit.seq == 1
    await stage.plan(1)

    assert await stage.deployments() == before


async def test_a_person_who_forces_the_commit_deploys_all(stage):
    await stage.deploy(EQUAL | DIFFERENT | MISSING)

    forced = await stage.push(force=True)
    await stage.plan(forced.commit.seq)

    assert {p: head.verb for p, head in (await stage.of(2)).items() if head.state is State.WAITING} == {
        "prod/different": Verb.UPDATE,
        "prod/missing": Verb.CREATE,
        "prod/equal": Verb.UPDATE,
    }


async def test_a_baselined_service_of_others_is_never_deleted(stage):
    await stage.deploy(EQUAL | DIFFERENT)

    head = (await stage.deploy(gone(EQUAL)))["prod/equal"]

    assert head.state is State.FAILED
    assert "gitmoxi:owner" in head.because


async def test_scenario_28_a_baselined_tree_that_is_emptied_deletes_nothing(stage):
    stage.ecs.run(a_service_document("mine"), a_task_definition("mine"))
    mine = ecs_files("prod/mine", "mine")
    await stage.deploy(mine)

    head = (await stage.deploy(gone(mine)))["prod/mine"]

    assert head.state is State.FAILED
    assert "leaves no definition file at all" in head.because


async def test_scenario_24_a_forced_push_right_after_the_baseline_holds_what_it_deletes(stage):
    stage.ecs.run(a_service_document("mine"), a_task_definition("mine"))
    await stage.deploy(EQUAL | ecs_files("prod/mine", "mine"))

    stage.git.delete_branch(URL, BRANCH)
    heads = await stage.deploy(EQUAL)

    assert {prefix: head.state for prefix, head in heads.items()} == {"prod/mine": State.HELD}


async def test_a_failed_baseline_that_is_tried_again_is_compared_again_and_deploys_nothing(stage):
    denied = AccessDeniedError(operation="ecs:DescribeServices", code="AccessDenied", reason="not you")
    stage.ecs.faults["missing"] = [denied]
    failed = (await stage.deploy(TREE))["prod/missing"]
    assert failed.state is State.FAILED

    asked = DeploymentRequested(
        kind=RequestKind.RETRY,
        target=ecs_target("missing").id,
        deployment_id=failed.id,
        new_deployment_id="d-again",
        by="ada",
    )
    await stage.planner().requested(asked)

    head = await stage.ledger.deployment("d-again")
    assert head.state is State.BASELINED
    assert head.because.startswith(f"ada asked to try {failed.id} again. {ecs_target('missing')} does not")


async def test_functions_are_compared_too(stage):
    head = (await stage.deploy(lambda_files("prod/resize", "resize")))["prod/resize"]

    assert (head.state, head.target) == (State.BASELINED, function_target("resize"))
    assert "does not exist yet" in head.because


EDGES = ("plan.after_render", "commit.before_publish", "plan.after_commit")
TRANSACTIONS = 4


@pytest.mark.parametrize("edge", EDGES)
async def test_a_kill_at_an_edge_of_a_baseline(stage, edge):
    await stage.ingest(TREE)

    def kill(name: str) -> None:
        if name == edge:
            raise KilledError

    with pytest.raises(KilledError):
        await stage.planner(edge=kill).commit(REPOSITORY, BRANCH, 1)
    await stage.plan(1)
    await stage.courier().sweep(Worker.PLANNER)

    await assert_baselined_once(stage)


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("number", range(1, TRANSACTIONS + 1))
async def test_a_kill_at_any_transaction_of_a_baseline(stage, number, after):
    await stage.ingest(TREE)
    stage.ledger.dies_at = stage.ledger.transactions + number
    stage.ledger.dies_after_the_write = after

    with pytest.raises(KilledError):
        await stage.plan(1)
    await stage.plan(1)
    await stage.courier().sweep(Worker.PLANNER)

    await assert_baselined_once(stage)


async def assert_baselined_once(stage: PlannerStage) -> None:
    assert await states(stage, 1) == BASELINED
    assert {head.version for head in (await stage.of(1)).values()} == {2}


async def test_a_target_that_cannot_be_read_now_is_compared_later(stage):
    seq = await stage.ingest(TREE)
    stage.ecs.faults["different"] = [UnavailableError("AWS is out of reach")]

    with pytest.raises(UnavailableError):
        await stage.plan(seq)
    assert (await states(stage, seq))["prod/different"] is State.RECEIVED
    await stage.plan(seq)

    assert await states(stage, seq) == BASELINED
