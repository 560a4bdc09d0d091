"""A handle on a local cloud that runs as a process of its own, for tests and for the runner."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gitmoxi_local.client import LocalCloudClient
from gitmoxi_local.settings import DEFAULT_ACCOUNT, DEFAULT_REGION

_POLL_SECONDS = 0.02
_LOG_TAIL = 4000


class LocalCloudProcessError(RuntimeError):
    """The process did not start or did not stop; the text carries the end of its log."""


@dataclass(slots=True, kw_only=True)
class LocalCloudProcess:
    """Starts ``python -m gitmoxi_local`` in a folder, and stops it again by its process id.

    Use it as a context manager, or call ``start`` and ``stop``. ``restart`` keeps state and
    port. ``templates`` may be empty: then nothing is installed.
    """

    state_dir: Path
    port: int = 0
    templates: Sequence[Path] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    faults_file: Path | None = None
    journal_detail: Sequence[str] | None = None
    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    start_timeout_seconds: float = 60.0
    stop_timeout_seconds: float = 10.0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _client: LocalCloudClient | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log_file(self) -> Path:
        """What the process writes to its standard output and error."""
        return self.state_dir / "local-cloud.log"

    @property
    def client(self) -> LocalCloudClient:
        """The control API: ``journal``, ``counters``, ``add_faults``, ``clear_faults``, ``outputs``."""
        if self._client is None:
            raise LocalCloudProcessError("the local cloud was not started")
        return self._client

    @property
    def endpoint(self) -> str:
        """The address for ``AWS_ENDPOINT_URL``."""
        return self.client.endpoint

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise LocalCloudProcessError("the local cloud was not started")
        return self._process.pid

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the installed stacks."""
        document: dict[str, str] = json.loads(
            (self.state_dir / "stack-outputs.json").read_text(encoding="utf-8")
        )
        return document

    def start(self) -> None:
        """Start the process and wait until it serves and its templates are installed.

        Raises:
            LocalCloudProcessError: if it ends or is not ready in time.
        """
        self.state_dir.mkdir(parents=True, exist_ok=True)
        (self.state_dir / "ready.json").unlink(missing_ok=True)
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own module, arguments as a list
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        ready = self._wait_until_ready(self._process)
        self._client = LocalCloudClient(endpoint=str(ready["endpoint"]))
        self.port = int(str(ready["endpoint"]).rpartition(":")[2])

    def stop(self) -> None:
        """Ask the process to stop and wait; one that does not obey is killed, and that is an error.

        Raises:
            LocalCloudProcessError: if it had to be killed or ended with an error.
        """
        process, self._process = self._process, None
        client, self._client = self._client, None
        if client is not None:
            client.close()
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            code = process.wait(self.stop_timeout_seconds)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.wait()
            raise LocalCloudProcessError(f"the local cloud did not stop: {self._log_tail()}") from error
        if code != 0:
            raise LocalCloudProcessError(f"the local cloud ended with code {code}: {self._log_tail()}")

    def kill(self) -> None:
        """End the process at once, as a power failure would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Stop and start again with the same state, on the same port."""
        self.stop()
        self.start()

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "gitmoxi_local", "--port", str(self.port)]
        command += ["--state-dir", str(self.state_dir), "--region", self.region, "--account", self.account]
        command += [part for template in self.templates for part in ("--template", str(template))]
        command += [
            part for key, value in self.parameters.items() for part in ("--parameter", f"{key}={value}")
        ]
        if not self.templates:
            command.append("--no-template")
        if self.faults_file is not None:
            command += ["--faults", str(self.faults_file)]
        if self.journal_detail is not None:
            command += ["--journal-detail", ",".join(self.journal_detail)]
        return command

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> Mapping[str, Any]:
        ready_file = self.state_dir / "ready.json"
        deadline = time.monotonic() + self.start_timeout_seconds
        while time.monotonic() < deadline:
            if ready_file.exists():
                ready: Mapping[str, Any] = json.loads(ready_file.read_text(encoding="utf-8"))
                return ready
            if process.poll() is not None:
                self._process = None
                raise LocalCloudProcessError(
                    f"the local cloud ended with code {process.returncode} before it was ready: "
                    f"{self._log_tail()}"
                )
            time.sleep(_POLL_SECONDS)
        self.kill()
        raise LocalCloudProcessError(
            f"the local cloud was not ready after {self.start_timeout_seconds} s: {self._log_tail()}"
        )

    def _log_tail(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:].strip()
