"""Two worlds for one contract: repositories made with the git CLI and mirrored by libgit2, and memory."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from gitmoxi.adapters.git import GitMirrorOptions, Pygit2Mirror
from gitmoxi.adapters.memory.git import MemoryGit, Unreadable

GIT_ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class GitCli:
    """A repository on disk, changed by the git command line."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True)
        self("init", "--quiet", "--initial-branch", "main")

    def __call__(self, *arguments: str, data: bytes | None = None) -> str:
        finished = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            check=True,
            capture_output=True,
            input=data,
            env={"PATH": os.environ["PATH"], **GIT_ENVIRONMENT},
        )
        return finished.stdout.decode().strip()

    def checkout(self, branch: str) -> None:
        if self("for-each-ref", f"refs/heads/{branch}"):
            self("checkout", "--quiet", "--force", branch)
        elif self("for-each-ref"):
            self("checkout", "--quiet", "--force", "--orphan", branch)
            self("rm", "-r", "--force", "--quiet", "--ignore-unmatch", ".")
        else:
            self("symbolic-ref", "HEAD", f"refs/heads/{branch}")

    def commit(self, branch, changes, message="change") -> str:
        self.checkout(branch)
        for path, content in changes.items():
            self._remove(path)
            if content is not None:
                self._write(path, content)
        submodules = [path for path, content in changes.items() if content is Unreadable.SUBMODULE]
        self("add", "--all")
        for path in submodules:
            self("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{path}")
        self("commit", "--quiet", "--allow-empty", "--message", message)
        return self("rev-parse", "HEAD")

    def _remove(self, path):
        place = self.folder / path
        if place.is_symlink() or place.is_file():
            place.unlink()
        elif place.is_dir():
            shutil.rmtree(place)

    def _write(self, path, content):
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if content is Unreadable.SYMLINK:
            place.symlink_to("/proc/self/environ")
        elif content is not Unreadable.SUBMODULE:
            place.write_bytes(content)


class DiskWorld:
    """The real thing, over file://."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.repositories: dict[str, GitCli] = {}
        self.mirror = Pygit2Mirror(
            GitMirrorOptions(folder=folder / "mirrors", allow_file=True, allowed_hosts=("127.0.0.1",))
        )

    def create(self, name="web"):
        url = f"file://{self.folder}/{name}"
        self.repositories[url] = GitCli(self.folder / name)
        return url

    def commit(self, url, branch, changes, message="change"):
        return self.repositories[url].commit(branch, changes, message)

    def point(self, url, branch, sha):
        git = self.repositories[url]
        git("checkout", "--quiet", "--force", "--detach", sha)
        git("branch", "--force", branch, sha)

    def delete_branch(self, url, branch):
        git = self.repositories[url]
        git("checkout", "--quiet", "--force", "--detach")
        git("branch", "--quiet", "-D", branch)

    def remove(self, url):
        shutil.rmtree(self.repositories[url].folder)

    def unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            return f"https://127.0.0.1:{taken.getsockname()[1]}/acme/web"


class MemoryWorld:
    """The fake."""

    def __init__(self, _folder):
        self.mirror = MemoryGit()

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


@pytest.fixture(params=[DiskWorld, MemoryWorld], ids=["libgit2", "memory"])
def world(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture
def disk(tmp_path):
    return DiskWorld(tmp_path)


@pytest.fixture
def git_cli():
    return GitCli
