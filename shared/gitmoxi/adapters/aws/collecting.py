"""Reads that are asked for at nearly the same time travel in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from gitmoxi.errors import AwsRejectedError
from gitmoxi.ports.remembering import is_patient

COLLECTED_SECONDS = 0.005
"""How long the first read of a call waits for company: messages that one receive of a queue brought come to
their reads within that time, and a read by itself hardly notices it beside the call."""

PATIENT_SECONDS = 0.1
"""The same for a look that was put off for many seconds anyway; meanwhile it occupies a worker."""

Group = TypeVar("Group", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Answer = asyncio.Future["Value | Exception | None"]


class Batch(Generic[Key, Value]):
    """The members of one call; each read waits for an answer of its own. ``asked`` counts those sent."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: dict[Key, list[Answer[Value]]] = {}
        self._closed = False
        self._leaves_at = float("inf")
        self._timer: asyncio.TimerHandle | None = None
        self.asked = 0
        self._filled = asyncio.Event()

    def admits(self, key: Key) -> bool:
        """Whether ``key`` may still join."""
        return not self._closed and (key in self._waiting or len(self._waiting) < self._size)

    def join(self, key: Key, seconds: float = 0) -> Answer[Value]:
        """Wait for ``key`` too, ``seconds`` at most; the same key asked for twice is one member."""
        loop = asyncio.get_running_loop()
        answer: Answer[Value] = loop.create_future()
        self._waiting.setdefault(key, []).append(answer)
        if len(self._waiting) >= self._size:
            self._filled.set()
        elif loop.time() + seconds < self._leaves_at:
            self._leaves_at = loop.time() + seconds
            self._stop_timer()
            self._timer = loop.call_at(self._leaves_at, self._filled.set)
        return answer

    async def company(self) -> None:
        """Wait until the call is full, or one of its readers can wait no longer."""
        try:
            await self._filled.wait()
        finally:
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def close(self) -> list[Key]:
        """The keys to ask about; from now on nobody joins.

        A call closes its batch when it is about to be sent: waiting for its turn collects more, and every
        member was asked for before the call, so that none sees less than a call of its own would.
        """
        self._closed = True
        self.asked = len(keys := self.unanswered())
        return keys

    def unanswered(self) -> list[Key]:
        """The keys that somebody still waits for."""
        return [key for key, waiting in self._waiting.items() if not all(one.done() for one in waiting)]

    def tell(self, key: Key, value: Value | Exception | None) -> None:
        """Answer everybody who still waits for ``key``."""
        for answer in self._waiting[key]:
            if not answer.done():
                answer.set_result(value)

    def abandon(self) -> None:
        """Nobody will answer any more."""
        for waiting in self._waiting.values():
            for answer in waiting:
                answer.cancel()


Read = Callable[[Group, Batch[Key, Value]], Awaitable[Mapping[Key, "Value | Exception"]]]
"""Closes the batch, makes the call for its keys, and tells what AWS answered about each."""


class Collector(Generic[Group, Key, Value]):
    """Collects the reads of one operation by ``Group``: those that one call can ask about.

    ``size`` is the most that AWS takes at once, ``seconds`` how long a read waits for company at most: longer
    if it is patient, and with 0 for one turn of the loop.
    """

    def __init__(
        self, read: Read[Group, Key, Value], *, size: int, seconds: float = COLLECTED_SECONDS
    ) -> None:
        self._read = read
        self._size = size
        self._seconds = seconds
        self._open: dict[Group, Batch[Key, Value]] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def get(self, group: Group, key: Key) -> Value | None:
        """What AWS says of ``key``; None if it says nothing.

        A reader who is cancelled takes nobody with him. A call that fails fails each of its members with
        an error of his own; one that AWS refuses is made again for each alone, for one may be to blame.
        """
        batch = self._open.get(group)
        if batch is None or not batch.admits(key):
            batch = self._opened(group)
        value = await batch.join(key, self._patience())
        if isinstance(value, Exception):
            raise _own_copy(value) from value
        return value

    def _opened(self, group: Group) -> Batch[Key, Value]:
        batch: Batch[Key, Value] = Batch(self._size)
        self._open[group] = batch
        call = asyncio.get_running_loop().create_task(self._call(group, batch))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return batch

    async def _call(self, group: Group, batch: Batch[Key, Value]) -> None:
        try:
            await batch.company()
            await self._answer(group, batch)
        finally:
            if self._open.get(group) is batch:
                del self._open[group]
            batch.abandon()  # does nothing to those who were answered

    def _patience(self) -> float:
        return max(self._seconds, PATIENT_SECONDS) if self._seconds and is_patient() else self._seconds

    async def _answer(self, group: Group, batch: Batch[Key, Value]) -> None:
        try:
            answers = await self._read(group, batch)
        except AwsRejectedError as error:
            await self._one_by_one(group, batch, error)
        except Exception as error:  # noqa: BLE001 - each of the readers raises it
            for key in batch.unanswered():
                batch.tell(key, error)
        else:
            for key in batch.unanswered():
                batch.tell(key, answers.get(key))

    async def _one_by_one(self, group: Group, batch: Batch[Key, Value], refused: AwsRejectedError) -> None:
        for key in batch.unanswered():
            if batch.asked == 1:
                batch.tell(key, refused)
                continue
            alone: Batch[Key, Value] = Batch(1)
            answer = alone.join(key)
            await self._answer(group, alone)
            batch.tell(key, answer.result())


def _own_copy(error: Exception) -> Exception:
    """An error like ``error``: one that several tasks raise would collect the traces of all of them."""
    kind: Any = type(error)
    copied: Exception = kind.__new__(kind, *error.args)
    copied.__dict__.update(error.__dict__)
    return copied
