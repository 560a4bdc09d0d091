"""Three worlds for one contract: real repositories over files and over HTTPS, and memory."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from gitmoxi.adapters.git import GitMirrorOptions, Pygit2Mirror
from gitmoxi.adapters.memory.git import MemoryGit
from tests.git_cli import GitCli
from tests.git_server import GitHosting


class DiskWorld:
    """The real thing, over file://."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.repositories: dict[str, GitCli] = {}
        self.mirror = Pygit2Mirror(
            GitMirrorOptions(folder=folder / "mirrors", allow_file=True, allowed_hosts=("127.0.0.1",))
        )

    def close(self):
        pass

    def create(self, name="web"):
        url = f"file://{self.folder}/{name}"
        self.repositories[url] = GitCli(self.folder / name)
        return url

    def commit(self, url, branch, changes, message="change"):
        return self.repositories[url].commit(branch, changes, message)

    def point(self, url, branch, sha):
        self.repositories[url].point(branch, sha)

    def delete_branch(self, url, branch):
        self.repositories[url].delete_branch(branch)

    def remove(self, url):
        shutil.rmtree(self.repositories[url].folder)

    def unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            return f"https://127.0.0.1:{taken.getsockname()[1]}/acme/web"


class HttpsWorld(DiskWorld):
    """The real thing, as teams have it."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.hosting = GitHosting(folder)
        options = GitMirrorOptions(
            folder=folder / "mirrors", allowed_hosts=("127.0.0.1",), ca_file=self.hosting.ca_file
        )
        self.mirror = Pygit2Mirror(options)

    def close(self):
        self.hosting.close()

    def create(self, name="web"):
        url = self.hosting.url(name).removesuffix(".git")
        self.repositories[url] = self.hosting.repository(name)
        # Our hosting serves the folder's name; people leave .git out, or put it there.
        (self.hosting.folder / name).symlink_to(self.hosting.folder / f"{name}.git")
        return url


class MemoryWorld:
    """The fake."""

    def __init__(self, _folder):
        self.mirror = MemoryGit()

    def close(self):
        pass

    def create(self, name="web"):
        url = f"https://git.example/{name}"
        self.mirror.create(url)
        return url

    def commit(self, url, branch, changes, message="change"):
        return self.mirror.commit(url, branch, changes, message=message)

    def point(self, url, branch, sha):
        self.mirror.point(url, branch, sha)

    def delete_branch(self, url, branch):
        self.mirror.delete_branch(url, branch)

    def remove(self, url):
        self.mirror.remove(url)

    def unreachable(self):
        url = self.create("unreachable")
        self.mirror.set_reachable(url, reachable=False)
        return url


@pytest.fixture(params=[DiskWorld, HttpsWorld, MemoryWorld], ids=["file", "https", "memory"])
def world(request, tmp_path):
    world = request.param(tmp_path)
    yield world
    world.close()


@pytest.fixture
def disk(tmp_path):
    return DiskWorld(tmp_path)


@pytest.fixture
def hosting(tmp_path):
    with GitHosting(tmp_path) as hosting:
        yield hosting


@pytest.fixture
def url(hosting):
    """A repository with one commit and room for more."""
    hosting.tip = hosting.repository("acme/web").commit("main", {"a": b"1"})
    return hosting.url("acme/web")


@pytest.fixture
def mirror(tmp_path, hosting):
    """Mirrors over HTTPS, with other options where a test says so."""

    def make(credentials=None, resolve=None, **options):
        defaults = {
            "folder": tmp_path / "mirrors",
            "allowed_hosts": ("127.0.0.1", "localhost"),
            "ca_file": hosting.ca_file,
        }
        resolving = {} if resolve is None else {"resolve": resolve}
        return Pygit2Mirror(GitMirrorOptions(**(defaults | options)), credentials, **resolving)

    return make
