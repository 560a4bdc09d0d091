"""The README's first command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.xdist_group("e2e-demo")
def test_the_demo_plays_to_its_end_and_leaves_nothing_running() -> None:
    mark = f"demo-test-{os.getpid()}"
    played = subprocess.run(
        [sys.executable, "-m", "gitmoxi_local.demo"],
        env={**os.environ, "DEMO_TEST_MARK": mark},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert played.returncode == 0, played.stdout[-8000:] + played.stderr[-2000:]
    assert "nothing is left running" in played.stdout
    assert "CannotPullContainerError" in played.stdout
    assert _processes_with(mark) == []


def _processes_with(mark: str) -> list[str]:
    """Command lines of processes that inherited the mark, ourselves left out."""
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = Path(entry.path, "environ").read_bytes()
            command = Path(entry.path, "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment:
            found.append(command.decode(errors="replace"))
    return found
