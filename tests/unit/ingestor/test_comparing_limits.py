"""What a push changes where history was rewritten, and where a registration is limited to some paths."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.memory.git import MemoryGit, Unreadable
from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.records import Ownership
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, TargetKind
from gitmoxi.ports.ledger import PutOwnership
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL, Stage, a_service

SHOP, CART = a_service("dev/shop"), a_service("dev/cart")


async def owns(stage: Stage, prefix: str, kind: TargetKind = TargetKind.ECS) -> None:
    """As the planner writes it once a prefix is deployed."""
    place = {"account": "111122223333", "region": "eu-west-1"}
    name = prefix.rpartition("/")[2]
    target = (
        EcsTarget(**place, cluster="prod", service_name=name)
        if kind is TargetKind.ECS
        else LambdaTarget(**place, function_name=name)
    )
    owned = Ownership(repository_id=REPOSITORY, branch=BRANCH, prefix=prefix, target=target)
    await stage.ledger.transact([PutOwnership(ownership=owned)])


class TestWithoutTheLastProcessedCommit:
    """History was rewritten and the mirror made anew: the old commit is not to be had."""

    @pytest.fixture
    async def rewritten(self, stage: Stage) -> Stage:
        stage.commit({**SHOP, **CART})
        await stage.push()
        for prefix in ("dev/shop", "dev/cart"):
            await owns(stage, prefix)
        stage.git = MemoryGit()
        stage.git.create(URL)
        return stage

    async def test_everything_is_compared_and_owned_prefixes_that_are_gone_are_deletions(self, rewritten):
        rewritten.commit(CART)

        await rewritten.push()

        assert await rewritten.changed(2) == {"dev/cart": "added", "dev/shop": "deleted"}

    async def test_an_entry_that_became_unreadable_is_no_deletion(self, rewritten):
        rewritten.commit({**CART, "dev/shop_svcdef.json": Unreadable.SYMLINK})

        await rewritten.push()

        assert await rewritten.changed(2) == {"dev/cart": "added"}

    async def test_a_folder_that_became_a_submodule_is_no_deletion(self, rewritten):
        rewritten.commit({**a_service("live/shop"), "dev": Unreadable.SUBMODULE})

        await rewritten.push()

        assert await rewritten.changed(2) == {"live/shop": "added"}

    async def test_a_function_is_missed_by_its_own_kind_of_file(self, rewritten):
        await owns(rewritten, "dev/resize", TargetKind.LAMBDA)
        rewritten.commit({**SHOP, **CART, "dev/resize_svcdef.json": "{}"})

        await rewritten.push()

        kinds = {(d.kind, d.change) for d in await rewritten.deployments() if d.origin.prefix == "dev/resize"}
        assert kinds == {
            (TargetKind.LAMBDA, ObjectChange.DELETED),
            (TargetKind.ECS, ObjectChange.ADDED),
        }


class TestPathGlobs:
    """A registration that is limited to some paths."""

    @pytest.fixture
    async def stage(self) -> Stage:
        stage = Stage()
        await stage.register(globs=("prod/**",))
        return stage

    async def test_other_paths_are_passed_over(self, stage):
        stage.commit({**a_service("prod/eu/shop"), **a_service("dev/shop")})

        await stage.push()

        assert await stage.changed(1) == {"prod/eu/shop": "added"}

    async def test_other_paths_delete_nothing(self, stage):
        stage.commit({**a_service("prod/shop"), **a_service("dev/shop")})
        await stage.push()
        await owns(stage, "dev/shop")
        stage.commit(dict.fromkeys(a_service("dev/shop")))

        await stage.push()

        assert await stage.changed(2) == {}

    async def test_a_referenced_file_counts_wherever_it_lies(self, stage):
        stage.commit(
            {
                **a_service("prod/shop"),
                "prod/shop_input.json": {"ref": {"file": ["infra/tf.json"], "type": "JSON"}},
                "infra/tf.json": "{}",
            }
        )
        await stage.push()
        stage.commit({"infra/tf.json": '{"a": 1}'})

        await stage.push()

        assert await stage.changed(2) == {"prod/shop": "modified"}

    async def test_a_referenced_deployment_file_elsewhere_deletes_nothing_when_it_goes(self, stage):
        stage.commit(
            {
                **a_service("prod/shop"),
                **a_service("dev/shop"),
                "prod/shop_input.json": {"ref": {"file": ["dev/shop_svcdef.json"], "type": "JSON"}},
            }
        )
        await stage.push()
        stage.commit(dict.fromkeys(a_service("dev/shop")))

        await stage.push()

        assert await stage.changed(2) == {}


class TestRewritten:
    """A manifest that deletes something says whether the branch's history was rewritten."""

    async def rewritten(self, stage: Stage) -> bool:
        await stage.push()
        newest = (await stage.commits())[-1]
        return (await stage.manifest(stage.ledger, newest.seq)).rewritten

    async def test_a_later_commit_is_none(self, stage):
        stage.commit({**SHOP, **CART})
        await stage.push()
        stage.commit(dict.fromkeys(SHOP))

        assert await self.rewritten(stage) is False

    async def test_a_forced_push_to_an_older_one_is(self, stage):
        first = stage.commit(CART)
        stage.commit(SHOP)
        await stage.push()
        stage.git.point(URL, BRANCH, first)

        assert await self.rewritten(stage) is True

    async def test_an_old_commit_that_is_gone_is(self, stage):
        stage.commit({**SHOP, **CART})
        await stage.push()
        await owns(stage, "dev/shop", TargetKind.ECS)
        stage.git = MemoryGit()
        stage.git.create(URL)
        stage.commit(CART)

        assert await self.rewritten(stage) is True

    async def test_one_that_deletes_nothing_need_not_know(self, stage):
        first = stage.commit({**SHOP, **CART})
        stage.commit(a_service("dev/shop", "2"))
        await stage.push()
        stage.git.point(URL, BRANCH, first)

        assert await self.rewritten(stage) is False
