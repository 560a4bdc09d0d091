"""The dead-letter queues of the workers, and how full a queue is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gitmoxi.domain.states import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that no worker could handle, held by whoever received it.

    Attributes:
        id: SQS's id of the message in the dead-letter queue.
        body: as the worker got it: an EventBridge envelope, or whatever somebody sent.
        attributes: the message's own text attributes.
        sent_at: when it was first sent; a move to the dead-letter queue by SQS keeps that time.
        receive_count: how often it was received, in all queues that it went through.
        receipt: what the holder shows to release or delete it; a later receive makes it worthless.
    """

    id: str
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    sent_at: datetime
    receive_count: int
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """About how many messages wait, and how many somebody is handling or looking at."""

    waiting: int
    in_flight: int
    delayed: int = 0


class DeadLetters(Protocol):
    """Each call is one of SQS's; all may raise ``ThrottledError``, ``UnavailableError`` or a refusal."""

    async def depth(self, worker: Worker) -> QueueDepth:
        """Of the worker's dead-letter queue (API_GetQueueAttributes)."""
        ...

    async def work_depth(self, worker: Worker) -> QueueDepth:
        """Of the worker's own queue (API_GetQueueAttributes)."""
        ...

    async def receive(self, worker: Worker, *, hold_seconds: int) -> list[DeadLetter]:
        """Up to 10 letters, hidden from others for so long (API_ReceiveMessage); none: nothing was found."""
        ...

    async def release(self, worker: Worker, letters: Sequence[DeadLetter]) -> None:
        """Show letters to others again at once, at most 10 (API_ChangeMessageVisibilityBatch).

        One whose hold ended meanwhile is no error: it is shown already.
        """
        ...

    async def send_back(self, worker: Worker, letter: DeadLetter) -> None:
        """Send a copy to the worker's queue (API_SendMessage); the letter itself stays.

        What was attached on its way to the dead-letter queue is left out.
        """
        ...

    async def delete(self, worker: Worker, letter: DeadLetter) -> None:
        """Delete a letter (API_DeleteMessage)."""
        ...
