"""One process with its output: started in a session of its own, stopped with everything that it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from gitmoxi_gmctl.up import leash
from gitmoxi_gmctl.up.specs import ProcessSpec

_LONGEST_LINE_BYTES = 1024 * 1024
_LAST_LINES = 20
_DRAIN_SECONDS = 2.0
"""Output that a grandchild holds open is not waited for longer."""

OnLine = Callable[[str, str], None]
"""Takes a process's name and one line of its output."""


_Output = tuple[asyncio.StreamReader, asyncio.ReadTransport]


class ChildProcess:
    """A running process; ``last_lines`` is the end of its output, for the one who must say why it ended."""

    def __init__(
        self, spec: ProcessSpec, process: Process, output: _Output, log: BinaryIO, on_line: OnLine
    ) -> None:
        self._spec = spec
        self._process = process
        self._log = log
        self._on_line = on_line
        self._ready: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self.last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._reading = asyncio.create_task(self._read(output))
        self._ended = asyncio.create_task(self._end())

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(
        cls, spec: ProcessSpec, *, first: bool, log_folder: Path, on_line: OnLine
    ) -> ChildProcess:
        """Start it; its output goes to ``<log_folder>/<name>.log`` as it is, and line by line to ``on_line``.

        A session of its own keeps the terminal's Ctrl-C from it: it is told once, by us.
        """
        log = _open_log(log_folder, spec.name)
        reading, writing = os.pipe()
        try:
            output = await _stream(reading)
            process = await asyncio.create_subprocess_exec(
                *_leashed(spec.command),
                env={**spec.environment, **(spec.first_environment if first else {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except BaseException:
            log.close()
            raise
        finally:
            os.close(writing)
        return cls(spec, process, output, log, on_line)

    async def until_ready(self, timeout_seconds: float) -> Mapping[str, Any] | None:
        """What it tells about itself when it is ready; None if it ended before.

        Raises:
            TimeoutError: neither happened in time.
        """
        either: list[asyncio.Future[Any]] = [self._ready, self._ended]
        done, _ = await asyncio.wait(either, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise TimeoutError
        return self._ready.result() if self._ready.done() else None

    async def wait(self) -> int:
        """The exit code, once the process and everything that it started has ended; -N: by signal N."""
        return await asyncio.shield(self._ended)

    async def stop(self, timeout_seconds: float) -> int:
        """Ask it to stop, and kill it when it does not in time; its exit code."""
        self._signal(signal.SIGTERM)
        await asyncio.wait([self._ended], timeout=timeout_seconds)
        if not self._ended.done():
            self._on_line(self._spec.name, f"did not stop within {timeout_seconds:g} s: killed")
            self.kill()
        return await self.wait()

    def kill(self) -> None:
        """End it at once, with everything that it started."""
        if not self._ended.done():
            self._signal_group(signal.SIGKILL)

    async def _end(self) -> int:
        code = await self._process.wait()
        # Whatever it started and left behind, such as its rendering processes, must not outlive it.
        self._signal_group(signal.SIGKILL)
        await asyncio.wait([self._reading], timeout=_DRAIN_SECONDS)
        self._reading.cancel()
        self._log.close()
        return code

    async def _read(self, output: _Output) -> None:
        stream, transport = output
        with contextlib.closing(transport):
            while True:
                try:
                    raw = await stream.readline()
                except ValueError:  # a line longer than any of ours: dropped by the reader
                    raw = b"(a line of more than 1 MiB was dropped)\n"
                if not raw:
                    return
                self._log.write(raw)
                self._take(raw.decode("utf-8", "replace").rstrip("\r\n"))

    def _take(self, line: str) -> None:
        self.last_lines.append(line)
        if not self._ready.done() and (told := self._spec.ready(line)) is not None:
            self._ready.set_result(told)
        self._on_line(self._spec.name, line)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def _signal_group(self, number: signal.Signals) -> None:
        """The session's group has the process's id, and keeps it while anyone is in it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


async def _stream(reading: int) -> _Output:
    """The reading end of a pipe as a stream.

    With asyncio's own pipes, waiting for the end of a process would wait for all who inherited them too.
    """
    stream = asyncio.StreamReader(limit=_LONGEST_LINE_BYTES)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb", buffering=0)
    )
    return stream, transport


def _leashed(command: Sequence[str]) -> list[str]:
    """The command, which is asked to stop should we die without having done so."""
    return [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), *command]


def _open_log(folder: Path, name: str) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"{name}.log").open("ab", buffering=0)
