"""Trees of deployment files on disk, and the command run in them."""

from __future__ import annotations

import json

import pytest

SERVICE = {"serviceName": "web", "cluster": "prod", "desiredCount": 1}
TASK = {
    "family": "web",
    "containerDefinitions": [{"name": "app", "image": "nginx:1.27", "memory": 128, "essential": True}],
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Writes files, given by path, below the folder that the command runs in."""
    monkeypatch.chdir(tmp_path)

    def write(files):
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                file.write_bytes(content)
            else:
                file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
        return tmp_path

    return write


@pytest.fixture
def validate(run):
    """Runs ``gmctl validate`` as the shell does."""
    return lambda *arguments: run("validate", *arguments)


@pytest.fixture
def report(validate):
    """Runs it for its report as JSON."""
    return lambda *arguments: validate("--output", "json", *arguments).json
