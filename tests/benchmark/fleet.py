"""Many services on simulated time: a worker process for each kind, queues, and AWS that takes a moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gitmoxi.adapters.aws.collecting import COLLECTED_SECONDS
from gitmoxi.adapters.wakes import queue_delay
from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.states import Worker
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi_local.aws_model.base import AwsEvent, ImageFault
from tests.benchmark.simulated_time import LoopClock
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.ecs_scenarios import SERVICE, TASK
from tests.simulation.world import World

ANSWER_SECONDS = 0.02
"""How long a call to AWS takes."""

WORKERS = 8
"""Messages that a process works on at the same time: the default of GITMOXI_WORKERS."""


class Fleet(World):
    """``World`` with true concurrency: messages are tasks, ``WORKERS`` of a process run at a time."""

    def __init__(self, *, events: bool = True) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._slots = {worker: asyncio.Semaphore(WORKERS) for worker in Worker}
        self._stirred = asyncio.Event()
        clock = LoopClock(asyncio.get_running_loop())
        super().__init__(clock=clock, collect_seconds=COLLECTED_SECONDS, events=events)
        self.aws.pause = self._answering
        self._spawn(self._live())

    def slow_start(self, image: str, seconds: float) -> None:
        """Tasks of ``image`` take so long to start."""
        self.faults.entries.append(ImageFault(match=image, kind="slow_start", after_seconds=seconds))

    async def until_ended(self, deployments: list[str], *, within: float) -> None:
        """Let time go on until all ``deployments`` have ended."""
        deadline = self.clock.monotonic() + within
        for name in deployments:
            while not (head := await self.head(name)).state.terminal:
                if self._failure is not None:
                    raise self._failure
                if self.clock.monotonic() > deadline:
                    raise AssertionError(f"{name} has not ended: {head.state}: {head.because}")
                await asyncio.sleep(1)

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wake(self, tick: Tick, *, delay_seconds: float) -> None:
        self._send(tick.worker, tick, queue_delay(delay_seconds))

    def operations(self) -> Counter[str]:
        """The calls that our adapters made and AWS carried out."""
        return Counter(call.operation for call in self.aws.journal)

    def _send(self, worker: Worker, body: Tick | AwsEvent | None, delay: float) -> None:
        self._spawn(self._taken(worker, body, delay))

    async def _taken(self, worker: Worker, body: Tick | AwsEvent | None, delay: float) -> None:
        await asyncio.sleep(delay)
        async with self._slots[worker]:
            if body is None:
                await self._sweep(worker)
            else:
                await self._handle(self._processes[worker][0].ticker, body)

    async def _answering(self) -> None:
        await asyncio.sleep(ANSWER_SECONDS)
        self._stirred.set()

    async def _live(self) -> None:
        """AWS goes on by itself."""
        while True:
            due = self.model.advance()
            wait = (due - self.clock.now()).total_seconds() if due is not None else 60.0
            self._stirred.clear()
            try:
                await asyncio.wait_for(self._stirred.wait(), max(0.001, wait))
            except TimeoutError:
                continue

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._failure = self._failure or task.exception()


def service(
    number: int, image: str = "web:1", *, count: int = 2, settings: Mapping[str, Any] | None = None
) -> DesiredEcs:
    """The wanted state of one service of many."""
    name = f"web-{number}"
    [container] = TASK["containerDefinitions"]
    return DesiredEcs(
        target=replace(ECS_TARGET, service_name=name),
        service={**SERVICE, "serviceName": name, "desiredCount": count},
        task_definition={**TASK, "family": name, "containerDefinitions": [{**container, "image": image}]},
        settings=dict(settings or {}),
    )
