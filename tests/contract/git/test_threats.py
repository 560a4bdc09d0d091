"""Hostile repositories and broken disks: what libgit2 must not do for anybody."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace

import pygit2
import pytest
from pygit2.enums import ConfigLevel

from gitmoxi.adapters.git import GitLimits, GitMirrorOptions, Pygit2Mirror
from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.ports.git import (
    GitCredentials,
    IgnoredPath,
    RepositoryNotFoundError,
    RepositoryTooLargeError,
    RepositoryUnreachableError,
)


@pytest.fixture
def limited(disk):
    """The mirror with other limits."""

    def make(**limits):
        return Pygit2Mirror(
            GitMirrorOptions(
                folder=disk.folder / "limited", allow_file=True, limits=replace(GitLimits(), **limits)
            )
        )

    return make


@pytest.fixture
def url(disk):
    return disk.create()


def raw_tree(git, *entries):
    """Write a tree that git's own porcelain would refuse to make."""
    body = b"".join(
        mode.encode() + b" " + name + b"\0" + bytes.fromhex(object_id) for mode, name, object_id in entries
    )
    return git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=body)


def commit_tree(git, tree):
    sha = git("commit-tree", tree, "-m", "hostile")
    git("update-ref", "refs/heads/main", sha)
    return sha


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"..", id="parent folder"),
        pytest.param(b".", id="same folder"),
        pytest.param(b".git", id="git's own folder"),
        pytest.param(b".GIT", id="git's own folder on some disks"),
        pytest.param(b"a\\b", id="backslash"),
        pytest.param(b"x\r", id="carriage return"),
        pytest.param(b"../../hooks", id="slashes in a name"),
    ],
)
async def test_unsafe_names_are_ignored_and_named(disk, url, name):
    git = disk.repositories[url]
    blob = git("hash-object", "-w", "--stdin", data=b"evil")
    inner = raw_tree(git, ("100644", b"post-checkout", blob))
    entries = sorted([("100644", b"good", blob), ("40000", name, inner)], key=lambda entry: entry[1])
    sha = commit_tree(git, raw_tree(git, *entries))
    await disk.mirror.fetch(url, "main")
    assert await disk.mirror.list_paths(url, sha) == ["good"]
    assert await disk.mirror.ignored_paths(url, sha) == [
        IgnoredPath(path=name.decode(), reason="unsafe name")
    ]


async def test_names_that_are_not_utf_8_are_ignored(disk, url):
    git = disk.repositories[url]
    blob = git("hash-object", "-w", "--stdin", data=b"x")
    sha = commit_tree(git, raw_tree(git, ("100644", b"caf\xe9", blob)))
    await disk.mirror.fetch(url, "main")
    assert await disk.mirror.ignored_paths(url, sha) == [
        IgnoredPath(path="caf\\xe9", reason="name is not UTF-8")
    ]


async def test_a_hostile_gitmodules_file_is_just_a_file(disk, url):
    hostile = b'[submodule "x\r"]\n\tpath = ../../hooks\n\turl = ext::sh -c touch% pwned\n'
    sha = disk.commit(url, "main", {".gitmodules": hostile})
    await disk.mirror.fetch(url, "main")
    assert await disk.mirror.read_blobs(url, sha, [".gitmodules"]) == {".gitmodules": hostile}
    assert not list(disk.folder.rglob("pwned"))


async def test_a_mirror_has_neither_hooks_nor_work_tree(disk, url):
    disk.commit(url, "main", {"a": b"1"})
    await disk.mirror.fetch(url, "main")
    (mirror,) = (disk.folder / "mirrors").iterdir()
    assert not (mirror / "hooks").exists()
    assert not list(mirror.rglob("a"))


async def test_tags_are_not_fetched(disk, url):
    disk.commit(url, "main", {"a": b"1"})
    disk.repositories[url]("tag", "v1")
    await disk.mirror.fetch(url, "main")
    (mirror,) = (disk.folder / "mirrors").iterdir()
    assert not list((mirror / "refs" / "tags").iterdir())


class TestLimits:
    async def test_a_large_file_is_refused_by_name_and_size_and_others_are_read(self, disk, url, limited):
        mirror = limited(blob_bytes=100)
        sha = disk.commit(url, "main", {"big": b"x" * 101, "fits": b"x" * 100})
        await mirror.fetch(url, "main")
        assert await mirror.read_blobs(url, sha, ["fits"]) == {"fits": b"x" * 100}
        with pytest.raises(RepositoryTooLargeError, match="big has 101 bytes"):
            await mirror.read_blobs(url, sha, ["big", "fits"])

    async def test_too_much_at_once_is_refused(self, disk, url, limited):
        mirror = limited(read_bytes=150)
        sha = disk.commit(url, "main", {"a": b"x" * 100, "b": b"y" * 100})
        await mirror.fetch(url, "main")
        with pytest.raises(RepositoryTooLargeError, match="2 files have 200 bytes together"):
            await mirror.read_blobs(url, sha, ["a", "b"])

    async def test_too_many_files_are_refused(self, disk, url, limited):
        mirror = limited(files=10)
        sha = disk.commit(url, "main", {f"{number}": b"" for number in range(11)})
        await mirror.fetch(url, "main")
        with pytest.raises(RepositoryTooLargeError, match="more than 10 files"):
            await mirror.changed_paths(url, None, sha)

    async def test_folders_of_one_shared_tree_cannot_multiply_without_end(self, disk, url, limited):
        mirror = limited(files=1000)
        git = disk.repositories[url]
        tree = git("hash-object", "-t", "tree", "-w", "--stdin", data=b"")
        for _ in range(12):
            tree = raw_tree(git, *[("40000", b"%d" % number, tree) for number in range(10)])
        sha = commit_tree(git, tree)
        await mirror.fetch(url, "main")
        with pytest.raises(RepositoryTooLargeError, match="more than 1000 files"):
            await mirror.list_paths(url, sha)

    async def test_folders_too_deep_are_refused(self, disk, url, limited):
        mirror = limited(depth=3)
        sha = disk.commit(url, "main", {"a/b/c/d/e": b""})
        await mirror.fetch(url, "main")
        with pytest.raises(RepositoryTooLargeError, match="a/b/c/d lies deeper than 3 folders"):
            await mirror.list_paths(url, sha)

    async def test_a_transfer_that_takes_too_long_ends(self, disk, url, limited):
        mirror = limited(fetch_seconds=0.0)
        disk.commit(url, "main", {"a": b"1"})
        with pytest.raises(RepositoryUnreachableError, match="still answering after 0 s"):
            await mirror.fetch(url, "main")


async def test_files_are_repositories_only_where_that_is_allowed(disk, url):
    disk.commit(url, "main", {"a": b"1"})
    closed = Pygit2Mirror(GitMirrorOptions(folder=disk.folder / "closed"))
    with pytest.raises(RepositoryUrlError, match="GITMOXI_GIT_ALLOW_FILE=1"):
        await closed.fetch(url, "main")


async def test_two_repositories_with_one_name_have_two_mirrors(disk):
    one, two = disk.create("one/web"), disk.create("two/web")
    disk.commit(one, "main", {"a": b"1"})
    sha = disk.commit(two, "main", {"b": b"2"})
    await disk.mirror.fetch(one, "main")
    await disk.mirror.fetch(two, "main")
    assert await disk.mirror.list_paths(two, sha) == ["b"]
    assert len(list((disk.folder / "mirrors").iterdir())) == 2


async def test_another_credential_has_another_mirror(disk, url):
    class Tokens:
        current = "arn:one"

        async def identity(self, _repository_id):
            return self.current

        async def read(self, _repository_id, *, fresh=False):
            return GitCredentials(username="x-access-token", password=self.current)

    tokens = Tokens()
    mirror = Pygit2Mirror(GitMirrorOptions(folder=disk.folder / "m", allow_file=True), tokens)
    disk.commit(url, "main", {"a": b"1"})
    await mirror.fetch(url, "main")
    tokens.current = "arn:two"
    await mirror.fetch(url, "main")
    folders = {folder.name for folder in (disk.folder / "m").iterdir()}
    assert len(folders) == 2
    assert not any("arn" in name for name in folders)


async def test_a_users_git_configuration_is_not_obeyed(disk, url, limited):
    home = disk.folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f'[url "file:///nowhere"]\n\tinsteadOf = {url}\n')
    sha = disk.commit(url, "main", {"a": b"1"})
    pygit2.settings.search_path[ConfigLevel.GLOBAL] = str(home)
    with pytest.raises(RepositoryNotFoundError, match="/nowhere"):
        await disk.mirror.resolve_tip(url, "main")
    assert await limited().resolve_tip(url, "main") == sha


class TestBrokenDisks:
    def reopened(self, disk):
        """As after a restart of the process."""
        return Pygit2Mirror(GitMirrorOptions(folder=disk.folder / "mirrors", allow_file=True))

    async def test_locks_that_a_killed_process_left_are_removed(self, disk, url):
        disk.commit(url, "main", {"a": b"1"})
        await disk.mirror.fetch(url, "main")
        (reference,) = (disk.folder / "mirrors").glob("*/refs/gitmoxi/*")
        reference.with_name(f"{reference.name}.lock").touch()
        newest = disk.commit(url, "main", {"a": b"2"})
        assert await self.reopened(disk).fetch(url, "main") == newest

    async def test_a_half_made_mirror_is_made_again(self, disk, url):
        sha = disk.commit(url, "main", {"a": b"1"})
        await disk.mirror.fetch(url, "main")
        (mirror,) = (disk.folder / "mirrors").iterdir()
        (mirror / "HEAD").unlink()
        assert await self.reopened(disk).fetch(url, "main") == sha

    async def test_a_lost_folder_is_fetched_again(self, disk, url):
        sha = disk.commit(url, "main", {"a": b"1"})
        await disk.mirror.fetch(url, "main")
        shutil.rmtree(disk.folder / "mirrors")
        assert await self.reopened(disk).fetch(url, "main") == sha


async def test_many_callers_share_one_mirror(disk, url):
    sha = disk.commit(url, "main", {"a": b"1"})
    tips = await asyncio.gather(*(disk.mirror.fetch(url, "main") for _ in range(8)))
    assert set(tips) == {sha}
