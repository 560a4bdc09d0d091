"""Small programs that stand in for the local cloud and the services, and a listener that keeps notes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from gitmoxi_gmctl.up.plan import MODULES, Programs
from gitmoxi_gmctl.up.specs import ProcessSpec
from gitmoxi_gmctl.up.supervisor import Patience

_LOOK_SECONDS = 0.01

SWIFT = Patience(ready=20.0, stop=20.0, first_restart=0.01, longest_restart=0.04)
"""Waits that tests need not wait for; what should come at once has time on a busy machine."""

SERVICE = """
import json, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
port = int(os.environ.get("GITMOXI_API_PORT", 0)) or 10000 + os.getpid() % 50000
told = {"event": "service.ready", "endpoint": f"http://127.0.0.1:{port}", "pid": os.getpid()}
print(json.dumps(told), flush=True)
signal.sigwait({signal.SIGTERM})
print("told to stop", flush=True)
"""
"""Ready at once, at a port of its own, and stops when it is told to."""

DEAF = SERVICE.replace("signal.sigwait({signal.SIGTERM})", "while True: signal.pause()")
"""Ready at once, and does not listen."""

DYING = SERVICE.replace("signal.sigwait(", "raise SystemExit(7)\nsignal.sigwait(")
"""Ready at once, and ends at once."""

CLOUD = """
import json, os, pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
folder = pathlib.Path(options["--state-dir"])
folder.mkdir(parents=True, exist_ok=True)
port = int(options["--port"]) or 10000 + os.getpid() % 50000
(folder / "ready.json").write_text(json.dumps({
    "endpoint": f"http://127.0.0.1:{port}", "region": "us-east-1", "account": "000000000000",
    "outputs": str(folder / "stack-outputs.json")}))
print("ready at port", port, flush=True)
signal.sigwait({signal.SIGTERM})
"""
"""Announces itself as the local cloud does."""


PLAYGROUND = "import sys; print(dict(zip(sys.argv[1::2], sys.argv[2::2]))['--folder'])"
"""Says where the playground is, and has made none."""


def python(code: str) -> tuple[str, ...]:
    """The command that runs a program; without ``site`` it starts quickly."""
    return (sys.executable, "-I", "-S", "-c", code)


def a_spec(name: str = "worker", code: str = SERVICE, **environment: str) -> ProcessSpec:
    return ProcessSpec(
        name=name, service=name, command=python(code), environment={"PATH": os.defpath, **environment}
    )


def stand_ins(**changes: str) -> Programs:
    """Stand-ins for everything; ``changes`` names other programs for single services, ``_`` for ``-``."""
    codes = dict.fromkeys(MODULES, SERVICE) | {key.replace("_", "-"): code for key, code in changes.items()}
    cloud, playground = codes.pop("cloud", CLOUD), codes.pop("playground", PLAYGROUND)
    services = {name: python(code) for name, code in codes.items()}
    return Programs(cloud=python(cloud), services=services, playground=python(playground))


class Notebook:
    """A listener that writes everything down."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.deaths: list[tuple[str, int, int, float]] = []

    def line(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def died(self, name: str, code: int, restarts: int, wait_seconds: float) -> None:
        self.deaths.append((name, code, restarts, wait_seconds))


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that real processes do."""
    for _ in range(int(seconds / _LOOK_SECONDS)):
        if condition():
            return
        await asyncio.sleep(_LOOK_SECONDS)
    raise TimeoutError("what the test waits for did not happen")


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}
