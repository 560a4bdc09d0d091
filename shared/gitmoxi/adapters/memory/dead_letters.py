"""Dead-letter queues in memory, with SQS's holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitmoxi.adapters.dead_letter_attributes import own_attributes
from gitmoxi.domain.states import Worker
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.dead_letters import DeadLetter, QueueDepth

_MOST_AT_ONCE = 10


@dataclass(slots=True, kw_only=True)
class _Lying:
    letter: DeadLetter
    held_until: float = 0.0


class MemoryDeadLetters:
    """``put`` lays letters down; what was sent back is in ``returned``; holds end by ``clock``.

    Attributes:
        returned: body and attributes of what each worker's queue got back, in order.
        working: how full each worker's own queue is said to be.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lying: dict[Worker, list[_Lying]] = {worker: [] for worker in Worker}
        self._receives = 0
        self.returned: dict[Worker, list[tuple[str, dict[str, str]]]] = {worker: [] for worker in Worker}
        self.working: dict[Worker, QueueDepth] = {}

    def put(self, worker: Worker, *letters: DeadLetter) -> None:
        """Lay letters down as if ``worker`` had given them up."""
        self._lying[worker] += [_Lying(letter=letter) for letter in letters]

    async def depth(self, worker: Worker) -> QueueDepth:
        held = sum(map(self._is_held, self._lying[worker]))
        return QueueDepth(waiting=len(self._lying[worker]) - held, in_flight=held)

    async def work_depth(self, worker: Worker) -> QueueDepth:
        return self.working.get(worker, QueueDepth(waiting=0, in_flight=0))

    async def receive(self, worker: Worker, *, hold_seconds: int) -> list[DeadLetter]:
        found = [lying for lying in self._lying[worker] if not self._is_held(lying)][:_MOST_AT_ONCE]
        for lying in found:
            self._receives += 1
            lying.held_until = self._clock.monotonic() + hold_seconds
            lying.letter = replace(
                lying.letter,
                receive_count=lying.letter.receive_count + 1,
                receipt=f"receipt-{self._receives}",
            )
        return [lying.letter for lying in found]

    async def release(self, worker: Worker, letters: Sequence[DeadLetter]) -> None:
        receipts = {letter.receipt for letter in letters}
        for lying in self._lying[worker]:
            if lying.letter.receipt in receipts:
                lying.held_until = 0.0

    async def send_back(self, worker: Worker, letter: DeadLetter) -> None:
        self.returned[worker].append((letter.body, own_attributes(letter.attributes)))

    async def delete(self, worker: Worker, letter: DeadLetter) -> None:
        self._lying[worker] = [
            lying for lying in self._lying[worker] if lying.letter.receipt != letter.receipt
        ]

    def _is_held(self, lying: _Lying) -> bool:
        return lying.held_until > self._clock.monotonic()
