"""Which service objects a push changes, compared with the last processed commit of its branch."""

from __future__ import annotations

import base64

import pytest

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import TargetKind
from tests.unit.ingestor.stage import BRANCH, URL, a_service

SHOP, CART = a_service("dev/shop"), a_service("dev/cart")


async def test_the_first_commit_counts_all_files_as_added(stage):
    stage.commit({**SHOP, **CART, "README.md": "hello"})

    result = await stage.push()

    assert result.outcome is PushOutcome.INGESTED
    assert result.because == "2 service objects changed, by 4 relevant files."
    assert await stage.changed(1) == {"dev/shop": "added", "dev/cart": "added"}
    assert stage.announced == [1]


async def test_a_received_deployment_belongs_to_the_planner_and_says_why_it_is_there(stage):
    sha = stage.commit(SHOP)
    await stage.push()

    (head,) = await stage.deployments()

    assert (head.state, head.owner, head.version) == (State.RECEIVED, Worker.PLANNER, 1)
    assert head.next_at is not None
    assert head.next_at > stage.clock.now()
    assert head.because.startswith(f"dev/shop is added in commit {sha[:12]}: dev/shop_svcdef.json")
    (step,) = await stage.ledger.steps(head.id)
    assert (step.name, step.by, step.because) == ("receive", Worker.INGESTOR, head.because)


async def test_a_later_commit_is_compared_with_the_last_processed_one_so_that_none_in_between_is_lost(stage):
    stage.commit({**SHOP, **CART})
    await stage.push()
    stage.commit({"dev/shop_taskdef.json": "2"})
    stage.commit({"README.md": "while we were down"})
    stage.commit({"dev/cart_taskdef.json": "2"})

    await stage.push()

    assert await stage.changed(2) == {"dev/shop": "modified", "dev/cart": "modified"}
    assert stage.announced == [1, 2]


async def test_the_snapshot_holds_every_file_of_the_object_and_what_it_refers_to(stage):
    stage.commit(
        {
            **SHOP,
            "dev/shop_input.json": {"ref": {"file": ["infra/tf.json", "infra/gone.json"], "type": "JSON"}},
            "infra/tf.json": "{}",
            "infra/other.json": "{}",
        }
    )
    await stage.push()

    (head,) = await stage.deployments()
    snapshot = await stage.snapshot(head)

    assert set(snapshot.files) == {*SHOP, "dev/shop_input.json"}
    assert base64.b64decode(snapshot.references["infra/tf.json"]) == b"{}"
    assert set(snapshot.references) == {"infra/tf.json"}
    assert snapshot.missing_references == ("infra/gone.json",)


async def test_settings_alone_deploy_nothing_and_say_so(stage):
    stage.commit(SHOP)
    await stage.push()
    stage.commit({"dev/shop_depdef.json": {}})

    result = await stage.push()

    assert await stage.changed(2) == {}
    assert result.because == "Nothing that changed is deployed."
    assert (await stage.manifest(stage.ledger, 2)).warnings == (
        "dev/shop: only its deployment settings changed, which deploys nothing",
    )


async def test_a_referenced_file_changes_every_object_that_refers_to_it(stage):
    reference = {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}}
    stage.commit(
        {
            **SHOP,
            **CART,
            **a_service("dev/alone"),
            "dev/shop_input.json": reference,
            "dev/cart_input.json": reference,
            "infra/tf.json": "{}",
        }
    )
    await stage.push()
    stage.commit({"infra/tf.json": '{"a": {"value": 1}}'})

    await stage.push()

    assert await stage.changed(2) == {"dev/shop": "modified", "dev/cart": "modified"}
    assert (await stage.manifest(stage.ledger, 2)).relevant_files == ("infra/tf.json",)


async def test_an_input_file_that_cannot_be_read_refers_to_nothing_and_is_left_to_the_planner(stage):
    stage.commit({**SHOP, "dev/shop_input.json": "{ no json"})

    await stage.push()

    (head,) = await stage.deployments()
    assert "dev/shop_input.json" in (await stage.snapshot(head)).files


@pytest.mark.parametrize(
    ("gone", "change"),
    [
        pytest.param("dev/shop_svcdef.json", "deleted", id="the definition file"),
        pytest.param("dev/shop_taskdef.json", "modified", id="a companion"),
    ],
)
async def test_a_deleted_file(stage, gone, change):
    stage.commit({**SHOP, **CART})
    await stage.push()
    stage.commit({gone: None})

    await stage.push()

    assert await stage.changed(2) == {"dev/shop": change}


async def test_a_rename_is_a_deletion_and_an_addition_for_the_planner_to_match(stage):
    stage.commit(SHOP)
    await stage.push()
    stage.commit({**dict.fromkeys(SHOP), **a_service("live/shop")})

    await stage.push()

    assert await stage.changed(2) == {"dev/shop": "deleted", "live/shop": "added"}
    assert not (await stage.manifest(stage.ledger, 2)).all_deleted


async def test_ecs_and_lambda_under_one_prefix_are_one_failed_object_that_names_the_files(stage):
    stage.commit({**SHOP, "dev/shop_lambdadef.json": "{}"})

    await stage.push()

    (item,) = (await stage.manifest(stage.ledger, 1)).objects
    assert item.problem is not None
    assert all(path in item.problem for path in (*SHOP, "dev/shop_lambdadef.json"))
    assert await stage.changed(1) == {"dev/shop": "modified"}


async def test_a_conflict_is_no_empty_tree(stage):
    stage.commit({**SHOP, "dev/shop_lambdadef.json": "{}"})
    await stage.push()

    assert not (await stage.manifest(stage.ledger, 1)).all_deleted


async def test_a_prefix_that_turns_from_ecs_to_lambda_is_two_objects(stage):
    stage.commit({**SHOP, **CART})
    await stage.push()
    stage.commit({**dict.fromkeys(SHOP), "dev/shop_lambdadef.json": "{}"})

    await stage.push()

    found = [(d.kind, d.change) for d in await stage.deployments() if d.origin.seq == 2]
    assert found == [(TargetKind.LAMBDA, ObjectChange.ADDED), (TargetKind.ECS, ObjectChange.DELETED)]


async def test_a_commit_without_a_relevant_file_is_processed_and_deploys_nothing(stage):
    stage.commit({"README.md": "hello"})

    result = await stage.push()

    assert result.because == "No relevant file changed."
    assert (await stage.push()).outcome is PushOutcome.NOTHING_NEW
    assert stage.announced == [1]


async def test_a_tree_without_any_definition_file_is_marked_so_that_nothing_is_deleted(stage):
    stage.commit({**SHOP, **CART, "README.md": "hello"})
    await stage.push()
    stage.commit({**dict.fromkeys(SHOP), **dict.fromkeys(CART), "README.md": None})

    await stage.push()

    assert await stage.changed(2) == {"dev/shop": "deleted", "dev/cart": "deleted"}
    assert (await stage.manifest(stage.ledger, 2)).all_deleted


async def test_files_without_a_definition_file_are_named(stage):
    stage.commit({"dev/shop_taskdef.json": "{}"})

    await stage.push()

    (warning,) = (await stage.manifest(stage.ledger, 1)).warnings
    assert warning.startswith("dev/shop has no definition file")


async def test_a_force_push_to_an_older_commit_is_the_difference_the_other_way_round(stage):
    older = stage.commit(SHOP)
    await stage.push()
    stage.commit({"dev/shop_taskdef.json": "2", **CART})
    await stage.push()
    stage.git.point(URL, BRANCH, older)

    await stage.push()

    assert await stage.changed(3) == {"dev/shop": "modified", "dev/cart": "deleted"}


async def test_the_same_tree_under_another_commit_changes_nothing(stage):
    stage.commit(SHOP)
    await stage.push()
    stage.commit({"dev/shop_taskdef.json": "2"})
    stage.commit({"dev/shop_taskdef.json": SHOP["dev/shop_taskdef.json"]})

    await stage.push()

    assert await stage.changed(2) == {}
