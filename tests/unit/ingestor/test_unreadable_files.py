"""A file that is not read fails the service object that needs it, and no other."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from gitmoxi.adapters.memory.git import MemoryGit, Unreadable
from gitmoxi.domain.records import CommitStatus, Manifest, PushOutcome
from gitmoxi.ports.git import RepositoryTooLargeError
from tests.unit.ingestor.stage import URL, Stage, a_service

FILE_BYTES, READ_BYTES = 1000, 4000
BIG = "x" * (FILE_BYTES + 1)
SHOP, CART = a_service("dev/shop"), a_service("dev/cart")


class LimitedGit(MemoryGit):
    """Refuses to read what is too large, as the mirror on disk does."""

    async def read_blobs(self, url: str, sha: str, paths: Iterable[str]) -> dict[str, bytes]:
        found = await super().read_blobs(url, sha, paths)
        for path, content in found.items():
            if len(content) > FILE_BYTES:
                raise RepositoryTooLargeError(
                    f"{path} has {len(content)} bytes; a file that is read has at most {FILE_BYTES}"
                )
        if (total := sum(map(len, found.values()))) > READ_BYTES:
            raise RepositoryTooLargeError(f"{total} bytes together; at most {READ_BYTES} are read")
        return found


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.git = LimitedGit()
    stage.git.create(URL)
    return stage


async def problems(stage: Stage, seq: int = 1) -> dict[str, str | None]:
    """What is wrong with the objects of a commit."""
    return {item.prefix: item.problem for item in (await manifest(stage, seq)).objects}


async def manifest(stage: Stage, seq: int = 1) -> Manifest:
    return await stage.manifest(stage.ledger, seq)


class TestTooLarge:
    """A file that is larger than any that is read."""

    @pytest.mark.parametrize(
        ("files", "path"),
        [
            pytest.param({"dev/shop_taskdef.json": BIG}, "dev/shop_taskdef.json", id="its own file"),
            pytest.param({"dev/shop_input.json": BIG}, "dev/shop_input.json", id="its input file"),
            pytest.param(
                {"dev/shop_input.json": {"ref": {"file": ["tf.json"], "type": "JSON"}}, "tf.json": BIG},
                "tf.json",
                id="a file that it refers to",
            ),
        ],
    )
    async def test_it_fails_its_own_object_and_the_others_are_deployed(self, stage, files, path):
        stage.commit({**SHOP, **CART, **files})

        assert (await stage.push()).outcome is PushOutcome.INGESTED

        found = await problems(stage)
        assert found["dev/cart"] is None
        assert f"{path} has 1001 bytes; a file that is read has at most 1000" in found["dev/shop"]
        assert "move large data out of" in found["dev/shop"]
        heads = {head.origin.prefix: head for head in await stage.deployments()}
        assert set(heads) == {"dev/shop", "dev/cart"}
        assert heads["dev/shop"].snapshot is None
        assert set((await stage.snapshot(heads["dev/cart"])).files) == set(CART)

    async def test_several_are_all_named(self, stage):
        stage.commit({**SHOP, **CART, **dict.fromkeys([*SHOP, "dev/cart_svcdef.json"], BIG)})

        await stage.push()

        found = await problems(stage)
        assert all(path in found["dev/shop"] for path in SHOP)
        assert "dev/cart_svcdef.json" in found["dev/cart"]

    async def test_once_it_is_small_enough_its_object_is_deployed(self, stage):
        stage.commit({**SHOP, **CART, "dev/shop_taskdef.json": BIG})
        await stage.push()
        stage.commit(SHOP)

        await stage.push()

        assert await problems(stage, 2) == {"dev/shop": None}

    async def test_very_many_refuse_the_commit_instead_of_being_looked_for(self, stage):
        stage.commit({path: BIG for n in range(11) for path in a_service(f"dev/s{n}")})

        result = await stage.push()

        assert result.outcome is PushOutcome.REFUSED
        assert "has 1001 bytes; a file that is read has at most 1000" in result.because

    async def test_together_too_large_files_refuse_the_commit(self, stage):
        stage.commit({path: "x" * FILE_BYTES for n in range(5) for path in a_service(f"dev/s{n}")})

        result = await stage.push()

        assert (result.outcome, result.because) == (
            PushOutcome.REFUSED,
            "10000 bytes together; at most 4000 are read",
        )
        assert [c.status for c in await stage.commits()] == [CommitStatus.FAILED]


class TestNeverFollowed:
    """Symlinks and submodules are in the commit, and are not read: nobody shall look for a missing file."""

    @pytest.mark.parametrize(
        ("entry", "kind"),
        [
            pytest.param({"infra/tf.json": Unreadable.SYMLINK}, "infra/tf.json is a symlink", id="symlink"),
            pytest.param({"infra": Unreadable.SUBMODULE}, "infra is a submodule", id="below a submodule"),
        ],
    )
    async def test_a_referenced_one_fails_the_object_that_refers_to_it(self, stage, entry, kind):
        refers = {"dev/shop_input.json": {"ref": {"file": ["infra/tf.json"], "type": "JSON"}}}
        stage.commit({**SHOP, **CART, **refers, **entry})

        await stage.push()

        found = await problems(stage)
        assert found["dev/cart"] is None
        assert f"{kind}, which is never followed" in found["dev/shop"]

    async def test_a_missing_file_is_left_to_the_planner(self, stage):
        stage.commit({**SHOP, "dev/shop_input.json": {"ref": {"file": ["none.json"], "type": "JSON"}}})

        await stage.push()

        assert await problems(stage) == {"dev/shop": None}

    async def test_an_object_s_own_file_fails_it(self, stage):
        stage.commit({**SHOP, **CART, "dev/shop_taskdef.json": Unreadable.SYMLINK})

        await stage.push()

        found = await problems(stage)
        assert found["dev/cart"] is None
        assert "dev/shop_taskdef.json is a symlink, which is never followed" in found["dev/shop"]

    async def test_a_definition_is_told_in_a_warning(self, stage):
        stage.commit({**SHOP, "dev/shop_svcdef.json": Unreadable.SYMLINK, "docs/page.md": Unreadable.SYMLINK})

        await stage.push()

        told = (await manifest(stage)).warnings
        assert [w for w in told if "symlink" in w] == [
            "dev/shop_svcdef.json is a symlink, which is never followed: commit the file itself"
        ]
