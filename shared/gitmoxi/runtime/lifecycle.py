"""The life of a process: components run side by side until a signal, then stop in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from gitmoxi.runtime.logging import get_logger

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class ExitCode(IntEnum):
    """What the process says when it ends; 128 + n stands for a second, impatient signal n."""

    STOPPED = 0
    FAILED = 1


class Component(Protocol):
    """A part of a process: works until ``stop`` is set, then winds up and returns."""

    @property
    def name(self) -> str: ...

    async def run(self, stop: asyncio.Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStop:
    """A component out of something that is started and stopped, such as a broker."""

    name: str
    start: Callable[[], Awaitable[object]]
    stop: Callable[[], Awaitable[object]]

    async def run(self, stop: asyncio.Event) -> None:
        await self.start()
        try:
            await stop.wait()
        finally:
            await self.stop()


@dataclass(slots=True)
class _Running:
    component: Component
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


async def run_until_signal(
    components: Sequence[Component],
    *,
    stop_timeout_seconds: float = 30.0,
    signals: Iterable[signal.Signals] = SIGNALS,
) -> int:
    """Run all components; on SIGTERM or SIGINT, or when one ends by itself, stop all, the last one first.

    List them in the order of need: logs and metrics first, what takes messages last.

    Returns:
        The exit code: 0 after a signal, 1 when a component failed or ended by itself or did not stop in time,
        128 + the signal's number when a second signal cut the stopping short.
    """
    life = _Life(components, stop_timeout_seconds)
    loop = asyncio.get_running_loop()
    handled = tuple(signals)
    for number in handled:
        loop.add_signal_handler(number, life.signalled, number)
    try:
        return await life.lead()
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


class _Life:
    """One run of a set of components."""

    def __init__(self, components: Sequence[Component], stop_timeout_seconds: float) -> None:
        self._running = [_Running(component) for component in components]
        self._stop_timeout_seconds = stop_timeout_seconds
        self._told_to_stop = asyncio.Event()
        self._impatient: signal.Signals | None = None
        self._failed = False
        self._log = get_logger()

    def signalled(self, number: signal.Signals) -> None:
        if self._told_to_stop.is_set():
            self._impatient = number
            for running in self._running:
                if running.task is not None:
                    running.task.cancel()
            return
        self._log.info("process.stopping", signal=number.name)
        self._told_to_stop.set()

    async def lead(self) -> int:
        for running in self._running:
            running.task = asyncio.create_task(
                running.component.run(running.stop), name=running.component.name
            )
        told = asyncio.create_task(self._told_to_stop.wait())
        tasks = [running.task for running in self._running if running.task is not None]
        await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        self._failed = not self._told_to_stop.is_set()
        # From here on a signal is an impatient one, whatever made us stop.
        self._told_to_stop.set()
        for running in reversed(self._running):
            await self._end(running)
        return self._exit_code()

    async def _end(self, running: _Running) -> None:
        """Tell one component to stop, wait for it, and say how it ended."""
        name, task = running.component.name, running.task
        assert task is not None
        by_itself = task.done()
        running.stop.set()
        _, unfinished = await asyncio.wait([task], timeout=self._stop_timeout_seconds)
        if unfinished:
            task.cancel()
            await asyncio.wait([task], timeout=self._stop_timeout_seconds)
            self._failed = True
            self._log.error("component.stop_timed_out", component=name, seconds=self._stop_timeout_seconds)
        elif task.cancelled():
            self._log.warning("component.cancelled", component=name)
        elif (error := task.exception()) is not None:
            self._failed = True
            self._log.error("component.failed", component=name, exc_info=error)
        elif by_itself:
            self._log.error("component.ended_by_itself", component=name)
        else:
            self._log.info("component.stopped", component=name)

    def _exit_code(self) -> int:
        if self._impatient is not None:
            return 128 + self._impatient
        return ExitCode.FAILED if self._failed else ExitCode.STOPPED
