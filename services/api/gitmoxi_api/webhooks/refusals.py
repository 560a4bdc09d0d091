"""The audit of refused webhooks, at a rate that those who forge them do not choose."""

from __future__ import annotations

from dataclasses import dataclass

from gitmoxi.domain.records import AuditEntry, Repository
from gitmoxi.errors import RetryableError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.runtime.logging import get_logger
from gitmoxi.runtime.metrics import Metrics
from gitmoxi_api.webhooks.senders import Sender

QUIET_SECONDS = 600.0
"""After an entry about a repository, further refusals are only counted for so long: the audit trail is one
chain, which all services append to."""

_UNREGISTERED = "an unregistered repository"


@dataclass(slots=True)
class _Silence:
    until: float
    unsaid: int = 0


class Refusals:
    """Counts every refusal, and writes down the first of each repository and how many followed."""

    def __init__(self, *, ledger: Ledger, clock: Clock, ids: Ids, metrics: Metrics) -> None:
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._silences: dict[str, _Silence] = {}

    async def note(self, sender: Sender, repository: Repository | None, because: str) -> None:
        """A webhook for ``repository`` (None: none that is registered) was refused.

        The audit being out of reach changes no answer.
        """
        about = repository.url if repository is not None else _UNREGISTERED
        self._metrics.count("Webhooks", outcome="REFUSED", provider=sender.provider)
        now = self._clock.monotonic()
        silence = self._silences.get(about)
        if silence is not None and now < silence.until:
            silence.unsaid += 1
            return
        self._silences[about] = _Silence(now + QUIET_SECONDS)
        await self._write(sender, about, because, silence.unsaid if silence is not None else 0)

    async def _write(self, sender: Sender, about: str, because: str, unsaid: int) -> None:
        entry = AuditEntry(
            id=self._ids.ulid(),
            at=self._clock.now(),
            kind="webhook.refused",
            summary=f"A webhook for {about} was refused: {because}",
            details={
                "repository": about,
                "provider": sender.provider,
                "refused_since_last_entry": str(unsaid),
            },
        )
        get_logger().warning("webhook.refused", repository=about, because=because, unsaid=unsaid)
        try:
            await self._ledger.put_audit(entry)
        except RetryableError as error:
            get_logger().warning("webhook.refusal_unaudited", because=str(error))
