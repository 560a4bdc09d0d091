"""What became of pushes, for those who sent them and for those who look back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import ValidationError

from gitmoxi.contracts.messages import Push
from gitmoxi.domain.records import AuditEntry, Commit, PushOutcome, PushRecord
from gitmoxi.domain.repositories import repository_id, scrub_credentials
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger

_SHOWN = 200
"""Characters that are kept of what a stranger wrote: a record has to fit into the store."""


DONE = frozenset({PushOutcome.INGESTED, PushOutcome.NOTHING_NEW})
"""Outcomes that a second delivery of the same push could only repeat."""

_SAME_DELIVERY = timedelta(minutes=15)
"""A delivery that comes again within so long is not looked at again. Queues and hosts repeat within minutes;
later, the id may be one that a careless sender gives to every push, and a look costs little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of a push."""

    outcome: PushOutcome
    because: str
    commit: Commit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Writes the answer to a delivery, and the audit record of a refusal; neither repeats credentials."""

    ledger: Ledger
    clock: Clock
    ids: Ids

    async def give(self, push: Push, result: Ingested) -> None:
        """Record ``result``; a push that carries no delivery's id is answered only if it is refused.

        Of two deliveries of one push at the same time, the later finds done what the earlier did: the answer
        stays that this push did it.
        """
        commit = result.commit
        if result.outcome is PushOutcome.NOTHING_NEW and commit is not None and _made(push, commit):
            result = replace(result, outcome=PushOutcome.INGESTED, because=commit.because)
        if result.outcome is PushOutcome.REFUSED:
            await self._audit(push, result)
        if push.delivery_id is not None:
            await self.ledger.put_push(self._answer(push.delivery_id, push, result))

    async def before(self, push: Push) -> PushRecord | None:
        """The answer that this very delivery was given a short time ago, if it was.

        Raises:
            RetryableError: a store is out of reach.
        """
        if push.delivery_id is None:
            return None
        answer = await self.ledger.push(push.delivery_id)
        if answer is None or self.clock.now() - answer.at > _SAME_DELIVERY:
            return None
        same = (answer.repository, answer.branch) == (scrub_credentials(push.repository), push.branch)
        return answer if same else None

    async def again(self, push: Push, answer: PushRecord) -> Ingested:
        """``answer`` once more, for a second delivery of ``push``; the record of the first stays.

        Raises:
            RetryableError: a store is out of reach.
        """
        commit = None
        if answer.seq is not None:
            commit = await self.ledger.commit(repository_id(push.repository), push.branch, answer.seq)
        because = f"This delivery was answered before: {answer.because}"
        return Ingested(outcome=PushOutcome.NOTHING_NEW, because=because, commit=commit)

    def _answer(self, delivery_id: str, push: Push, result: Ingested) -> PushRecord:
        return PushRecord(
            delivery_id=delivery_id,
            repository=scrub_credentials(push.repository),
            branch=push.branch,
            at=self.clock.now(),
            outcome=result.outcome,
            because=result.because,
            seq=result.commit.seq if result.commit else None,
            sha=result.commit.sha if result.commit else None,
        )

    async def refuse(self, body: object, error: ValidationError) -> str:
        """Record that ``body`` is no push, and return the reason, which names fields and never values.

        Raises:
            RetryableError: a store is out of reach.
        """
        because = f"The event is no push: {_wrong(error)}."
        told = _told(body)
        await self._put_refusal(
            because, {name: told[name] for name in ("repository", "branch") if name in told}
        )
        if delivery_id := told.get("delivery_id"):
            record = PushRecord(
                delivery_id=delivery_id,
                repository=told.get("repository", ""),
                branch=told.get("branch", ""),
                at=self.clock.now(),
                outcome=PushOutcome.REFUSED,
                because=because,
            )
            await self.ledger.put_push(record)
        return because

    async def _audit(self, push: Push, result: Ingested) -> None:
        details = {"repository": scrub_credentials(push.repository), "branch": push.branch}
        await self._put_refusal(result.because, details)

    async def _put_refusal(self, because: str, details: dict[str, str]) -> None:
        entry = AuditEntry(
            id=self.ids.ulid(),
            at=self.clock.now(),
            kind="push.refused",
            summary=because,
            details=details,
        )
        await self.ledger.put_audit(entry)


def _made(push: Push, commit: Commit) -> bool:
    """Whether it was this delivery, perhaps another time, that had the commit taken in."""
    return push.delivery_id is not None and commit.delivery_id == push.delivery_id


def _wrong(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'detail'}: {item['msg']}" for item in found)


def _told(body: object) -> dict[str, str]:
    """The fields that are text, as far as they may be shown."""
    if not isinstance(body, Mapping):
        return {}
    told = {name: body.get(name) for name in ("repository", "branch", "delivery_id")}
    return {
        name: scrub_credentials(value)[:_SHOWN]
        for name, value in told.items()
        if value and isinstance(value, str)
    }
