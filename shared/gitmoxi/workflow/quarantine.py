"""Setting aside a deployment whose records cannot be read, so that it wakes nobody again."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.records import AuditEntry
from gitmoxi.errors import CorruptRecordError
from gitmoxi.ports.ledger import Ledger


async def set_aside(ledger: Ledger, deployment_id: str, error: CorruptRecordError, now: datetime) -> str:
    """Take the deployment off the due list and leave a trace, once; what to say of it.

    Its target's slot stays taken: nobody knows how far it came. Whatever wakes it later tries again.
    """
    because = (
        f"{error}. The deployment is set aside. Upgrade Gitmoxi if a newer release wrote the record, or mend "
        f"it, then wake the deployment: gmctl deployment resume {deployment_id}"
    )
    if await ledger.set_aside(deployment_id):
        entry = AuditEntry(
            id=f"quarantine-{deployment_id}-{int(now.timestamp())}",
            at=now,
            kind="record.quarantined",
            summary=because,
            details={"deployment": deployment_id, "reason": str(error)},
        )
        await ledger.put_audit(entry)
    return because
