"""What became of pushes, for those who sent them and for those who look back."""

from __future__ import annotations

from dataclasses import dataclass

from gitmoxi.contracts.messages import Push
from gitmoxi.domain.records import AuditEntry, Commit, PushOutcome, PushRecord
from gitmoxi.domain.repositories import scrub_credentials
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger


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
        """Record ``result``; a push that carries no delivery's id is answered only if it is refused."""
        if result.outcome is PushOutcome.REFUSED:
            await self._audit(push, result)
        if push.delivery_id is not None:
            await self.ledger.put_push(self._answer(push.delivery_id, push, result))

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

    async def _audit(self, push: Push, result: Ingested) -> None:
        entry = AuditEntry(
            id=self.ids.ulid(),
            at=self.clock.now(),
            kind="push.refused",
            summary=result.because,
            details={"repository": scrub_credentials(push.repository), "branch": push.branch},
        )
        await self.ledger.put_audit(entry)
