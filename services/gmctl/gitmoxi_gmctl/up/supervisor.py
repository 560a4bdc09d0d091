"""Keeps processes running: started together, restarted when one dies, stopped in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from gitmoxi_gmctl.up.processes import ChildProcess
from gitmoxi_gmctl.up.specs import ProcessSpec


class StartError(Exception):
    """A process did not become ready; the text carries the end of its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things are waited for, in seconds.

    Attributes:
        ready: until a process must be ready; ample, for all start at once and may share two processors.
        stop: until a process that was asked to stop is killed.
        first_restart, longest_restart: waits before a restart, doubled from one to the next.
        steady: a process that ran so long begins again with the first wait.
    """

    ready: float = 120.0
    stop: float = 20.0
    first_restart: float = 0.5
    longest_restart: float = 30.0
    steady: float = 60.0


class Listener(Protocol):
    """Is told what happens to processes."""

    def line(self, name: str, line: str) -> None:
        """A line of output."""
        ...

    def died(self, name: str, code: int, restarts: int, wait_seconds: float) -> None:
        """A process ended by itself and is started again after the wait."""
        ...


@dataclass(slots=True)
class Supervised:
    """A process as the supervisor keeps it; ``restarts`` counts unrequested ends."""

    spec: ProcessSpec
    restarts: int = 0
    child: ChildProcess | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """Runs processes until it is told to stop; ``changed`` is called whenever a pid or a count changes."""

    def __init__(
        self,
        *,
        log_folder: Path,
        listener: Listener,
        changed: Callable[[], None],
        patience: Patience | None = None,
    ) -> None:
        self._log_folder = log_folder
        self._listener = listener
        self._changed = changed
        self._patience = patience or Patience()
        self._waves: list[list[Supervised]] = []
        self._stopping = asyncio.Event()

    @property
    def supervised(self) -> tuple[Supervised, ...]:
        """All processes, in the order of their start."""
        return tuple(each for wave in self._waves for each in wave)

    async def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Start all at the same time, and wait until they are ready.

        Raises:
            StartError: one ended, or was not ready in time; ``stop`` ends the others.
        """
        wave = [Supervised(spec) for spec in specs]
        self._waves.append(wave)
        starts = [asyncio.create_task(self._first_start(each)) for each in wave]
        try:
            await asyncio.gather(*starts)
        except BaseException:
            for start in starts:
                start.cancel()
            await asyncio.gather(*starts, return_exceptions=True)
            raise

    async def stop(self) -> None:
        """Stop all, what was started last first; nothing of them is left running."""
        self._stopping.set()
        for wave in reversed(self._waves):
            await asyncio.gather(*(self._stop(each) for each in wave))

    def kill(self) -> None:
        """End all at once; ``stop`` then has nothing to wait for."""
        self._stopping.set()
        for each in self.supervised:
            if each.child is not None:
                each.child.kill()

    async def _first_start(self, each: Supervised) -> None:
        child = await self._launch(each)
        try:
            told = await child.until_ready(self._patience.ready)
        except TimeoutError:
            raise StartError(
                _with_output(f"{each.spec.name} was not ready after {self._patience.ready:g} s", child)
            ) from None
        if told is None:
            how = describe_exit(await child.wait())
            raise StartError(_with_output(f"{each.spec.name} {how} before it was ready", child))
        each.told = told
        each.keeper = asyncio.create_task(self._keep(each, child), name=f"keep {each.spec.name}")

    async def _launch(self, each: Supervised) -> ChildProcess:
        child = await ChildProcess.start(
            each.spec,
            first=each.restarts == 0,
            log_folder=self._log_folder,
            on_line=self._listener.line,
        )
        each.child = child
        self._changed()
        return child

    async def _keep(self, each: Supervised, child: ChildProcess) -> None:
        """Start the process again whenever it ends, until all shall stop."""
        loop = asyncio.get_running_loop()
        wait = self._patience.first_restart
        while True:
            begun = loop.time()
            code = await child.wait()
            if self._stopping.is_set():
                return
            wait = self._patience.first_restart if loop.time() - begun > self._patience.steady else wait
            each.restarts += 1
            self._listener.died(each.spec.name, code, each.restarts, wait)
            self._changed()
            if await _is_set_within(self._stopping, wait):
                return
            wait = min(wait * 2, self._patience.longest_restart)
            child = await self._launch(each)
            if self._stopping.is_set():
                await child.stop(self._patience.stop)
                return

    async def _stop(self, each: Supervised) -> None:
        if each.child is not None:
            await each.child.stop(self._patience.stop)
        if each.keeper is not None:
            await each.keeper
        each.child = None


def describe_exit(code: int) -> str:
    """``ended with code 1``, ``was killed by SIGKILL``."""
    if code >= 0:
        return f"ended with code {code}"
    return f"was killed by {signal.Signals(-code).name}"


def _with_output(text: str, child: ChildProcess) -> str:
    shown = "\n".join(f"    {line}" for line in child.last_lines) or "    (it wrote nothing)"
    return f"{text}; the end of its output:\n{shown}"


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
