"""The folder of mirrors: a quota, and no trust in what lies there."""

from __future__ import annotations

import os

import pytest

from gitmoxi.adapters.git import GitLimits
from gitmoxi.adapters.git.cache import MirrorCache
from gitmoxi.ports.git import CommitNotFoundError, RepositoryUnreachableError

HOUR = 3600


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mirrors"


def mirrors(folder):
    return sorted(folder.glob("r-*"))


def packs(folder):
    return sorted(folder.rglob("*.pack"))


class TestQuota:
    def filled(self, folder, quota, names="abc"):
        """Mirrors of 1,000 bytes and a little each, the first the longest unused."""
        cache = MirrorCache(folder, quota)
        for age, name in enumerate(reversed(names), start=1):
            with cache.opened(name):
                (folder / name / "objects" / "pack" / "filling").write_bytes(b"x" * 1_000_000)
            old = (folder / name / "HEAD").stat().st_mtime - age * HOUR
            os.utime(folder / name / "HEAD", (old, old))
        return cache

    def left(self, folder):
        return "".join(sorted(entry.name for entry in folder.iterdir()))

    def test_nothing_is_evicted_below_the_quota(self, folder):
        self.filled(folder, 4_000_000).make_room("c")
        assert self.left(folder) == "abc"

    def test_the_least_recently_used_goes_first(self, folder):
        self.filled(folder, 2_500_000).make_room("c")
        assert self.left(folder) == "bc"

    def test_use_counts_not_age(self, folder):
        cache = self.filled(folder, 2_500_000)
        with cache.opened("a"):
            pass
        cache.make_room("a")
        assert self.left(folder) == "ac"

    def test_what_is_being_read_or_was_just_read_stays_even_above_the_quota(self, folder):
        cache = self.filled(folder, 1)
        with cache.opened("a"):
            os.utime(folder / "a" / "HEAD", (0, 0))
            cache.make_room("a")
            assert self.left(folder) == "a"

    def test_a_new_process_knows_what_lies_there(self, folder):
        self.filled(folder, 4_000_000)
        MirrorCache(folder, 1_500_000).make_room("c")
        assert self.left(folder) == "c"

    async def test_an_evicted_mirror_is_fetched_again(self, hosting, mirror, url, folder):
        git = mirror(quota_bytes=1)
        await git.fetch(url, "main")
        for head in folder.glob("*/HEAD"):
            os.utime(head, (0, 0))
        hosting.repository("acme/api").commit("main", {"a": b"1"})
        await git.fetch(hosting.url("acme/api"), "main")
        assert len(mirrors(folder)) == 1
        with pytest.raises(CommitNotFoundError, match="fetch its branch first"):
            await git.list_paths(url, hosting.tip)
        assert await git.fetch(url, "main") == hosting.tip
        assert await git.list_paths(url, hosting.tip) == ["a"]


class TestDamage:
    @pytest.fixture(params=[False, True], ids=["same process", "after a restart"])
    def fetched(self, request, mirror, url):
        """A mirror with the commit, and the mirror that finds it damaged."""

        async def fetch():
            git = mirror()
            await git.fetch(url, "main")
            return mirror() if request.param else git

        return fetch

    async def test_a_truncated_pack_is_fetched_again(self, hosting, fetched, url, folder):
        git = await fetched()
        (pack,) = packs(folder)
        os.truncate(pack, pack.stat().st_size // 2)
        assert await git.fetch(url, "main") == hosting.tip
        assert await git.read_blobs(url, hosting.tip, ["a"]) == {"a": b"1"}

    async def test_damage_under_an_older_commit_does_not_stop_a_fetch(self, hosting, fetched, url, folder):
        git = await fetched()
        (pack,) = packs(folder)
        pack.chmod(0o600)
        os.truncate(pack, pack.stat().st_size // 2)
        newest = hosting.repository("acme/web").commit("main", {"b": b"2"})
        assert await git.fetch(url, "main") == newest
        assert await git.read_blobs(url, newest, ["a", "b"]) == {"a": b"1", "b": b"2"}

    async def test_a_blob_that_cannot_be_read_is_worth_a_retry_and_fetched_again(
        self, hosting, fetched, url, folder
    ):
        noise = os.urandom(50_000)
        sha = hosting.repository("acme/web").commit("main", {"noise": noise})
        git = await fetched()
        (pack,) = packs(folder)
        pack.chmod(0o600)
        with pack.open("r+b") as file:
            file.seek(pack.stat().st_size // 2)
            file.write(b"\xff" * 64)
        with pytest.raises(RepositoryUnreachableError, match=r"damaged.*fetched again"):
            await git.read_blobs(url, sha, ["noise"])
        await git.fetch(url, "main")
        assert await git.read_blobs(url, sha, ["noise"]) == {"noise": noise}

    async def test_an_object_that_is_lost_is_fetched_again(self, hosting, fetched, url, folder):
        git = await fetched()
        for file in folder.rglob("pack-*"):
            file.unlink()
        assert await git.fetch(url, "main") == hosting.tip
        assert await git.list_paths(url, hosting.tip) == ["a"]

    @pytest.mark.parametrize("file", ["HEAD", "config"])
    async def test_a_file_that_lost_its_content_costs_a_fetch(self, hosting, fetched, url, folder, file):
        git = await fetched()
        (made,) = mirrors(folder)
        (made / file).write_bytes(b"")
        assert await git.fetch(url, "main") == hosting.tip
        assert await git.list_paths(url, hosting.tip) == ["a"]

    async def test_a_folder_that_cannot_be_written_is_named(self, mirror, url, folder):
        folder.write_bytes(b"a file in its place")
        with pytest.raises(RepositoryUnreachableError, match="check the folder of GITMOXI_GIT_FOLDER"):
            await mirror().fetch(url, "main")

    async def test_a_network_fault_throws_no_sound_mirror_away(self, hosting, fetched, url, folder):
        git = await fetched()
        before = packs(folder)
        hosting.behaviour.status = 500
        with pytest.raises(RepositoryUnreachableError):
            await git.fetch(url, "main")
        assert packs(folder) == before

    async def test_what_a_killed_process_left_is_removed(self, hosting, mirror, url, folder):
        await mirror().fetch(url, "main")
        (made,) = mirrors(folder)
        for left in ("objects/pack/pack_git2_half", "refs/gitmoxi/x.lock"):
            (made / left).write_bytes(b"half")
        (folder / "r-1.draft").mkdir()
        (folder / "r-2-1.trash").mkdir()
        await mirror().fetch(url, "main")
        assert not [file for file in folder.rglob("*") if "half" in file.name or file.suffix == ".lock"]
        assert {entry.name for entry in folder.iterdir()} <= {made.name, "listing"}


class TestPacks:
    async def test_many_packs_become_one_and_nothing_is_lost(self, hosting, mirror, url, folder):
        git = mirror(limits=GitLimits(packs=2))
        commits = {}
        for number in range(3):
            sha = hosting.repository("acme/web").commit("main", {"a": b"%d" % number})
            commits[sha] = b"%d" % number
            assert len(packs(folder)) == number
            await git.fetch(url, "main")
        assert len(packs(folder)) == 1
        for sha, content in commits.items():
            assert await git.read_blobs(url, sha, ["a"]) == {"a": content}
        assert await git.is_ancestor(url, hosting.tip, sha) is True

    async def test_packs_stay_while_somebody_reads(self, hosting, mirror, url, folder):
        git = mirror(limits=GitLimits(packs=1))
        await git.fetch(url, "main")
        newest = hosting.repository("acme/web").commit("main", {"a": b"2"})
        (name,) = [made.name for made in mirrors(folder)]
        with git._cache.opened(name):
            await git.fetch(url, "main")
            assert len(packs(folder)) == 3
        assert await git.read_blobs(url, newest, ["a"]) == {"a": b"2"}


class TestForeignHands:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            pytest.param(
                "config", b"[core]\n\tfsmonitor = touch pwned\n", id="a program in the configuration"
            ),
            pytest.param("config", b'[url "https://evil/"]\n\tinsteadOf = https://\n', id="another server"),
            pytest.param("hooks/post-update", b"#!/bin/sh\ntouch pwned\n", id="a hook"),
            pytest.param("objects/info/alternates", b"/etc\n", id="objects from elsewhere"),
        ],
    )
    async def test_a_mirror_that_we_did_not_make_so_is_made_again(
        self, hosting, mirror, url, folder, name, content
    ):
        await mirror().fetch(url, "main")
        (made,) = mirrors(folder)
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(content)
        assert await mirror().fetch(url, "main") == hosting.tip
        assert not (made / name).exists() or (made / name).read_bytes() != content
