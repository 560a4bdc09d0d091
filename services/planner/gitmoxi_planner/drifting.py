"""The planner's rounds of looks for drift: a part of the targets at each sweep, shared by all planners."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gitmoxi.contracts.messages import TargetDrifted, TargetSettled
from gitmoxi.domain.drift import Drift, LookRound, appeared, renewed, settled
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import Target
from gitmoxi.errors import ContentionError, RetryableError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger, Write
from gitmoxi.ports.remembering import remembering, with_what_is_spare
from gitmoxi.ports.targets import DeleteDrift, PutDrift, PutLookRound
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.events import outbox
from gitmoxi.workflow.owning import owned_targets
from gitmoxi_planner.drift_looks import DriftLooker, at_rest
from gitmoxi_planner.drift_turns import MOST_IN_A_SWEEP, Turn, turns

_AT_ONCE: Final = 40
"""Looks under way together: enough to fill the calls that ask about ten services of a cluster."""

_FORGOTTEN_AT_ONCE: Final = 100

TellDrift = Callable[[Drift], None]
"""Is told of every drift that appeared, or came to its end, once that is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a sweep did: targets looked at, those put off, and how many have drifted by now."""

    looks: int = 0
    put_off: int = 0
    drifted: int = 0


@dataclass(slots=True, kw_only=True)
class DriftRounds:
    """Looks at targets that nobody deploys; ``period`` 0 is never.

    Which groups are looked at is agreed upon by conditional writes, so that further planners make no further
    reads. What could not be read is tried again at this process's next sweep.
    """

    ledger: Ledger
    looker: DriftLooker
    courier: Courier
    clock: Clock
    ids: Ids
    period: timedelta
    _missed: dict[str, Target] = field(default_factory=dict)

    async def sweep(self, tell: TellDrift = lambda _: None) -> Looked | None:
        """Look at the targets whose turn it is; None where nobody's is.

        Raises:
            RetryableError: a store is out of reach.
        """
        if not self.period:
            return None
        owned = {known.target.id: known.target for known in await owned_targets(self.ledger)}
        missed = {key: target for key, target in self._missed.items() if key in owned}
        self._missed.clear()
        due = turns(owned.values(), await self.ledger.look_rounds(), now=self.clock.now(), period=self.period)
        wanted = missed | {target.id: target for target in await self._claimed(due)}
        if not wanted:
            return None
        known = {drift.target.id: drift for drift in await self.ledger.drifts()}
        await self._forget(drift.target for key, drift in known.items() if key not in owned)
        records = [record for record in await self.ledger.targets(list(wanted.values())) if at_rest(record)]
        after = await self._looks(records, known, tell)
        drifted = sum(drift.verdict.drifted for key, drift in (known | after).items() if key in owned)
        return Looked(looks=len(records), put_off=len(self._missed), drifted=drifted)

    async def _claimed(self, due: Sequence[Turn]) -> list[Target]:
        """The targets of the groups that this process is the first to claim, up to a sweep's worth."""
        found: list[Target] = []
        for turn in due:
            if len(found) >= MOST_IN_A_SWEEP:
                break
            begun = LookRound(group=turn.group, begun_at=self.clock.now())
            try:
                await self.ledger.transact([PutLookRound(round=begun, expected=turn.before)])
            except ContentionError:
                continue
            found += turn.targets
        return found

    async def _forget(self, targets: Iterable[Target]) -> None:
        """Nobody owns them any more."""
        writes: list[Write] = [DeleteDrift(target=target) for target in targets]
        for start in range(0, len(writes), _FORGOTTEN_AT_ONCE):
            await self.ledger.transact(writes[start : start + _FORGOTTEN_AT_ONCE])

    async def _looks(
        self, records: Iterable[TargetRecord], known: Mapping[str, Drift], tell: TellDrift
    ) -> dict[str, Drift]:
        """What was written, by target."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(record: TargetRecord) -> Drift | None:
            async with gate:
                try:
                    return await self._look(record, known.get(record.target.id), tell)
                except ContentionError:
                    return None  # somebody else looked, or deploys
                except RetryableError:
                    self._missed[record.target.id] = record.target
                    return None

        with with_what_is_spare(), remembering(patient=True):
            found = await asyncio.gather(*map(look, records))
        return {drift.target.id: drift for drift in found if drift is not None}

    async def _look(self, record: TargetRecord, before: Drift | None, tell: TellDrift) -> Drift | None:
        assert record.last_good is not None
        finding = await self.looker.look(record, record.last_good)
        if (await self.ledger.target(record.target)).revision != record.revision:
            return None  # a deployment began meanwhile: what was seen may be its doing
        against = record.last_good.deployment_id
        after = renewed(
            before,
            finding,
            record.target,
            against=against,
            now=self.clock.now(),
            deployed_at=record.last.at if record.last is not None else None,
        )
        if after is None:
            return None
        put = PutDrift(drift=after, expected_revision=0 if before is None else before.revision)
        news = _news(record, before, after)
        told = [outbox(fact, owner=Worker.PLANNER, ids=self.ids, at=after.checked_at) for fact in news]
        await self.courier.commit([put, *told])
        if news:
            tell(after)
        return after


def _news(record: TargetRecord, before: Drift | None, after: Drift) -> list[TargetDrifted | TargetSettled]:
    """What the world is told of a look; nothing, mostly."""
    claim, good = record.claim, record.last_good
    if claim is None or good is None:
        return []
    about = {
        "target": record.target.id,
        "repository": claim.repository_url,
        "branch": claim.branch,
        "prefix": claim.prefix,
        "commit": good.commit_sha,
        "deployment_id": good.deployment_id,
        "because": after.because,
    }
    if appeared(before, after):
        gone = after.verdict is after.verdict.GONE
        return [TargetDrifted(**about, gone=gone, places=after.where, count=after.count)]
    return [TargetSettled(**about)] if settled(before, after) else []
