"""The tree as Git would see it: tracked files, and new ones that it does not ignore."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def files():
    """Every file of the project, by its path below the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return sorted(path for path in map(Path, listed.split("\0")) if (ROOT / path).is_file())


@pytest.fixture(scope="session")
def sources(files):
    """The Python files that are shipped: everything but the tests."""
    return [path for path in files if path.suffix == ".py" and path.parts[0] != "tests"]
