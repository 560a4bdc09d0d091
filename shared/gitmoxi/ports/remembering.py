"""How a tick reads: nothing twice unless it was changed in between, and without haste if it only looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")
Question = tuple[str, ...]
"""What is asked: first the kind of thing, for example ``ecs.service``, then which one."""

_memory: ContextVar[dict[Question, Any] | None] = ContextVar("gitmoxi_memory_of_tick", default=None)
_spare: ContextVar[bool] = ContextVar("gitmoxi_reads_with_what_is_spare", default=False)
_patient: ContextVar[bool] = ContextVar("gitmoxi_patience_of_tick", default=False)


@contextmanager
def remembering(*, patient: bool = False) -> Iterator[None]:
    """Within it, adapters answer a read from what was read before; outside, every read is made.

    Who remembers holds the lease of what is read, so that only the world outside of Gitmoxi can change it,
    and does so for seconds. ``patient`` lets a read wait a little longer for others to share a call with.
    """
    memory, patience = _memory.set({}), _patient.set(patient)
    try:
        yield
    finally:
        _memory.reset(memory)
        _patient.reset(patience)


@contextmanager
def with_what_is_spare() -> Iterator[None]:
    """Within it, reads take of AWS's request limits only what would be left over."""
    spare = _spare.set(True)
    try:
        yield
    finally:
        _spare.reset(spare)


def takes_what_is_spare() -> bool:
    """Whether what is read now is nothing that a deployment waits for."""
    return _spare.get()


def is_patient() -> bool:
    """Whether nobody waits for what is read now."""
    return _patient.get()


async def read_once(question: Question, read: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer that is remembered, or a fresh one; an error is not remembered."""
    memory = _memory.get()
    if memory is None:
        return await read()
    if question not in memory:
        memory[question] = await read()
    answer: Answer = memory[question]
    return answer


def learn(question: Question, answer: object) -> None:
    """Remember what a change answered about the thing that it made."""
    memory = _memory.get()
    if memory is not None:
        memory[question] = answer


def forget(*kinds: str) -> None:
    """Something of these kinds was changed, or perhaps was: read it again."""
    memory = _memory.get()
    if memory is not None:
        for question in [known for known in memory if known[0] in kinds]:
            del memory[question]
