"""Looking through dead-letter queues, sending letters back to work, dropping them: audited first."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gitmoxi.domain.records import AuditEntry
from gitmoxi.domain.states import Worker
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.dead_letters import DeadLetter, DeadLetters, QueueDepth
from gitmoxi.ports.ledger import Ledger
from gitmoxi.runtime.redaction import Redactor

HOLD_SECONDS = 30
"""What is looked at is released at once; should we be killed, it is shown to others after this."""

MOST_LOOKED_AT = 100
"""Letters of one request: ten receives, which end well before a client loses patience."""

SAMPLE = 30
"""Letters that a list looks at for the oldest and the most frequent reason."""

MOST_BODY_CHARACTERS = 64 * 1024
"""Our messages carry ids and have some hundred characters; an audit entry holds what is longer in part."""

_REASON = "DeadLetterReason"
_GIVEN_UP = (
    "No worker says why: it was received too often and never handled to the end (a crash, or an error that "
    "nobody foresaw, of which the worker's log tells more), or somebody put it here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A dead-letter queue at a glance; ``oldest`` and ``reason`` are those of the letters looked at."""

    worker: Worker
    depth: QueueDepth
    oldest: datetime | None = None
    reason: str | None = None


@dataclass(slots=True)
class _Held:
    letters: dict[str, DeadLetter] = field(default_factory=dict)


class DeadLetterDesk:
    """What people do with dead letters; ``ledger`` takes the audit entries, always first.

    ``workers`` are those that are installed.
    """

    def __init__(
        self,
        *,
        workers: Sequence[Worker],
        letters: DeadLetters,
        ledger: Ledger,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._workers = workers
        self._letters = letters
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._redactor = Redactor()

    async def overviews(self) -> list[Overview]:
        """All dead-letter queues that there are, in the order of the workers."""
        return list(await asyncio.gather(*map(self._overview, self._workers)))

    async def look(self, worker: Worker, limit: int) -> list[DeadLetter]:
        """Up to ``limit`` letters, oldest first, with secrets taken out; they stay where they are."""
        async with self._holding(worker, limit, None) as held:
            shown = [self._redacted(letter) for letter in held]
        return sorted(shown, key=lambda letter: letter.sent_at)[:limit]

    async def send_back(self, worker: Worker, *, message_id: str | None, by: str) -> list[str]:
        """Take letters back to the worker's queue; the ids of those that went.

        Killed in between, a letter is in both queues: its worker handles it twice, which does no harm.
        """
        async with self._holding(worker, MOST_LOOKED_AT, message_id) as held:
            if held:
                await self._audit("redriven", f"sent back to {worker}", held, by=by, worker=worker)
            for letter in held:
                await self._letters.send_back(worker, letter)
                await self._letters.delete(worker, letter)
        return [letter.id for letter in held]

    async def drop(self, worker: Worker, *, message_id: str, by: str) -> DeadLetter | None:
        """Delete one letter for good; what it held stays in the audit trail. None: it was not found."""
        async with self._holding(worker, MOST_LOOKED_AT, message_id) as held:
            if not held:
                return None
            [letter] = held
            kept = self._redacted(letter)
            await self._audit("dropped", f"dropped of {worker}", [kept], by=by, worker=worker, body=kept.body)
            await self._letters.delete(worker, letter)
        return kept

    async def _overview(self, worker: Worker) -> Overview:
        depth = await self._letters.depth(worker)
        if depth.waiting == 0:
            return Overview(worker=worker, depth=depth)
        found = await self.look(worker, SAMPLE)
        reasons = Counter(map(reason_of, found))
        return Overview(
            worker=worker,
            depth=depth,
            oldest=min((letter.sent_at for letter in found), default=None),
            reason=reasons.most_common(1)[0][0] if reasons else None,
        )

    @asynccontextmanager
    async def _holding(
        self, worker: Worker, limit: int, message_id: str | None
    ) -> AsyncIterator[list[DeadLetter]]:
        """Letters that nobody else gets meanwhile: the one that is named, or the first that come."""
        held = _Held()
        try:
            await self._gather(worker, limit, message_id, held)
            chosen = [
                letter for letter in held.letters.values() if message_id is None or letter.id == message_id
            ]
            yield chosen
        finally:
            await self._release(worker, list(held.letters.values()))

    async def _gather(self, worker: Worker, limit: int, message_id: str | None, held: _Held) -> None:
        until = self._clock.monotonic() + HOLD_SECONDS / 2
        while len(held.letters) < limit and self._clock.monotonic() < until:
            found = await self._letters.receive(worker, hold_seconds=HOLD_SECONDS)
            held.letters |= {letter.id: letter for letter in found}
            if not found or message_id in held.letters:
                return

    async def _release(self, worker: Worker, letters: Sequence[DeadLetter]) -> None:
        for start in range(0, len(letters), 10):
            await self._letters.release(worker, letters[start : start + 10])

    async def _audit(
        self,
        kind: str,
        what: str,
        letters: Sequence[DeadLetter],
        *,
        by: str,
        worker: Worker,
        body: str | None = None,
    ) -> None:
        count = "A dead letter was" if len(letters) == 1 else f"{len(letters)} dead letters were"
        ids = ", ".join(letter.id for letter in letters)
        kept = {} if body is None else _kept(letters[0], body)
        await self._ledger.put_audit(
            AuditEntry(
                id=self._ids.ulid(),
                at=self._clock.now(),
                kind=f"deadletter.{kind}",
                summary=f"{count} {what} by {by}.",
                details={"by": by, "worker": worker.value, "messages": ids, **kept},
            )
        )

    def _redacted(self, letter: DeadLetter) -> DeadLetter:
        return DeadLetter(
            id=letter.id,
            body=self._redactor.text(letter.body),
            attributes={name: self._redactor.text(text) for name, text in letter.attributes.items()},
            sent_at=letter.sent_at,
            receive_count=letter.receive_count,
            receipt=letter.receipt,
        )


def reason_of(letter: DeadLetter) -> str:
    """Why it lies there: as our broker noted it, as EventBridge did, or what follows from neither doing so.

    EventBridge's attributes: its user guide, "Using dead-letter queues to process undelivered events".
    """
    if _REASON in letter.attributes:
        return letter.attributes[_REASON]
    if "ERROR_CODE" in letter.attributes:
        told = letter.attributes.get("ERROR_MESSAGE", "no message")
        return f"EventBridge could not deliver it: {letter.attributes['ERROR_CODE']}: {told}"
    return _GIVEN_UP


def detail_type_of(letter: DeadLetter) -> str | None:
    """The kind of event that it is; None where its body is no event."""
    kind = _event(letter).get("detail-type")
    return kind if isinstance(kind, str) else None


def ids_of(letter: DeadLetter) -> dict[str, str]:
    """What the event is about, as far as its detail names it in plain words."""
    detail = _event(letter).get("detail")
    if not isinstance(detail, dict):
        return {}
    return {
        name: str(value)[:_MOST_ID]
        for name, value in detail.items()
        if isinstance(value, str | int) and (name.endswith("_id") or name in _NAMES)
    }


_MOST_ID = 512
_NAMES = frozenset({"repository", "branch", "commit", "sha", "seq", "target", "by", "version"})


def _event(letter: DeadLetter) -> Mapping[str, Any]:
    try:
        found = json.loads(letter.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _kept(letter: DeadLetter, body: str) -> dict[str, str]:
    """What an audit entry keeps of a letter: all of it, as far as it has room."""
    cut = {} if len(body) <= MOST_BODY_CHARACTERS else {"body_sha256": _sha256(body), "body_is": "cut"}
    return {
        "reason": reason_of(letter),
        "sent_at": letter.sent_at.isoformat(),
        "received": str(letter.receive_count),
        "body": body[:MOST_BODY_CHARACTERS],
        **cut,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
