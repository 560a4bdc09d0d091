"""``gmctl watch`` beside real services: what AWS is told shows while it happens."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

from tests.e2e.installation import GMCTL, GitRepository, Installation
from tests.e2e.samples import ecs_files


def test_a_deployment_is_watched_live(
    installation: Installation, repository: GitRepository, unique: Callable[[str], str]
) -> None:
    prefix = f"prod/{unique('live')}"
    repository.commit(ecs_files(prefix, image="nginx:1"))
    watching = subprocess.Popen(
        [GMCTL, "watch", "-r", repository.url],
        env={**os.environ, "GITMOXI_ENDPOINT_URL": installation.up["api"], "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert watching.stdout is not None
        assert "Watching" in watching.stdout.readline()
        pushed = installation.gmctl("commit", "deploy", "-r", repository.url, "-b", "main")
        assert pushed.code == 0, pushed.text
        told = []
        for line in watching.stdout:
            told.append(line)
            if "SUCCEEDED" in line:
                break
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=30)
    finally:
        watching.kill()
        watching.wait()
    assert (watching.returncode, err) == (
        130,
        "gmctl: Interrupted; what was followed goes on: gmctl deployment get\n",
    )
    assert all(f" {prefix}  " in line for line in told)
    assert any("[ecs:CreateService]" in line for line in told), told
    assert len(set(told)) == len(told), "each step once"
