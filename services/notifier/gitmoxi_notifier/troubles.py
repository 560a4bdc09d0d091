"""What only a person can mend is written to the audit trail, once for each repository and cause."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from gitmoxi.domain.records import AuditEntry, Repository
from gitmoxi.errors import ContentionError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.telling import ToldStore

_AGAIN = timedelta(days=7)
"""A trouble that lasts is written down again after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """Writes troubles down."""

    ledger: Ledger
    memory: ToldStore
    clock: Clock
    ids: Ids

    async def note(self, repository: Repository, what: str, because: str, kind: str) -> None:
        """Write down that ``what`` could not be told; the same cause again only after a week."""
        now = self.clock.now()
        told = await self.memory.told(repository.id, f"trouble/{what}")
        said = hashlib.sha256(f"{kind}\n{because}".encode(errors="surrogatepass")).hexdigest()[:32]
        if told.said == said and told.at is not None and now < told.at + _AGAIN:
            return
        entry = AuditEntry(
            id=self.ids.ulid(),
            at=now,
            kind=kind,
            summary=f"{repository.url}: {what} could not be told: {because}",
            details={"repository": repository.url, "what": what},
        )
        await self.ledger.put_audit(entry)
        try:
            await self.memory.put(replace(told, said=said, at=now, revision=told.revision + 1))
        except ContentionError:  # another worker met the same trouble: it may be written down twice
            return
