"""Repositories on disk, made and changed by the git command line as a team would."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from gitmoxi.adapters.memory.git import Unreadable


def environment() -> dict[str, str]:
    """For git: one author, one moment, nobody's configuration."""
    return {
        "PATH": os.environ["PATH"],
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


class GitCli:
    """A repository with a work tree; called with arguments, it is ``git``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self("init", "--quiet", "--initial-branch", "main")

    def __call__(self, *arguments: str, data: bytes | None = None) -> str:
        finished = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            check=True,
            capture_output=True,
            input=data,
            env=environment(),
        )
        return finished.stdout.decode().strip()

    def commit(
        self, branch: str, changes: Mapping[str, bytes | Unreadable | None], message: str = "change"
    ) -> str:
        """Commit on top of the branch (made when missing); None removes a file. Returns the commit's id."""
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

    def checkout(self, branch: str) -> None:
        if self("for-each-ref", f"refs/heads/{branch}"):
            self("checkout", "--quiet", "--force", branch)
        elif self("for-each-ref", "refs/heads"):
            self("checkout", "--quiet", "--force", "--orphan", branch)
            self("rm", "-r", "--force", "--quiet", "--ignore-unmatch", ".")
        else:
            self("symbolic-ref", "HEAD", f"refs/heads/{branch}")

    def point(self, branch: str, sha: str) -> None:
        """Force the branch to a commit."""
        self("checkout", "--quiet", "--force", "--detach", sha)
        self("branch", "--force", branch, sha)

    def delete_branch(self, branch: str) -> None:
        self("checkout", "--quiet", "--force", "--detach")
        self("branch", "--quiet", "-D", branch)

    def _remove(self, path: str) -> None:
        place = self.folder / path
        if place.is_symlink() or place.is_file():
            place.unlink()
        elif place.is_dir():
            shutil.rmtree(place)

    def _write(self, path: str, content: bytes | Unreadable) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if content is Unreadable.SYMLINK:
            place.symlink_to("/proc/self/environ")
        elif not isinstance(content, Unreadable):
            place.write_bytes(content)
