"""All targets with what is recorded of each, read in a few calls and shared by those who ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.drift import Drift
from gitmoxi.domain.outcomes import LastOutcome
from gitmoxi.domain.records import Orphan, TargetRecord
from gitmoxi.domain.states import State, Status
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.ledger import Ledger
from gitmoxi.workflow.owning import KnownTarget, owned_targets

_KEPT_SECONDS: Final = 1.0
"""How old an answer may be: twenty people who watch cost as many reads as one."""


class Condition(StrEnum):
    """How a target is, in one word; the first that applies."""

    UNDER_WAY = "under way"
    FAILED = "failed"
    HELD = "held"
    """A deletion of it waits for a person."""
    ORPHANED = "orphaned"
    """No file wants it any more, and it runs on."""
    DRIFTED = "drifted"
    DIFFERS = "differs"
    """A baseline found it other than its files want, and left it so."""
    NEVER = "never deployed"
    AS_WANTED = "as wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTarget:
    """A target with its record (None: it cannot be read), the looks at it, and what is under way.

    ``orphaned`` says why no file stands for it; None where one does.
    """

    known: KnownTarget
    record: TargetRecord | None
    stored_drift: Drift | None
    heads: Mapping[str, Deployment]
    orphaned: str | None = None

    @property
    def last(self) -> LastOutcome | None:
        """How its last deployment ended; of older records, what is known of the last that went well."""
        record = self.record
        if record is None or record.last is not None or record.last_good is None:
            return None if record is None else record.last
        good = record.last_good
        return LastOutcome(
            deployment_id=good.deployment_id,
            commit_sha=good.commit_sha,
            seq=record.last_seq,
            state=State.SUCCEEDED,
            at=good.at,
            because="It ran well; later outcomes were not recorded yet.",
        )

    @property
    def under_way(self) -> bool:
        return self.record is not None and bool(self.record.active_id or self.record.waiting_id)

    @property
    def failed(self) -> bool:
        return self.last is not None and self.last.state.status is Status.PROCESSED_ERROR

    @property
    def drift(self) -> Drift | None:
        """What looks found since the last deployment ended; None while nothing is known."""
        record, drift = self.record, self.stored_drift
        if record is None or record.last_good is None or drift is None or self.under_way:
            return None
        began = record.last is not None and record.last.verb is not None
        ended = record.last.at if record.last is not None and began else None
        fits = drift.against == record.last_good.deployment_id and drift.tells_after(ended)
        return drift if fits else None

    @property
    def why_no_drift_is_known(self) -> str:
        """For people, where ``drift`` is None."""
        if self.record is None:
            return "Its record cannot be read."
        if self.under_way:
            return "It is being deployed."
        if self.last is not None and self.last.only_compared:
            return f"It was compared for the baseline, and not deployed since. {self.last.because}"
        if self.record.last_good is None:
            return "No deployment of it ever ended well, so there is nothing to compare it with."
        return "It was not looked at since its last deployment ended."

    @property
    def condition(self) -> Condition:
        if self.under_way:
            return Condition.UNDER_WAY
        if self.failed:
            return Condition.FAILED
        if self.record is not None and self.record.held_id is not None:
            return Condition.HELD
        if self.orphaned is not None:
            return Condition.ORPHANED
        if self.drift is not None and self.drift.verdict.drifted:
            return Condition.DRIFTED
        if self.last is not None and self.last.only_compared:
            return Condition.DIFFERS
        return Condition.NEVER if self.last is None else Condition.AS_WANTED


async def read_fleet(ledger: Ledger) -> tuple[FleetTarget, ...]:
    """All targets of ours by id: a call for each branch and each hundred targets, and three for the rest."""
    owned, drifts, left = await asyncio.gather(owned_targets(ledger), ledger.drifts(), ledger.orphans())
    orphans = {orphan.target.id: orphan for orphan in left}
    for item in owned:
        orphans.pop(item.target.id, None)
    known = sorted([*owned, *map(_known, orphans.values())], key=lambda item: item.target.id)
    records = {r.target.id: r for r in await ledger.targets([item.target for item in known])}
    heads = {head.id: head for head in await ledger.deployments(list(_under_way(records.values())))}
    by_target = {drift.target.id: drift for drift in drifts}
    return tuple(
        FleetTarget(
            known=item,
            record=records.get(item.target.id),
            stored_drift=by_target.get(item.target.id),
            heads=heads,
            orphaned=orphans[item.target.id].because if item.target.id in orphans else None,
        )
        for item in known
    )


def _known(orphan: Orphan) -> KnownTarget:
    claim = orphan.claim
    return KnownTarget(
        target=orphan.target,
        repository_url=claim.repository_url,
        branch=claim.branch,
        prefix=claim.prefix,
        owned=False,
    )


def _under_way(records: Iterable[TargetRecord]) -> Iterable[str]:
    for record in records:
        yield from filter(None, (record.active_id, record.waiting_id, record.held_id))


class FleetCache:
    """Reads all targets at most once a second, whoever asks, and once for those who ask together."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._lock = asyncio.Lock()
        self._kept: tuple[FleetTarget, ...] = ()
        self._until = float("-inf")

    async def targets(self) -> tuple[FleetTarget, ...]:
        """All targets of ours by id, as of this second."""
        async with self._lock:
            if self._clock.monotonic() >= self._until:
                began = self._clock.monotonic()
                self._kept = await read_fleet(self._ledger)
                self._until = began + _KEPT_SECONDS
            return self._kept
