"""The tutorial, typed word by word."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.documents import Terminal, commands_of
from tests.e2e.installation import Installation

pytestmark = pytest.mark.xdist_group("e2e-tutorial")

ELSEWHERE = {
    "make demo": "tests/e2e/test_demo.py",
    "make up": "the installation that these commands are typed into",
    "source .venv/bin/activate": "the PATH of these commands",
}
PATIENCE_SECONDS = 60.0


@pytest.fixture
def installation(tmp_path):
    with Installation(tmp_path, playground=True, state_name=".gitmoxi") as running:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not running.up["playground"]:
            assert time.monotonic() < deadline, running.log[-3000:]
            time.sleep(0.1)
        yield running


@pytest.fixture
def terminal(installation, tmp_path):
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "GITMOXI_ENDPOINT_URL": installation.up["api"],
        "NO_PROXY": "127.0.0.1,localhost",
        "LANG": "C.UTF-8",
        **{f"GIT_{who}_{what}": "Ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    return Terminal(tmp_path, environment, {"http://127.0.0.1:4566": installation.up["endpoint"]})


SAYS = {
    "gmctl deployment get -s web -v": "CannotPullContainerError",
    "gmctl rollback web --list": "web",
    "gmctl status": "web",
}
"""What some of the commands have to show."""


@pytest.mark.timeout(600)
def test_every_command_of_the_tutorial_does_what_it_says(terminal):
    for line in commands_of("docs/tutorial.md"):
        command = line.partition("  #")[0].strip()
        if command not in ELSEWHERE:
            printed = terminal.type(line)
            assert SAYS.get(command, "") in printed, f"$ {command}\n{printed}"
