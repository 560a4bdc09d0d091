"""A set of tasks that are kept alive, awaited and cancelled together."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from faststream_sqs.engine.clock import Clock, first_of

logger = logging.getLogger(__name__)


class Tasks:
    """Tasks in the background: the event loop itself holds them only weakly."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def wait(self) -> None:
        """Waits until none is left, those started meanwhile included."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def wait_or_cancel(self, clock: Clock, timeout_seconds: float) -> None:
        """Waits at most `timeout_seconds`, then cancels what is left and waits for that."""
        if self._tasks:
            await first_of(self.wait(), clock.sleep(timeout_seconds))
        await self.cancel()

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.wait()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("a background task failed: %r", error, exc_info=error)
