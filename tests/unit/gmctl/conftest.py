"""The command line against a live API."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from gitmoxi_gmctl import following
from gitmoxi_gmctl.main import main
from tests.unit.gmctl.live import LiveApi, World


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def colours() -> Iterator[None]:
    """``--no-color`` tells everybody by the environment; the next test is somebody else."""
    before = os.environ.get("NO_COLOR")
    yield
    if before is None:
        os.environ.pop("NO_COLOR", None)
    else:
        os.environ["NO_COLOR"] = before


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def endpoint(world) -> Iterator[str]:
    with structlog.testing.capture_logs(), LiveApi(world.app()) as api:
        yield api.address


@pytest.fixture
def run(capsys, monkeypatch) -> Callable[..., Ran]:
    """Runs gmctl as the shell does, in this process."""
    for name in ("GITMOXI_ENDPOINT_URL", "COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.setenv(name, "")  # so that it is taken away again, should the command set it
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(following, "pause", lambda: None)

    def run_(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        return Ran(int(end.value.code or 0), said.out, said.err)

    return run_


@pytest.fixture
def gmctl(run, endpoint) -> Callable[..., Ran]:
    """Runs gmctl against the live API."""
    return lambda *arguments: run("-e", endpoint, *arguments)


@pytest.fixture
def given() -> Callable[[Any], Any]:
    """Carries out what the world's past was."""
    return asyncio.run
