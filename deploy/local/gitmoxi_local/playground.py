"""``python -m gitmoxi_local.playground``: a repository to edit, in which a commit is a deployment."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gitmoxi_local.surroundings import EXAMPLES, provide

BRANCH = "main"
_HOOKS = ("post-commit", "post-merge", "post-rewrite")
"""What Git runs after a commit or revert, a merge or pull, an amended or rebased commit."""

_HOOK = """\
#!/bin/sh
# Written by gmctl up at each start: what {branch} becomes is deployed to the local cloud.
[ "$(git symbolic-ref --quiet --short HEAD)" = {branch} ] || exit 0
exec {deploy}
"""


class PlaygroundError(Exception):
    """It could not be made; the text says which command failed and what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playground:
    """A work tree in ``folder``; ``gmctl`` is the program, ``api`` and ``endpoint`` are URLs."""

    folder: Path
    endpoint: str
    api: str
    gmctl: str

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def open(self) -> None:
        """Make it where there is none, register it, and let its tip be deployed; what was edited stays."""
        provide(self.endpoint)
        if not (self.folder / ".git").exists():
            self._make()
        self._write_hooks()
        self._run(self.gmctl, "-e", self.api, "repo", "add", "-r", self.url, "-b", BRANCH)
        self._run(*self._deploy())

    def _make(self) -> None:
        """Under another name first: a half-made one is never taken for whole."""
        draft = self.folder.with_name(f"{self.folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(EXAMPLES, draft)
        git = ("git", "-C", str(draft), "-c", "user.name=Gitmoxi", "-c", "user.email=gitmoxi@example.org")
        self._run(*git, "init", "--quiet", f"--initial-branch={BRANCH}")
        self._run(*git, "add", "--all")
        self._run(
            *git, "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "The web service and the greeter"
        )
        draft.rename(self.folder)

    def _write_hooks(self) -> None:
        """Anew at each start: the API may be at another port."""
        text = _HOOK.format(branch=BRANCH, deploy=shlex.join(self._deploy()))
        for name in _HOOKS:
            hook = self.folder / ".git" / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(text, encoding="utf-8")
            hook.chmod(0o755)

    def _deploy(self) -> tuple[str, ...]:
        return (self.gmctl, "-e", self.api, "commit", "deploy", "-r", self.url, "-b", BRANCH)

    def _run(self, *command: str) -> None:
        try:
            done = subprocess.run(  # noqa: S603 - git and gmctl with our own arguments
                command, check=False, capture_output=True, text=True, env=_environment()
            )
        except OSError as error:
            raise PlaygroundError(f"{command[0]} cannot be run: {error.strerror}") from error
        if done.returncode:
            raise PlaygroundError(f"{shlex.join(command)} failed: {(done.stderr or done.stdout).strip()}")


def _environment() -> dict[str, str]:
    """Ours, without what would lead Git to another repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the playground and print its folder; 1 if that was not possible."""
    parser = argparse.ArgumentParser(
        prog="python -m gitmoxi_local.playground", description="Makes the playground of a running gmctl up."
    )
    parser.add_argument("--folder", type=Path, required=True, help="the work tree; absolute")
    parser.add_argument("--endpoint", required=True, help="the local cloud")
    parser.add_argument("--api", required=True, help="Gitmoxi's API")
    parser.add_argument("--gmctl", required=True, help="the program that its hooks run")
    options = parser.parse_args(arguments)
    playground = Playground(
        folder=options.folder, endpoint=options.endpoint, api=options.api, gmctl=options.gmctl
    )
    try:
        playground.open()
    except (PlaygroundError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{playground.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
