"""What every mirror does, however its repositories are kept."""

from __future__ import annotations

import hashlib

import pytest

from gitmoxi.adapters.memory.git import Unreadable
from gitmoxi.domain.repositories import BranchNameError, RepositoryUrlError
from gitmoxi.errors import InvalidInputError, PermanentError, RetryableError
from gitmoxi.ports.git import (
    BranchNotFoundError,
    ChangeKind,
    CommitNotFoundError,
    IgnoredPath,
    PathChange,
    RepositoryNotFoundError,
    RepositoryUnreachableError,
)

LOGIN = "user" + ":" + "secret"


def blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def added(path, content):
    return PathChange(path=path, kind=ChangeKind.ADDED, old_blob=None, new_blob=blob(content))


def deleted(path, content):
    return PathChange(path=path, kind=ChangeKind.DELETED, old_blob=blob(content), new_blob=None)


def modified(path, old, new):
    return PathChange(path=path, kind=ChangeKind.MODIFIED, old_blob=blob(old), new_blob=blob(new))


@pytest.fixture
def url(world):
    return world.create()


@pytest.fixture
def changes(world, url):
    """Commit twice, and compare."""

    async def compare(first, second):
        old = world.commit(url, "main", first)
        new = world.commit(url, "main", second)
        await world.mirror.fetch(url, "main")
        return await world.mirror.changed_paths(url, old, new)

    return compare


class TestTips:
    async def test_the_tip_is_the_newest_commit_of_the_branch(self, world, url):
        world.commit(url, "main", {"a": b"1"})
        newest = world.commit(url, "main", {"a": b"2"})
        world.commit(url, "next", {"a": b"3"})
        assert await world.mirror.resolve_tip(url, "main") == newest
        assert await world.mirror.fetch(url, "main") == newest

    async def test_all_tips_are_told_at_once(self, world, url):
        first = world.commit(url, "main", {"a": b"1"})
        second = world.commit(url, "team/next", {"a": b"2"})
        assert await world.mirror.list_tips(url) == {"main": first, "team/next": second}
        world.delete_branch(url, "team/next")
        assert await world.mirror.list_tips(url) == {"main": first}

    async def test_an_empty_repository_has_no_tips(self, world, url):
        assert await world.mirror.list_tips(url) == {}

    async def test_tips_of_a_repository_that_is_gone_or_silent_are_no_empty_answer(self, world, url):
        with pytest.raises(RepositoryUnreachableError, match="cannot be read now"):
            await world.mirror.list_tips(world.unreachable())
        world.remove(url)
        with pytest.raises(RepositoryNotFoundError, match="there is no repository at"):
            await world.mirror.list_tips(url)

    async def test_spellings_of_one_url_share_a_mirror(self, world, url):
        sha = world.commit(url, "main", {"a": b"1"})
        await world.mirror.fetch(url, "main")
        assert await world.mirror.list_paths(f"{url}.git/", sha) == ["a"]

    async def test_a_branch_and_one_below_its_name_may_follow_each_other(self, world, url):
        world.commit(url, "main", {"a": b"0"})
        world.commit(url, "topic", {"a": b"1"})
        await world.mirror.fetch(url, "topic")
        world.delete_branch(url, "topic")
        newest = world.commit(url, "topic/one", {"a": b"2"})
        assert await world.mirror.fetch(url, "topic/one") == newest

    async def test_an_empty_repository_has_no_branch(self, world, url):
        with pytest.raises(BranchNotFoundError, match=r"has no branch main \(it is empty\)"):
            await world.mirror.resolve_tip(url, "main")

    async def test_a_deleted_branch_is_not_found_though_it_was_fetched(self, world, url):
        sha = world.commit(url, "gone", {"a": b"1"})
        world.commit(url, "main", {"a": b"1"})
        await world.mirror.fetch(url, "gone")
        world.delete_branch(url, "gone")
        for ask in (world.mirror.resolve_tip, world.mirror.fetch):
            with pytest.raises(BranchNotFoundError, match="has no branch gone"):
                await ask(url, "gone")
        assert await world.mirror.list_paths(url, sha) == ["a"]

    async def test_a_repository_that_is_gone_is_permanent_and_its_mirror_stays_readable(self, world, url):
        sha = world.commit(url, "main", {"a": b"1"})
        await world.mirror.fetch(url, "main")
        world.remove(url)
        with pytest.raises(RepositoryNotFoundError, match="there is no repository at") as caught:
            await world.mirror.fetch(url, "main")
        assert isinstance(caught.value, PermanentError)
        assert await world.mirror.read_blobs(url, sha, ["a"]) == {"a": b"1"}

    async def test_a_server_that_does_not_answer_is_worth_a_retry(self, world):
        with pytest.raises(RepositoryUnreachableError, match="cannot be read now") as caught:
            await world.mirror.resolve_tip(world.unreachable(), "main")
        assert isinstance(caught.value, RetryableError)


class TestForcePush:
    async def test_the_new_history_is_fetched_and_the_old_one_stays_readable(self, world, url):
        first = world.commit(url, "main", {"a": b"1"})
        second = world.commit(url, "main", {"a": b"2", "b": b"x"})
        await world.mirror.fetch(url, "main")
        world.point(url, "main", first)
        third = world.commit(url, "main", {"a": b"3"})
        assert await world.mirror.fetch(url, "main") == third
        assert await world.mirror.changed_paths(url, second, third) == [
            modified("a", b"2", b"3"),
            deleted("b", b"x"),
        ]
        assert await world.mirror.is_ancestor(url, second, third) is False

    async def test_back_to_an_older_commit(self, world, url):
        first = world.commit(url, "main", {"a": b"1"})
        second = world.commit(url, "main", {"a": b"2"})
        await world.mirror.fetch(url, "main")
        world.point(url, "main", first)
        assert await world.mirror.fetch(url, "main") == first
        assert await world.mirror.is_ancestor(url, first, second) is True


class TestChanges:
    async def test_without_an_older_commit_everything_is_added(self, world, url):
        sha = world.commit(url, "main", {"z": b"1", "dev/web_svcdef.json": b"{}"})
        await world.mirror.fetch(url, "main")
        assert await world.mirror.changed_paths(url, None, sha) == [
            added("dev/web_svcdef.json", b"{}"),
            added("z", b"1"),
        ]

    async def test_added_modified_and_deleted_files_are_told_apart(self, changes):
        assert await changes(
            {"keep": b"k", "edit": b"old", "drop": b"d"}, {"edit": b"new", "drop": None, "make": b"m"}
        ) == [deleted("drop", b"d"), modified("edit", b"old", b"new"), added("make", b"m")]

    async def test_a_rename_is_a_delete_and_an_add(self, changes):
        found = await changes({"dev/a": b"same"}, {"dev/a": None, "dev/b": b"same"})
        assert found == [deleted("dev/a", b"same"), added("dev/b", b"same")]

    async def test_equal_trees_have_no_changes(self, changes):
        assert await changes({"a": b"1"}, {"a": b"1"}) == []

    async def test_a_file_that_becomes_a_folder_is_deleted(self, changes):
        assert await changes({"a": b"1"}, {"a": None, "a/b": b"2"}) == [
            deleted("a", b"1"),
            added("a/b", b"2"),
        ]

    @pytest.mark.parametrize("entry", list(Unreadable))
    async def test_a_file_that_turns_unreadable_is_not_taken_for_deleted(self, changes, entry):
        assert await changes({"web_svcdef.json": b"{}"}, {"web_svcdef.json": entry}) == []

    async def test_nor_are_the_files_of_a_folder_that_becomes_a_symlink(self, changes):
        found = await changes({"dev/a": b"1"}, {"dev/a": None, "dev": Unreadable.SYMLINK})
        assert found == []


class TestReading:
    async def test_blobs_are_read_as_they_are(self, world, url):
        content = bytes(range(256))
        sha = world.commit(url, "main", {"bin": content, "empty": b"", "ünïcode/päth": b"u"})
        await world.mirror.fetch(url, "main")
        assert await world.mirror.list_paths(url, sha) == ["bin", "empty", "ünïcode/päth"]
        assert await world.mirror.read_blobs(url, sha, ["bin", "empty", "ünïcode/päth"]) == {
            "bin": content,
            "empty": b"",
            "ünïcode/päth": b"u",
        }

    @pytest.mark.parametrize(
        "path", ["missing", "dev", "../a", "/a", "dev/../a", "./a", "", ".git/config", "dev/"]
    )
    async def test_what_is_no_file_of_the_commit_is_left_out(self, world, url, path):
        sha = world.commit(url, "main", {"a": b"1", "dev/b": b"2"})
        await world.mirror.fetch(url, "main")
        assert await world.mirror.read_blobs(url, sha, [path, "a"]) == {"a": b"1"}

    async def test_symlinks_and_submodules_are_never_read_and_are_named(self, world, url):
        tree = {"a": b"1", "environ": Unreadable.SYMLINK, "lib/sub": Unreadable.SUBMODULE}
        sha = world.commit(url, "main", tree)
        await world.mirror.fetch(url, "main")
        assert await world.mirror.list_paths(url, sha) == ["a"]
        assert await world.mirror.read_blobs(url, sha, tree) == {"a": b"1"}
        assert await world.mirror.changed_paths(url, None, sha) == [added("a", b"1")]
        assert await world.mirror.ignored_paths(url, sha) == [
            IgnoredPath(path="environ", reason="symlink"),
            IgnoredPath(path="lib/sub", reason="submodule"),
        ]

    async def test_a_commit_tells_who_what_and_when(self, world, url):
        sha = world.commit(url, "main", {"a": b"1"}, message="Bigger web\n\nIt was too small.\n")
        await world.mirror.fetch(url, "main")
        info = await world.mirror.commit_info(url, sha)
        assert (info.sha, info.subject, info.author) == (sha, "Bigger web", "Ada <ada@example.com>")
        assert info.committed_at.tzinfo is not None
        assert len(info.tree) == 40

    async def test_equal_trees_have_equal_ids(self, world, url):
        first = world.commit(url, "main", {"a": b"1"})
        second = world.commit(url, "main", {"a": b"1"})
        third = world.commit(url, "main", {"a": b"2"})
        await world.mirror.fetch(url, "main")
        trees = [(await world.mirror.commit_info(url, sha)).tree for sha in (first, second, third)]
        assert trees[0] == trees[1] != trees[2]

    async def test_ancestry(self, world, url):
        first = world.commit(url, "main", {"a": b"1"})
        second = world.commit(url, "main", {"a": b"2"})
        await world.mirror.fetch(url, "main")
        assert await world.mirror.is_ancestor(url, first, second) is True
        assert await world.mirror.is_ancestor(url, second, first) is False
        assert await world.mirror.is_ancestor(url, first, first) is True


class TestRefusals:
    async def test_a_commit_that_was_not_fetched_is_not_found(self, world, url):
        first = world.commit(url, "main", {"a": b"1"})
        await world.mirror.fetch(url, "main")
        second = world.commit(url, "main", {"a": b"2"})
        with pytest.raises(CommitNotFoundError, match=f"no commit {second}: fetch"):
            await world.mirror.changed_paths(url, first, second)

    @pytest.mark.parametrize("sha", ["", "main", "HEAD", "1" * 39, "1" * 41, "--all", "G" * 40])
    async def test_a_commit_is_40_hexadecimal_digits(self, world, url, sha):
        with pytest.raises(InvalidInputError, match="is no commit id"):
            await world.mirror.list_paths(url, sha)

    @pytest.mark.parametrize(
        "branch",
        [
            "--upload-pack=touch x",
            "-b",
            "$(id)",
            "a b",
            "a\nb",
            "../x",
            "a..b",
            "x.lock",
            "/a",
            "a//b",
            "a:b",
            "a*",
            "",
            "a@{1}",
        ],
    )
    async def test_strange_branch_names_never_reach_git(self, world, url, branch):
        for ask in (world.mirror.resolve_tip, world.mirror.fetch):
            with pytest.raises(BranchNameError):
                await ask(url, branch)

    @pytest.mark.parametrize(
        "bad",
        [
            "ext::sh -c touch% x",
            "ssh://git@host/r",
            "git@host:r",
            "http://host/r",
            "--upload-pack=x",
            "/etc",
            f"https://{LOGIN}@host/r",
        ],
    )
    async def test_strange_urls_never_reach_git(self, world, bad):
        for ask in (world.mirror.resolve_tip, world.mirror.fetch):
            with pytest.raises(RepositoryUrlError) as caught:
                await ask(bad, "main")
            assert LOGIN not in str(caught.value)
